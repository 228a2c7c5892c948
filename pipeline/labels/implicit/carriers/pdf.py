"""PDF: the `AIGC` object in the Info dictionary, everything else in the document's XMP packet.

The document is written anew by pikepdf (qpdf), which leaves the streams of pages, pictures and fonts as they are, and
no trace of a label that is replaced. One with earlier revisions keeps them, and gets an incremental update.
Encrypted and signed documents are read where they open without a password, and not written: their protection, or the
signature, would be gone. Broken ones are not written either: how one is
mended is the guess of whoever shows it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pikepdf

from pipeline.assets.pdf_update import BROKEN_PDF, updated, would_lose
from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.aigc import aigc_json
from pipeline.labels.implicit.carriers.bounds import inflated
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, found_in_text, joined
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_AIGC: Final = "/AIGC"
_LONGEST_INFO: Final = 64 * 1024
_SIGNATURES_EXIST: Final = 1
_UNREADABLE: Final = "The PDF document is broken, or asks for a password."


def read(body: bytes) -> FoundLabels:
    """The labels of a PDF document."""
    with _opened(body, repaired=True) as document:
        return _found(document)


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A PDF document with the labels."""
    with _opened(body, repaired=False) as document:
        if document.is_encrypted:
            raise ImplicitRefusedError(what="The PDF document is encrypted, and would not be afterwards.")
        if _is_signed(document):
            raise ImplicitRefusedError(what="The PDF document is signed, and the signature would be broken.")
        beside = LabelsToWrite(digital_source_type=labels.digital_source_type, latent=labels.latent)
        packet = _packet(document)
        if packet is not None and labels.aigc is not None:
            packet = xmp.without_aigc(packet)
        if beside != LabelsToWrite():
            packet = xmp.merge(packet, beside)
        if packet is not None:
            stream = document.make_stream(packet, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
            document.Root.Metadata = stream
        if labels.aigc is not None:
            for name in _fields(document):
                del document.docinfo[name]
            document.docinfo[_AIGC] = aigc_json(labels.aigc, shape="bare")
        if would_lose(body, document):
            return updated(body, document)
        out = io.BytesIO()
        document.save(
            out,
            deterministic_id=True,
            fix_metadata_version=False,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        )
    return out.getvalue()


@contextmanager
def _opened(body: bytes, *, repaired: bool) -> Iterator[pikepdf.Pdf]:
    with (
        ImplicitRefusedError.instead_of(*BROKEN_PDF, what=_UNREADABLE),
        pikepdf.open(
            io.BytesIO(body), suppress_warnings=True, attempt_recovery=repaired, inherit_page_attributes=False
        ) as document,
    ):
        yield document


def _found(document: pikepdf.Pdf) -> FoundLabels:
    packet = _packet(document)
    found = xmp.found_in([] if packet is None else [packet])
    return joined(*_in_info(document), found)


def _in_info(document: pikepdf.Pdf) -> Iterator[FoundLabels]:
    for name in _fields(document):
        value = document.docinfo[name]
        text = str(value)[:_LONGEST_INFO] if isinstance(value, pikepdf.String) else ""
        yield found_in_text(text, carrier="pdf.info")


def _fields(document: pikepdf.Pdf) -> list[str]:
    """The names in the Info dictionary that hold a label: `AIGC`, however it is spelled."""
    if pikepdf.Name.Info not in document.trailer:
        return []
    return [name for name in document.docinfo.keys() if name.upper() == _AIGC]  # noqa: SIM118 - it is no mapping


def _packet(document: pikepdf.Pdf) -> bytes | None:
    stream = document.Root.get(pikepdf.Name.Metadata)
    if stream is None:
        return None
    if not isinstance(stream, pikepdf.Stream):
        raise ImplicitRefusedError(what="The PDF document's metadata is no stream.")
    filters = stream.get(pikepdf.Name.Filter)
    names = [] if filters is None else list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    raw = stream.read_raw_bytes()
    if not names:
        return raw
    if names == [pikepdf.Name.FlateDecode] and pikepdf.Name.DecodeParms not in stream:
        # Not by the library, which has no bound for what comes out.
        return inflated(raw, what="the XMP packet")
    raise ImplicitRefusedError(what="The PDF document's XMP packet is encoded in a way that is not read here.")


def _is_signed(document: pikepdf.Pdf) -> bool:
    root = document.Root
    if pikepdf.Name.Perms in root:
        return True
    form = root.get(pikepdf.Name.AcroForm)
    if form is None:
        return False
    if int(form.get(pikepdf.Name.SigFlags, 0)) & _SIGNATURES_EXIST:
        return True
    fields = form.get(pikepdf.Name.Fields, pikepdf.Array())
    return any(field.get(pikepdf.Name.FT) == pikepdf.Name.Sig and pikepdf.Name.V in field for field in fields)
