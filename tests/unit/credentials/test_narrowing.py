"""Of many anchors those that may have to do with one chain of certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pipeline.credentials import Trust
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.trust import certificates_of, shipped_lists
from pipeline.credentials.trust.narrowing import concerning
from tests.unit.credentials.conftest import MakeOrder

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime(2027, 1, 2, tzinfo=UTC)


def certificate(name: str, issuer: str) -> bytes:
    """A certificate; nothing here looks at more than its names."""

    def named(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    builder = x509.CertificateBuilder(
        issuer_name=named(issuer),
        subject_name=named(name),
        public_key=KEY.public_key(),
        serial_number=7,
        not_valid_before=NOW,
        not_valid_after=NOW + timedelta(days=1),
    )
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)


LEAF = certificate("leaf", "issuer")
STRANGERS = certificate("stranger", "stranger") + certificate("other", "stranger")


def names_of(pem: bytes) -> list[str]:
    return [anchor.subject.rfc4514_string() for anchor in certificates_of(pem)] if pem else []


@pytest.mark.parametrize(
    ("anchors", "kept"),
    [
        (certificate("issuer", "issuer"), ["CN=issuer"]),
        (certificate("ISS  uer", "root") + certificate("Root", "root"), ["CN=ISS  uer", "CN=Root"]),
        (certificate("leaf", "nobody"), ["CN=leaf"]),
        (b"", []),
    ],
    ids=["who issued it", "and who issued that, however written", "the certificate itself", "nobody"],
)
def test_anchors_are_kept_whose_names_stand_above_a_certificate(anchors: bytes, kept: list[str]) -> None:
    trust = concerning(Trust(lists=STRANGERS + anchors, private=anchors, denied=(("1", "2"),)), LEAF)
    assert (names_of(trust.lists), names_of(trust.private), trust.denied) == (kept, kept, (("1", "2"),))


@pytest.mark.parametrize(("trusted", "chain"), [(b"no list", LEAF), (STRANGERS, b"no chain")])
def test_what_cannot_be_read_is_left_as_it_is(trusted: bytes, chain: bytes) -> None:
    assert concerning(Trust(lists=trusted), chain) == Trust(lists=trusted)


@pytest.mark.parametrize("trusted_by", ["lists", "private"])
def test_what_we_signed_is_as_trusted_when_read_back_as_when_read(
    trusted_by: str, tmp_path: Path, png: bytes, make_order: MakeOrder
) -> None:
    chain = development_chain(tmp_path)
    lists = b"".join(trust_list.pem for trust_list in shipped_lists())
    trust = (
        Trust(lists=lists + chain.trust_anchors)
        if trusted_by == "lists"
        else Trust(lists=lists, private=chain.trust_anchors)
    )
    service = InProcessCredentialService(signing=chain.material, trust_anchors=trust)
    sealed = service.seal(png, make_order("image/png"))
    assert sealed.credential.trusted_by == ("lists" if trusted_by == "lists" else "private")
    assert sealed.credential == service.read(sealed.asset, "image/png")
