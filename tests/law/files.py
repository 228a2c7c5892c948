"""The files that the law is tried on: the samples of the project, and smaller ones where these take long."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image

__all__ = ["FORMATS", "File", "file", "photo"]

SAMPLES: Final = Path(__file__).parents[2] / "samples"

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Bytes, their name and their media type."""

    name: str
    media_type: str
    body: bytes


FORMATS: Final = {
    "txt": ("article.txt", "text/plain"),
    "md": ("notes.md", "text/markdown"),
    "json": ("answer.json", "application/json"),
    "pdf": ("report.pdf", "application/pdf"),
    "docx": ("letter.docx", f"{_OFFICE}.wordprocessingml.document"),
    "svg": ("diagram.svg", "image/svg+xml"),
    "png": ("picture.png", "image/png"),
    "jpeg": ("picture.jpg", "image/jpeg"),
    "webp": ("picture.webp", "image/webp"),
    "wav": ("announcement.wav", "audio/wav"),
    "mp3": ("voice-note.mp3", "audio/mpeg"),
    "mp4": ("clip.mp4", "video/mp4"),
}
"""Name and media type by format; the pictures are made here."""

_PILLOW: Final = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


@cache
def file(kind: str) -> File:
    """A file of a format."""
    name, media_type = FORMATS[kind]
    body = _picture(_PILLOW[kind]) if kind in _PILLOW else (SAMPLES / name).read_bytes()
    return File(name=name, media_type=media_type, body=body)


@cache
def photo() -> File:
    """A photo that a camera took: no mark, no credential."""
    return File(name="photo.jpg", media_type="image/jpeg", body=_picture("JPEG", seed=7))


def _picture(form: str, seed: int = 3) -> bytes:
    picture = Image.linear_gradient("L").resize((240, 160)).convert("RGB").rotate(seed)
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()
