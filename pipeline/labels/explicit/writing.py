"""Which files take an explicit label, and how. Only for processes that hostile bytes may harm."""

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.assets.promises import broken_promise, reason_to_leave
from pipeline.labels.explicit.docx import label_docx
from pipeline.labels.explicit.image import label_image
from pipeline.labels.explicit.model import LabeledFile, LabelOrder, Progress
from pipeline.labels.explicit.pdf import label_pdf
from pipeline.labels.explicit.text import label_html, label_text
from pipeline.labels.refused import ExplicitRefusedError
from pipeline.media_types import LASTING, canonical
from pipeline.pyav import HAS_PYAV, WITHOUT_PYAV

__all__ = ["WRITERS", "reason_against", "write_label"]

_Writer = Callable[[bytes, str, LabelOrder], LabeledFile]
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_WORD: Final = f"{_OFFICE}.wordprocessingml.document"

_VIDEOS: Final = frozenset(
    {"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-msvideo", "video/x-flv"}
)


def _sound(body: bytes, media_type: str, _: LabelOrder) -> LabeledFile:
    from pipeline.labels.explicit.audio import label_audio  # noqa: PLC0415 (PyAV is an extra)

    return label_audio(body, media_type)


def _video(body: bytes, media_type: str, order: LabelOrder, progress: Progress = lambda _: None) -> LabeledFile:
    from pipeline.labels.explicit.video import label_video  # noqa: PLC0415

    return label_video(body, media_type, order, progress)


WRITERS: Final[Mapping[str, _Writer]] = {
    **dict.fromkeys(
        ("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif", "image/bmp"),
        lambda body, _, order: label_image(body, order),
    ),
    **dict.fromkeys(
        ("audio/wav", "audio/mpeg", "audio/flac", "audio/mp4", "audio/aac", "audio/ogg", "audio/webm"),
        _sound,
    ),
    **dict.fromkeys(_VIDEOS, _video),
    "text/plain": lambda body, _, order: label_text(body, order),
    "text/markdown": lambda body, _, order: label_text(body, order, front_matter=True),
    "text/html": lambda body, _, order: label_html(body, order),
    "application/pdf": lambda body, _, order: label_pdf(body, order),
    _WORD: lambda body, _, order: label_docx(body, order),
}
"""By canonical media type. One particular file may still be refused."""

_KEPT: Final = frozenset({"application/pdf", _WORD})
"""Types whose files are not encoded anew for a label, and have to keep what their containers promise."""

_DATA: Final = "it is read by programs, and a label would be one more value"
_REASONS: Final[Mapping[str, str]] = {
    "image/heic": "no library that is used here writes it",
    "image/heif": "no library that is used here writes it",
    "image/jxl": "what writes it here keeps neither its metadata nor its colour profile",
    "image/svg+xml": "a drawing has no pixels, and its text depends on the fonts of the reader",
    f"{_OFFICE}.spreadsheetml.sheet": "its cells are values, and a label would be one more",
    f"{_OFFICE}.presentationml.presentation": "nothing that is used here can lay out a slide",
    "application/epub+zip": "its readers begin at any chapter, and nothing here writes into each",
    "text/csv": _DATA,
    "application/json": _DATA,
    "application/xml": _DATA,
}


def write_label(body: bytes, media_type: str, order: LabelOrder, progress: Progress = lambda _: None) -> LabeledFile:
    """Put the explicit label on a file, in the way of its medium.

    Args:
        body: the file.
        media_type: of the file.
        order: which label.
        progress: is told how far it is where that takes long.

    Raises:
        ExplicitRefusedError: files of this type take none, or this one does not.
    """
    name = canonical(media_type)
    against = reason_against(name)
    if against is not None:
        raise ExplicitRefusedError(what=f"A file of type {name} takes no explicit label: {against}.")
    because = reason_to_leave(body, name)
    if because is not None:
        raise ExplicitRefusedError(what=because)
    marked = _video(body, name, order, progress) if name in _VIDEOS else WRITERS[name](body, name, order)
    if name in _KEPT:
        broken = broken_promise(body, marked.body, name, label=True)
        if broken is not None:
            raise ExplicitRefusedError(what=broken)
    return marked


def reason_against(media_type: str) -> str | None:
    """Why files of a type take no explicit label, in a few words; None where they do."""
    name = canonical(media_type)
    if name.startswith(LASTING) and name in WRITERS:
        return None if HAS_PYAV else WITHOUT_PYAV
    return None if name in WRITERS else _REASONS.get(name, "nothing is known of how it shows text")
