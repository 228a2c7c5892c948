"""Small assets made from random numbers, each with bytes of its own: pictures, sound, drawings and texts."""

import json
import random
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

__all__ = ["EMBEDDING", "MAKERS", "TEXTS", "copied", "tampered"]

_WORDS: Final = (
    *("harbour", "light", "evening", "tide", "model", "network", "answer", "question", "river", "stone", "letter"),
    *("港口", "灯光", "夜晚", "潮水", "模型", "回答", "河流", "石头", "信件", "冬天"),
)
_SIDE: Final = 24
_SAMPLES: Final = 2000


def _png(rng: random.Random) -> bytes:
    rows = b"".join(b"\0" + rng.randbytes(3 * _SIDE) for _ in range(_SIDE))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def _wav(rng: random.Random) -> bytes:
    sound = rng.randbytes(2 * _SAMPLES)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _svg(rng: random.Random) -> bytes:
    circles = "".join(
        f'<circle cx="{rng.randrange(400)}" cy="{rng.randrange(300)}" r="{rng.randrange(5, 60)}" '
        f'fill="#{rng.randrange(2**24):06x}"/>'
        for _ in range(20)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">{circles}</svg>'.encode()


def _words(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=60)) + f" {rng.getrandbits(64):x}"


def _json(rng: random.Random) -> str:
    return json.dumps({"answer": _words(rng), "score": rng.random()}, ensure_ascii=False)


TEXTS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "text/plain": _words,
    "text/markdown": lambda rng: f"# {_words(rng)}\n\n- {_words(rng)}\n",
    "text/html": lambda rng: f"<!doctype html><title>Answer</title><p>{_words(rng)}</p>",
    "application/json": _json,
}
"""What makes a text of each media type."""

MAKERS: Final[Mapping[str, Callable[[random.Random], bytes]]] = {
    "image/png": _png,
    "audio/wav": _wav,
    "image/svg+xml": _svg,
    **{mime: lambda rng, make=make: make(rng).encode() for mime, make in TEXTS.items()},  # type: ignore[misc]
}
"""What makes an asset of each media type: those that are no text, then texts."""

EMBEDDING: Final = ("image/png", "audio/wav", "image/svg+xml", "text/plain")
"""The media types that carry a manifest inside."""


def copied(picture: bytes, comment: str) -> bytes:
    """The same PNG as another program writes it: what is seen is the same, and no byte of a mark is left."""
    end = picture.index(b"IEND") - 4
    words = b"tEXtComment\0" + comment.encode()
    return (
        picture[:end] + struct.pack(">I", len(words) - 4) + words + struct.pack(">I", zlib.crc32(words)) + picture[end:]
    )


def tampered(asset: bytes, sealed: bytes, mime: str) -> bytes:
    """Change the content of a sealed asset after it was signed, as an editor that knows nothing of C2PA would.

    Args:
        asset: as it was before sealing.
        sealed: with its manifest inside, or the same bytes where the manifest lies beside.
        mime: the media type of both.
    """
    match mime:
        case "image/png":
            at = sealed.index(b"IDAT") + 40
        case "audio/wav":
            at = sealed.index(asset[-16:]) + 4
        case "image/svg+xml":
            at = sealed.index(b"fill=") + 7
            return sealed[:at] + (b"0" if sealed[at : at + 1] != b"0" else b"1") + sealed[at + 1 :]
        case _:
            at = sealed.index(b" ")  # a whole character in UTF-8
            return sealed[:at] + b"_" + sealed[at + 1 :]
    return sealed[:at] + bytes([sealed[at] ^ 0xFF]) + sealed[at + 1 :]
