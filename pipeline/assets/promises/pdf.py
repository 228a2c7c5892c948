"""PDF: protection, signatures, earlier revisions, pages and attachments."""

from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.assets.pdf_update import BROKEN_PDF, header_at, opened_pdf, revisions
from pipeline.assets.promises.container import Promises, Stretch, reading

__all__ = ["promises", "reason_to_leave"]

_MANIFEST: Final = Name("/C2PA_Manifest")
_SIGNATURES_EXIST: Final = 1
_MOST_FIELDS: Final = 100_000
_MOST_PAGES: Final = 20_000
"""As many are compared; of a longer document, the first."""


class _Revisions:
    """The revisions that a file consists of; equal to those of a file that begins with them."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, body: bytes, number: int) -> None:
        self._body = body
        self.number = number

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Revisions):
            return NotImplemented
        return self.number <= 1 or other._body.startswith(self._body)


def promises(body: bytes) -> Promises:
    """What a PDF document promises."""
    with reading(*BROKEN_PDF), opened_pdf(body) as document:
        return {
            "the protection": _protection(document),
            "the signatures": _Signed(body) if _is_signed(document) else None,
            "what stands before it": Stretch(body, 0, header_at(body)),
            "the earlier revisions": _Revisions(body, revisions(body, document)),
            "the number of pages": len(document.pages),
            "the pages": [_shape(page) for page in document.pages[:_MOST_PAGES]],
            "the attachments": sorted(_attachments(document)),
            "how it reads without repair": not document.get_warnings(),
        }


class _Signed:
    """A file with signatures, which cover its bytes as they are; equal to one that begins with them."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Signed):
            return NotImplemented
        return other._body.startswith(self._body)


def reason_to_leave(body: bytes) -> str | None:
    """Why nothing may be put into a document: it is signed, or encrypted."""
    try:
        with opened_pdf(body) as document:
            if document.is_encrypted:
                return "The PDF document is encrypted, and would not be afterwards."
            if _is_signed(document):
                return "The PDF document is signed, and every change shows in what validators say of its signature."
    except pikepdf.PasswordError:
        return "The PDF document is encrypted, and asks for a password."
    except BROKEN_PDF:
        return None
    return None


def _protection(document: Pdf) -> object:
    if not document.is_encrypted:
        return "none"
    return (document.encryption.R, document.encryption.P, document.encryption.stream_method.name)


def _is_signed(document: Pdf) -> bool:
    root = document.Root
    if Name.Perms in root:
        return True
    form = root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        return False
    if int(form.get(Name.SigFlags, 0)) & _SIGNATURES_EXIST:
        return True
    return any(_is_signature(field) for field in _fields(form.get(Name.Fields, Array())))


def _fields(listed: pikepdf.Object) -> list[pikepdf.Object]:
    """All fields of a form, those inside others included."""
    fields: list[pikepdf.Object] = []
    left = list(listed)
    while left and len(fields) < _MOST_FIELDS:
        field = left.pop()
        if isinstance(field, Dictionary):
            fields.append(field)
            left.extend(field.get(Name.Kids, Array()))
    return fields


def _is_signature(field: pikepdf.Object) -> bool:
    return Name.V in field and field.get(Name.FT) == Name.Sig


def _shape(page: pikepdf.Page) -> tuple[bytes, int, bool]:
    annotations = page.obj.get(Name.Annots, Array())
    return page.mediabox.unparse(), int(page.obj.get(Name.Rotate, 0)), len(annotations) > 0


def _attachments(document: Pdf) -> list[str]:
    return [
        name for name, described in document.attachments.items() if described.obj.get(Name.AFRelationship) != _MANIFEST
    ]
