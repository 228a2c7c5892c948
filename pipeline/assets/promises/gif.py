"""GIF: screen, frames with their times, loop and comments, and what follows the end."""

from typing import Final

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch

__all__ = ["promises"]

_SCREEN: Final = 13
_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_END: Final = 0x3B
_COMMENT: Final = 0xFE
_OURS: Final = b"\x21\xff\x0bC2PA_GIF"
_XMP: Final = b"\x21\xff\x0bxmp dataxmp"
"""In any letters, as some programs write it in lower case."""

_MOST_BLOCKS: Final = 500_000


def promises(body: bytes) -> Promises:
    """What a GIF file promises."""
    if body[:6] not in (b"GIF87a", b"GIF89a") or len(body) < _SCREEN:
        raise BrokenContainerError
    at = _SCREEN + _colours(body[10])
    screen = Stretch(body, 6, at)
    blocks: list[Stretch] = []
    comments: list[Stretch] = []
    frames = 0
    for _ in range(_MOST_BLOCKS):
        kind = body[at] if at < len(body) else None
        if kind == _END:
            return {
                "its screen and colours": screen,
                "the number of its frames": frames,
                "its frames, their times and its loop": blocks,
                METADATA: comments,
                "what follows its end": Stretch(body, at),
            }
        if kind == _IMAGE and at + 10 <= len(body):
            frames += 1
            end = _after_pieces(body, at + 10 + _colours(body[at + 9]) + 1)
        elif kind == _EXTENSION:
            end = _after_pieces(body, at + 2)
        else:
            break
        if not body.startswith(_OURS, at) and body[at : at + len(_XMP)].lower() != _XMP:
            is_comment = kind == _EXTENSION and body[at + 1] == _COMMENT
            (comments if is_comment else blocks).append(Stretch(body, at, end))
        at = end
    raise BrokenContainerError


def _colours(flags: int) -> int:
    """The length of the colour table that these flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _after_pieces(body: bytes, at: int) -> int:
    while at < len(body):
        length = body[at]
        at += 1 + length
        if not length:
            return at
    raise BrokenContainerError
