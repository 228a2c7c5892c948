"""Which sounds and videos are recognised, and how FFmpeg calls the containers of their formats."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["AUDIO_TYPES", "VIDEO_TYPES"]

AUDIO_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audio/aac": "aac",
        "audio/aiff": "aiff",
        "audio/flac": "flac",
        "audio/mp4": "mov",
        "audio/mpeg": "mp3",
        "audio/ogg": "ogg",
        "audio/wav": "wav",
        "audio/webm": "matroska",
        "audio/x-matroska": "matroska",
    }
)
VIDEO_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "video/mp4": "mov",
        "video/mpeg": "mpeg",
        "video/ogg": "ogg",
        "video/quicktime": "mov",
        "video/webm": "matroska",
        "video/x-flv": "flv",
        "video/x-matroska": "matroska",
        "video/x-msvideo": "avi",
    }
)
"""How FFmpeg calls the container of a format, by its canonical name. Never guessed by FFmpeg from the bytes: among its
guesses are play lists, whose entries would be opened."""
