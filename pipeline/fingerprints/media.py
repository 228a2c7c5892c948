"""Opening sound and video that nobody vouches for: as one container format, and nothing from outside."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import av
import av.container

from pipeline.fingerprints.media_formats import AUDIO_TYPES, VIDEO_TYPES

__all__ = [
    "MOST_MEDIA_BYTES",
    "TooLargeMediaError",
    "UnreadableMediaError",
    "opened",
    "seconds_of",
]

MOST_MEDIA_BYTES: Final = 1_000_000_000


class TooLargeMediaError(Exception):
    """Reading all that is needed would take too long."""


class UnreadableMediaError(Exception):
    """The bytes are not what their media type says, or broken."""


Wanted = Literal["pictures", "sound", "length"]

_KNOWN_WITHOUT: Final = "mov"
"""The container that says all about its streams itself; of others FFmpeg takes some of it from the first pictures."""
_UNSEEN: Final = {"skip_frame": "all"}
"""For a stream whose pictures are not decoded on opening, as FFmpeg would to describe them: the first one, which is a
key frame, each time that a file is opened."""
_MOST_STREAMS: Final = 32
_UNREAD: Final = {"probesize": "32"}
"""Where nothing but what the container says of itself is asked for."""


@contextmanager
def opened(body: bytes, container_format: str, *, wanted: Wanted = "pictures") -> Iterator[av.container.InputContainer]:
    """A container, open for reading.

    Args:
        body: the file.
        container_format: what FFmpeg calls its container.
        wanted: what is asked for: its pictures, its sound, or only how long it lasts.

    Raises:
        UnreadableMediaError: something about the bytes stops the library, now or while the container is in use; or
            its sound is asked for, and the container says that it has none.
        MemoryError: reading needs more memory than there is.
    """
    try:
        says_all = container_format == _KNOWN_WITHOUT
        of_streams = _unseen(body, wanted) if says_all else []
        with _open(body, container_format, of_streams, quick=says_all and wanted == "length") as container:
            yield container
    except (MemoryError, TooLargeMediaError, UnreadableMediaError):
        raise
    except Exception as error:  # a decoder may stumble over broken bytes in any way
        raise UnreadableMediaError from error


def _unseen(body: bytes, wanted: Wanted) -> list[dict[str, str]]:
    """What FFmpeg is told about each stream of an MP4: to decode nothing, but of sound where that is asked for.

    Raises:
        UnreadableMediaError: sound is asked for, and there is none.
    """
    every = [_UNSEEN] * _MOST_STREAMS
    if wanted != "sound":
        return every
    with _open(body, _KNOWN_WITHOUT, every, quick=True) as container:
        of_streams = [{} if stream.type == "audio" else _UNSEEN for stream in container.streams]
    if {} not in of_streams:
        raise UnreadableMediaError
    return of_streams


def _open(
    body: bytes, container_format: str, of_streams: list[dict[str, str]], *, quick: bool
) -> av.container.InputContainer:
    container: av.container.InputContainer = av.open(  # type: ignore[call-overload]
        io.BytesIO(body),
        "r",
        container_format,
        metadata_errors="ignore",
        # An empty list of protocols: what the bytes refer to is opened by none.
        options={"protocol_whitelist": "", **(_UNREAD if quick else {})},
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
        with opened(body, container_format, wanted="length") as container:
            return max((container.duration or 0) / av.time_base, 0.0)
    except UnreadableMediaError:
        return 0.0
