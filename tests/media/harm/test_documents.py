"""PDF: what was signed stays signed, what was locked stays locked, and every reader that read a document still does."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pikepdf
import pytest
from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pipeline.credentials import SealedAsset
from pipeline.credentials.in_process import InProcessCredentialService
from tests.media.conftest import SAMPLES, MakeOrder
from tests.media.harm.oracle import Seal, run, written
from tests.tools import need

PDF: Final = "application/pdf"


def plain(pages: int = 3, **save: object) -> bytes:
    document = pikepdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=(200, 100 + number))
        document.pages[number].Contents = document.make_stream(b"0.%d 0 0 rg 0 0 50 50 re f" % (number + 1))
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def changed(body: bytes, change: Callable[[pikepdf.Pdf], object], **save: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as document:
        change(document)
        document.save(out, **save)
    return out.getvalue()


def with_attachments(body: bytes) -> bytes:
    def attach(document: pikepdf.Pdf) -> None:
        for name in ("a table.csv", "zebra.txt"):
            document.attachments[name] = pikepdf.AttachedFileSpec(document, name.encode(), filename=name)

    return changed(body, attach)


def with_many_attachments(body: bytes) -> bytes:
    """A name tree with two branches, which is not what libraries write for a few."""

    def branch(document: pikepdf.Pdf) -> None:
        kids = []
        for name in ("alpha", "zebra"):
            specification = pikepdf.AttachedFileSpec(document, name.encode(), filename=name).obj
            names = pikepdf.Array([pikepdf.String(name), specification])
            limits = pikepdf.Array([pikepdf.String(name), pikepdf.String(name)])
            kids.append(document.make_indirect(pikepdf.Dictionary(Limits=limits, Names=names)))
        tree = document.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array(kids)))
        document.Root.Names = document.make_indirect(pikepdf.Dictionary(EmbeddedFiles=tree))

    return changed(body, branch)


def revised(body: bytes) -> bytes:
    """With a second revision behind the first."""
    writer = IncrementalPdfFileWriter(io.BytesIO(body))
    writer.root["/PageLayout"] = pikepdf_name("/TwoColumnLeft")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pikepdf_name(name: str) -> object:
    from pyhanko.pdf_utils.generic import NameObject  # noqa: PLC0415 - the name of a kind that pikepdf has, too

    return NameObject(name)


@cache
def signer() -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, "Office of harbours")])
    now = datetime.now(UTC)
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(certificates.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(der)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def signed(body: bytes, *, certified: bool = False) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Approval",
        certify=certified,
        docmdp_permissions=MDPPerm.NO_CHANGES if certified else MDPPerm.FILL_FORMS,
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(body)), metadata, signer=signer())
    return bytes(out.getbuffer())


def locked(*, user: str) -> bytes:
    permissions = pikepdf.Permissions(extract=False, print_highres=False)
    return plain(encryption=pikepdf.Encryption(owner="harbour", user=user, allow=permissions))


OPEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "table": plain,
    "xref stream": lambda: plain(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearized": lambda: plain(linearize=True),
    "linearized xref stream": lambda: plain(linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "attachments": lambda: with_attachments(plain()),
    "many attachments": lambda: with_many_attachments(plain()),
    "two revisions": lambda: revised(plain()),
    "two revisions, xref stream": lambda: revised(plain(object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    "version 1.3": lambda: plain(force_version="1.3"),
    "bytes before it": lambda: b"From a mail:\r\n" + plain(),
    "bytes behind it": lambda: plain() + b"\r\n\r\n",
    "report": (SAMPLES / "report.pdf").read_bytes,
}
KEPT: Final = ("two revisions", "two revisions, xref stream", "bytes before it")
"""Of these, writing a document anew for a label would lose something."""

SIGNED: Final = {"approved": False, "certified": True}


@pytest.mark.parametrize("kind", OPEN)
def test_a_document_opens_without_complaint_and_its_revisions_are_there(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("qpdf", "pdftoppm", "pdfinfo", "mutool")
    body = OPEN[kind]()
    before = seen(written(tmp_path, body, "pdf"))
    for number, sealed in enumerate(seal(body, PDF)):
        assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
        # For a label, a document that loses nothing by it is written anew; all else is put behind what is there.
        assert sealed.asset.startswith(body) or (number == 1 and kind not in KEPT)
        assert seen(written(tmp_path, sealed.asset, "pdf")) == before
        assert attachments(sealed.asset) > attachments(body)
        assert len(attachments(sealed.asset)) == len(attachments(body)) + 1


def seen(file: Path) -> dict[str, object]:
    """What readers show, and whether they complain."""
    checked = run("qpdf", "--check", file)
    rendered = run("pdftoppm", "-r", "36", "-png", file, file.with_suffix(""))
    pages = sorted(file.parent.glob(f"{file.stem}-*.png"))
    return {
        "qpdf": [line for line in checked.splitlines() if "WARNING" in line or "error" in line.lower()],
        "poppler": [line for line in (rendered + run("pdfinfo", file)).splitlines() if "Error" in line],
        "mupdf": [line for line in run("mutool", "info", file).splitlines() if "error" in line or "warning" in line],
        "pages": [page.read_bytes() for page in pages],
    }


def attachments(body: bytes) -> set[str]:
    """What is found by its name: qpdf looks into a branch of the tree only where its limits say so."""
    with pikepdf.open(io.BytesIO(body)) as document:
        return {name for name in document.attachments if name in document.attachments}


@pytest.mark.parametrize("kind", SIGNED)
def test_a_signed_document_keeps_its_signature(kind: str, seal: Seal, tmp_path: Path) -> None:
    need("pdfsig")
    body = signed(plain(), certified=SIGNED[kind])
    for sealed in seal(body, PDF):
        beside(sealed, body, "signed")
        assert "Signature is Valid" in run("pdfsig", written(tmp_path, sealed.asset, "pdf"))
        signature = PdfFileReader(io.BytesIO(sealed.asset)).embedded_signatures[0]
        status = validate_pdf_signature(signature, ValidationContext(trust_roots=[signer().signing_cert]))
        assert (status.intact, status.valid, status.coverage.name) == (True, True, "ENTIRE_FILE")


def test_a_signature_inside_a_group_of_fields_is_found(seal: Seal) -> None:
    def group(document: pikepdf.Pdf) -> None:
        value = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3]))
        kid = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("inner"), V=value)
        field = pikepdf.Dictionary(T=pikepdf.String("outer"), Kids=pikepdf.Array([document.make_indirect(kid)]))
        fields = pikepdf.Array([document.make_indirect(field)])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=fields, SigFlags=0)

    body = changed(plain(), group)
    for sealed in seal(body, PDF):
        beside(sealed, body, "signed")


def test_a_document_with_an_owner_password_stays_locked(seal: Seal, tmp_path: Path) -> None:
    need("qpdf")
    body = locked(user="")
    before = run("qpdf", "--show-encryption", written(tmp_path, body, "pdf"))
    assert "extract for any purpose: not allowed" in before
    for sealed in seal(body, PDF):
        beside(sealed, body, "encrypted")
        assert run("qpdf", "--show-encryption", written(tmp_path, sealed.asset, "pdf")) == before


def test_a_document_with_a_user_password_goes_out_as_it_came(seal: Seal) -> None:
    body = locked(user="ferry")
    for sealed in seal(body, PDF):
        beside(sealed, body, "asks for a password")


def beside(sealed: SealedAsset, body: bytes, because: str) -> None:
    assert (sealed.binding, sealed.asset) == ("sidecar", body)
    assert because in (sealed.sidecar_because or "")


def test_a_sealed_document_is_sealed_again_and_has_one_manifest(
    service: InProcessCredentialService, make_order: MakeOrder, seal: Seal
) -> None:
    first = next(seal(plain(), PDF))
    again = service.seal(first.asset, make_order(PDF))
    assert again.asset.startswith(first.asset)
    assert attachments(again.asset) == {"Content Credentials"}
    assert service.extract(again.asset, PDF) == again.manifest != first.manifest
