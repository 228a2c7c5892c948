"""Incremental updates of PDF documents (ISO 32000-2, 7.5.6): what is changed is put behind a document that stays.

All bytes of the document stay where and as they are, so its earlier revisions can still be opened. A library that
writes the whole document anew merges them into one. The update's cross-references are of the kind that the document
has, as readers complain of a mixture.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Final, NamedTuple

import pikepdf
from pikepdf import Array, Pdf, Stream, String

__all__ = ["BROKEN_PDF", "NoUpdateError", "header_at", "opened_pdf", "revisions", "updated", "would_lose"]

_HEADER: Final = b"%PDF-"
_HEADER_WITHIN: Final = 1024
_START: Final = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF")
_TAIL: Final = 2048
_TABLE: Final = b"xref"
_KEPT: Final = ("/Root", "/Info")
_ID_BYTES: Final = 16


class NoUpdateError(Exception):
    """The document cannot be updated: what is at its end is no cross-reference that could be followed."""


BROKEN_PDF: Final = (
    NoUpdateError,
    pikepdf.PdfError,
    pikepdf.PasswordError,
    pikepdf.DataDecodingError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)
"""What is raised over documents that are broken, or ask for a password, whichever object pikepdf stumbles over."""


class _Written(NamedTuple):
    number: int
    generation: int
    offset: int


def opened_pdf(body: bytes) -> Pdf:
    """A document that is whole: what a repair would make of a broken one is a guess.

    Raises:
        pikepdf.PdfError: it is broken.
        pikepdf.PasswordError: it asks for a password.
    """
    return pikepdf.open(io.BytesIO(body), suppress_warnings=True, attempt_recovery=False, inherit_page_attributes=False)


def header_at(body: bytes) -> int:
    """Where a document begins, from where its offsets count; some have bytes of other programs before them.

    Raises:
        NoUpdateError: nowhere near the beginning of the file.
    """
    begin = body.find(_HEADER, 0, _HEADER_WITHIN)
    if begin < 0:
        raise NoUpdateError
    return begin


def revisions(body: bytes, document: Pdf) -> int:
    """How many revisions a document has: one, and one for each update.

    Args:
        body: the document.
        document: the same, opened. One that is linearized has its cross-references in two parts from the start.
    """
    return len(_START.findall(body)) - document.is_linearized


def would_lose(body: bytes, document: Pdf) -> bool:
    """Whether a document would lose something if it was written anew: earlier revisions, or bytes before its header."""
    return revisions(body, document) > 1 or not body.startswith(_HEADER)


def updated(body: bytes, changed: Pdf) -> bytes:
    """A document with an update behind it that holds whatever differs in an opened and changed copy.

    Args:
        body: the document as it is. It must not be encrypted, as nothing is encrypted here.
        changed: `opened_pdf(body)`, after changes. Streams that were given to it are written as they are.

    Raises:
        NoUpdateError: where its cross-references are cannot be told.
        pikepdf.PdfError: an object of the document is broken.
    """
    begin = header_at(body)
    found = _START.findall(body[-_TAIL:])
    if not found:
        raise NoUpdateError
    previous = int(found[-1])
    out = bytearray(body)
    if not body.endswith((b"\n", b"\r")):
        out += b"\n"
    with opened_pdf(body) as before:
        written = []
        for pdf_object in _differing(before, changed):
            number, generation = pdf_object.objgen
            written.append(_Written(number, generation, len(out) - begin))
            out += b"%d %d obj\n%b\nendobj\n" % (number, generation, _serialised(pdf_object))
    trailer = _trailer(changed, written, previous, body)
    if body.startswith(_TABLE, begin + previous):
        _add_table(out, begin, written, trailer)
    else:
        _add_stream(out, begin, written, trailer)
    return bytes(out)


def _differing(before: Pdf, changed: Pdf) -> Iterator[pikepdf.Object]:
    old = {pdf_object.objgen: pdf_object for pdf_object in _objects(before)}
    for pdf_object in _objects(changed):
        there = old.get(pdf_object.objgen)
        if there is None or not _same(there, pdf_object):
            yield pdf_object


def _objects(document: Pdf) -> Iterator[pikepdf.Object]:
    """All objects but numbers and the like, which the library gives as values; nobody changes those."""
    listed: Iterable[object] = document.objects
    return (
        pdf_object for pdf_object in listed if isinstance(pdf_object, pikepdf.Object) and pdf_object.objgen != (0, 0)
    )


def _same(pdf_object: pikepdf.Object, other: pikepdf.Object) -> bool:
    if isinstance(pdf_object, Stream) != isinstance(other, Stream):
        return False
    if isinstance(pdf_object, Stream) and isinstance(other, Stream):
        return _head(pdf_object) == _head(other) and pdf_object.read_raw_bytes() == other.read_raw_bytes()
    return pdf_object.unparse(resolved=True) == other.unparse(resolved=True)


def _head(stream: Stream) -> bytes:
    """A stream's dictionary but for the length, which may be an object of its own that says the same."""
    head = copy(stream.stream_dict)
    if "/Length" in head:
        del head["/Length"]
    return head.unparse()


def _serialised(value: pikepdf.Object) -> bytes:
    if not isinstance(value, Stream):
        return value.unparse(resolved=True)
    raw = value.read_raw_bytes()
    head = _head(value).removesuffix(b">>")
    return b"%b /Length %d >>\nstream\n%b\nendstream" % (head, len(raw), raw)


def _trailer(changed: Pdf, written: Iterable[_Written], previous: int, body: bytes) -> dict[str, bytes]:
    size = max((int(changed.trailer.Size), *(entry.number + 1 for entry in written)))
    trailer = {key: changed.trailer[key].unparse() for key in _KEPT if key in changed.trailer}
    changing = String(hashlib.sha256(body).digest()[:_ID_BYTES])
    there = changed.trailer.get("/ID")
    lasting = there[0] if isinstance(there, Array) and len(there) > 0 else changing
    trailer["/ID"] = Array([lasting, changing]).unparse()
    return {**trailer, "/Size": b"%d" % size, "/Prev": b"%d" % previous}


def _dictionary(entries: dict[str, bytes]) -> bytes:
    return b"<< %b>>" % b"".join(b"%b %b " % (key.encode(), value) for key, value in entries.items())


def _add_table(out: bytearray, begin: int, written: Iterable[_Written], trailer: dict[str, bytes]) -> None:
    start = len(out) - begin
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for entry in sorted(written):
        out += b"%d 1\n%010d %05d n \n" % (entry.number, entry.offset, entry.generation)
    out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (_dictionary(trailer), start)


def _add_stream(out: bytearray, begin: int, written: Iterable[_Written], trailer: dict[str, bytes]) -> None:
    start = len(out) - begin
    own = int(trailer["/Size"])
    entries = sorted((*written, _Written(own, 0, start)))
    rows = b"".join(b"\x01%b%b" % (entry.offset.to_bytes(8), entry.generation.to_bytes(2)) for entry in entries)
    rows = b"\x00" + bytes(8) + b"\xff\xff" + rows
    index = b"[0 1 %b]" % b" ".join(b"%d 1" % entry.number for entry in entries)
    head = {**trailer, "/Size": b"%d" % (own + 1), "/Type": b"/XRef", "/W": b"[1 8 2]", "/Index": index}
    head["/Length"] = b"%d" % len(rows)
    out += b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (own, _dictionary(head), rows)
    out += b"startxref\n%d\n%%%%EOF\n" % start
