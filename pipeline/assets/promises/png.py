"""PNG: chunks in their order, and what follows the last one."""

from typing import Final

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch

__all__ = ["promises"]

_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_MANIFEST: Final = b"caBX"
_XMP: Final = b"XML:com.adobe.xmp\x00"
_METADATA: Final = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_MOST_CHUNKS: Final = 500_000


def promises(body: bytes) -> Promises:
    """What a PNG file promises."""
    if not body.startswith(_HEAD):
        raise BrokenContainerError
    pictures, metadata = [], []
    at = len(_HEAD)
    for _ in range(_MOST_CHUNKS):
        kind = body[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(body[at : at + 4])
        if kind in _METADATA:
            if not (kind == b"iTXt" and body.startswith(_XMP, at + 8)):
                metadata.append(Stretch(body, at, end))
        elif kind != _MANIFEST:
            pictures.append(Stretch(body, at, end))
        if end > len(body):
            break
        at = end
        if kind == b"IEND":
            return {
                "its picture and frames": pictures,
                METADATA: metadata,
                "what follows its end": Stretch(body, at),
            }
    raise BrokenContainerError
