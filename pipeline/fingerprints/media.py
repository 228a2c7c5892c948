"""Opening sound and video that nobody vouches for: as one container format, and nothing from outside."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import av
import av.container

from pipeline.fingerprints.media_formats import AUDIO_TYPES, VIDEO_TYPES

__all__ = [
    "MOST_BYTES",
    "TooLargeMediaError",
    "UnreadableMediaError",
    "opened",
    "seconds_of",
]

MOST_BYTES: Final = 1_000_000_000


class TooLargeMediaError(Exception):
    """Reading all that is needed would take too long."""


class UnreadableMediaError(Exception):
    """The bytes are not what their media type says, or broken."""


_KNOWN_WITHOUT: Final = "mov"
"""The container that says all about its streams itself; of others FFmpeg takes some of it from the first pictures."""
_UNSEEN: Final = {"skip_frame": "all"}
"""For a stream whose pictures are not decoded on opening, as FFmpeg would to describe them: the first one, which is a
key frame, each time that a file is opened."""
_MOST_STREAMS: Final = 32


@contextmanager
def opened(body: bytes, container_format: str, *, for_sound: bool = False) -> Iterator[av.container.InputContainer]:
    """A container, open for reading.

    Args:
        body: the file.
        container_format: what FFmpeg calls its container.
        for_sound: whether its sound is asked for; its pictures otherwise, or only what it says of itself.

    Raises:
        UnreadableMediaError: something about the bytes stops the library, now or while the container is in use.
        MemoryError: reading needs more memory than there is.
    """
    try:
        of_streams: list[dict[str, str]] = []
        if container_format == _KNOWN_WITHOUT:
            of_streams = [_UNSEEN] * _MOST_STREAMS
            if for_sound:
                with _open(body, container_format, of_streams) as container:
                    of_streams = [{} if stream.type == "audio" else _UNSEEN for stream in container.streams]
        with _open(body, container_format, of_streams) as container:
            yield container
    except (MemoryError, TooLargeMediaError):
        raise
    except Exception as error:  # a decoder may stumble over broken bytes in any way
        raise UnreadableMediaError from error


def _open(body: bytes, container_format: str, of_streams: list[dict[str, str]]) -> av.container.InputContainer:
    container: av.container.InputContainer = av.open(  # type: ignore[call-overload]
        io.BytesIO(body),
        "r",
        container_format,
        metadata_errors="ignore",
        # An empty list of protocols: what the bytes refer to is opened by none.
        options={"protocol_whitelist": ""},
        # Of which the library's types say that it is a list of words.
        stream_options=of_streams,
    )
    return container


def seconds_of(body: bytes, media_type: str) -> float:
    """How long a recording or a video lasts, as its container says; 0 where it does not, or cannot be read.

    Raises:
        MemoryError: reading needs more memory than there is.
    """
    container_format = {**AUDIO_TYPES, **VIDEO_TYPES}.get(media_type)
    if container_format is None:
        return 0.0
    try:
        with opened(body, container_format) as container:
            return max((container.duration or 0) / av.time_base, 0.0)
    except UnreadableMediaError:
        return 0.0
