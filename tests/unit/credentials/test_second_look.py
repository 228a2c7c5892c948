"""What a binding that does not hold, or holds for less than the file, is called: by what the bytes say."""

import io
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from pipeline.credentials import Credential, SealOrder, alert_kinds
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.tiff_entry import manifest_entry
from tests.unit.credentials.bindings import plain_tiff, signed_png, signed_tiff, tiff_with_entry

MakeOrder = Callable[..., SealOrder]


def kinds(credential: Credential) -> list[str]:
    return [found.kind for found in alert_kinds(credential)]


# A claim that leaves out too much


def test_a_binding_that_leaves_out_just_the_manifest_is_sound(
    service: InProcessCredentialService, chain: DevelopmentChain, png: bytes
) -> None:
    credential = service.read(signed_png(chain, png, wider_by=0), "image/png")
    assert (credential.state, kinds(credential)) == ("valid", [])


@pytest.mark.parametrize("wider_by", [1, 12])
def test_bytes_that_have_the_hash_that_was_signed_are_not_called_tampered(
    service: InProcessCredentialService, chain: DevelopmentChain, png: bytes, wider_by: int
) -> None:
    """As the cameras of one vendor sign: the exclusion covers the manifest and what follows."""
    credential = service.read(signed_png(chain, png, wider_by=wider_by), "image/png")
    assert "assertion.dataHash.mismatch" in credential.codes
    assert (credential.state, kinds(credential)) == ("invalid", ["partial-coverage"])
    assert [found.severity for found in alert_kinds(credential)] == ["high"]


def test_where_the_bytes_have_another_hash_a_wide_exclusion_is_no_excuse(
    service: InProcessCredentialService, chain: DevelopmentChain, png: bytes
) -> None:
    wide = signed_png(chain, png, wider_by=12)
    changed = wide[:-1] + bytes([wide[-1] ^ 1])
    assert "content-tampered" in kinds(service.read(changed, "image/png"))


# What the library's own TIFF leaves out


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True], ids=["TIFF", "BigTIFF"])
@pytest.mark.parametrize("directories", [1, 2])
def test_the_length_of_the_manifest_may_be_left_out_and_not_a_byte_more(
    service: InProcessCredentialService, chain: DevelopmentChain, order: str, *, big: bool, directories: int
) -> None:
    tiff, entry = tiff_with_entry(order, big=big, directories=directories)
    width = 8 if big else 4
    plain = service.read(signed_tiff(chain, tiff, entry=entry, more=[(entry + 4, width)]), "image/tiff")
    assert plain.codes[-1] == "assertion.dataHash.additionalExclusionsPresent"
    assert (plain.state, kinds(plain)) == ("valid", [])
    pixel = 16 if big else 8
    for more in (
        [(entry + 4, width + 1)],
        [(entry + 3, width + 1)],
        [(entry + 4, width), (pixel, 1)],
        [(pixel, 4)],
        [(entry + 4, 2 * width)],
    ):
        spoiled = service.read(signed_tiff(chain, tiff, entry=entry, more=more), "image/tiff")
        assert (spoiled.state, kinds(spoiled)) == ("valid", ["partial-coverage"]), more


def test_an_entry_that_reaches_beyond_the_manifest_lets_nothing_hide_behind_it(
    service: InProcessCredentialService, chain: DevelopmentChain
) -> None:
    """The length is left out, so whoever raises it breaks no hash by that; what they put there does."""
    tiff, entry = tiff_with_entry()
    sealed = signed_tiff(chain, tiff, entry=entry, more=[(entry + 4, 4)])
    length = int.from_bytes(sealed[entry + 4 : entry + 8], "little") + 6
    longer = sealed[: entry + 4] + length.to_bytes(4, "little") + sealed[entry + 8 :] + b"hidden"
    credential = service.read(longer, "image/tiff")
    assert credential.state in ("invalid", "malformed")
    assert set(kinds(credential)) & {"content-tampered", "partial-coverage", "manifest-malformed"}


def test_directories_that_lead_in_a_circle_or_out_of_the_file_have_no_entry() -> None:
    tiff, entry = tiff_with_entry()
    assert manifest_entry(tiff) is not None
    circle = tiff[:-4] + tiff[4:8]
    for broken in (circle, tiff[:-1], tiff[:6], tiff[: entry + 3], tiff[:4] + b"\xff" * 4 + tiff[8:], b"II*\0", b""):
        assert manifest_entry(broken) is None


# Files that programs put together anew


@pytest.fixture(scope="module")
def report(service: InProcessCredentialService, make_order: MakeOrder) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out)
    return service.seal(out.getvalue(), make_order("application/pdf")).asset


def rewritten(document: bytes, **how: Any) -> bytes:
    """A PDF as qpdf writes it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as opened:
        opened.save(out, static_id=True, **how)
    return out.getvalue()


REWRITTEN = {
    "deflated": {"recompress_flate": True},
    "linearized": {"linearize": True},
    "object streams": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
    "uncompressed": {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.all},
    "encrypted": {"encryption": pikepdf.Encryption(owner="owner", user="")},
}


@pytest.mark.parametrize("how", REWRITTEN.values(), ids=REWRITTEN)
def test_a_pdf_that_was_rewritten_has_its_manifest_whole_and_says_what_it_said(
    service: InProcessCredentialService, report: bytes, how: dict[str, Any]
) -> None:
    credential = service.read(rewritten(report, **how), "application/pdf")
    assert (credential.state, credential.trust, credential.binding) == ("invalid", "trusted", "embedded")
    assert kinds(credential) == ["container-rewritten"]
    assert (credential.ai_generated, credential.claim_generator) == (True, "sealstream 0.1.0")


def test_a_pdf_that_was_changed_where_it_is_was_tampered_with(
    service: InProcessCredentialService, report: bytes
) -> None:
    for changed in (report + b"%\n", re.sub(rb"/MediaBox( ?\[ ?)0", rb"/MediaBox\g<1>1", report)):
        assert changed != report
        assert kinds(service.read(changed, "application/pdf")) == ["content-tampered"]


def test_a_rewritten_pdf_whose_manifest_was_changed_as_well_is_called_that_too(
    service: InProcessCredentialService, report: bytes
) -> None:
    forged = rewritten(report.replace(b"trainedAlg", b"trainedAlk"), linearize=True)
    assert "manifest-tampered" in kinds(service.read(forged, "application/pdf"))


def test_an_attachment_that_unpacks_without_end_is_no_manifest(
    service: InProcessCredentialService, report: bytes
) -> None:
    with pikepdf.open(io.BytesIO(report)) as document:
        bomb = zlib.compress(report[:16] + bytes(40 * 2**20))
        document.Root.AF[0].EF.F.write(bomb, filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        document.save(out)
    credential = service.read(out.getvalue(), "application/pdf")
    assert (credential.state, kinds(credential)) == ("malformed", ["manifest-malformed"])


def test_a_rewritten_pdf_can_be_sealed_again(
    service: InProcessCredentialService, make_order: MakeOrder, report: bytes
) -> None:
    again = service.seal(rewritten(report, linearize=True), make_order("application/pdf"))
    assert again.credential.state == "valid"


def test_a_tiff_to_which_a_program_added_an_entry_was_rewritten(
    service: InProcessCredentialService, chain: DevelopmentChain
) -> None:
    """The directory and the manifest move; the manifest is whole."""
    tiff, entry = tiff_with_entry()
    sealed = signed_tiff(chain, tiff, entry=entry, more=[(entry + 4, 4)])
    directory = int.from_bytes(sealed[4:8], "little")
    tag = struct.pack("<HHI4s", 315, 2, 3, b"me")
    store_at = (len(tiff) + 12).to_bytes(4, "little")
    count = (int.from_bytes(sealed[directory : directory + 2], "little") + 1).to_bytes(2, "little")
    before, link = sealed[directory + 2 : entry], sealed[entry + 12 : entry + 16]
    added = sealed[:directory] + count + before + tag + sealed[entry : entry + 8] + store_at + link
    credential = service.read(added + sealed[len(tiff) :], "image/tiff")
    assert (credential.state, kinds(credential)[0]) == ("invalid", "container-rewritten")
    pixel = sealed[:8] + bytes([sealed[8] ^ 1]) + sealed[9:]
    assert kinds(service.read(pixel, "image/tiff")) == ["content-tampered"]


# What sealing a TIFF leaves out


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True], ids=["TIFF", "BigTIFF"])
def test_every_byte_of_a_sealed_tiff_but_the_manifest_is_signed_for(
    service: InProcessCredentialService, make_order: MakeOrder, order: str, *, big: bool
) -> None:
    """The library leaves a hole in a BigTIFF, eight bytes of some entry; what is sealed here has none."""
    first = service.seal(plain_tiff(order, big=big), make_order("image/tiff"))
    again = service.seal(first.asset, make_order("image/tiff"))
    for sealed in (first, again):
        assert (sealed.binding, sealed.credential.state, kinds(sealed.credential)) == ("embedded", "valid", [])
        entry = manifest_entry(sealed.asset)
        assert entry is not None
        assert sealed.asset[entry.store.start : entry.store.stop] == sealed.manifest
    found = manifest_entry(first.asset)
    assert found is not None
    for at in set(range(len(first.asset))) - set(found.store):
        changed = first.asset[:at] + bytes([first.asset[at] ^ 1]) + first.asset[at + 1 :]
        assert service.read(changed, "image/tiff").state != "valid", at
