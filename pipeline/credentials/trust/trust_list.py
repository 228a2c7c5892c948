"""One trust list: whom to trust for what, how old it is, and where it is from.

Read from PEM, or from the JSON in which C2PA publishes its lists since 2026 (ETSI TS 119 602, a list of trusted
entities), which has dates and states of its own. Neither is signed: what a list says is as good as the way it came.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

__all__ = ["MOST_DAYS", "TrustList", "TrustListError", "Use", "certificates_of", "read_list"]

Use = Literal["signers", "stamps"]

MOST_DAYS: Final = 90
"""How old a list may be that does not say itself when the next one comes."""

_TRUSTED: Final = "/trust-list/trusted"
_STAMPS: Final = "TSA"


class TrustListError(Exception):
    """What was given is no trust list.

    Args:
        why: what is wrong with it.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """Anchors for one use.

    Args:
        name: what it is called in settings.
        title: what its publisher calls it.
        pem: the certificates, one after the other.
        issued: when it was published, or taken where nobody says.
        next_update: when its publisher promises the next one, or when it is too old.
        source: where it is from.
        sequence: its number, where its publisher counts.
    """

    name: str
    title: str
    use: Use
    pem: bytes
    issued: date
    next_update: date
    source: str
    sequence: int | None = None

    @property
    def certificates(self) -> list[x509.Certificate]:
        """Its anchors."""
        return certificates_of(self.pem)

    @property
    def sha256(self) -> str:
        """Digest of its certificates as PEM."""
        return hashlib.sha256(self.pem).hexdigest()

    def overdue(self, today: date | None = None) -> int:
        """For how many days it has been too old; 0 while it is not."""
        return max(((today or datetime.now(UTC).date()) - self.next_update).days, 0)


def certificates_of(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file.

    Raises:
        TrustListError: there are none, or one cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise TrustListError("it holds no certificates, or some that cannot be read") from None


def read_list(body: bytes, *, use: Use | None, source: str, today: date | None = None) -> TrustList:
    """Read a list from PEM or from C2PA's JSON.

    Args:
        body: the file.
        use: what its anchors are trusted for; JSON says so itself.
        source: where it is from, to be told later.
        today: the day on which PEM, which has no date, is taken.

    Raises:
        TrustListError: it is none, or says nothing of its use and nobody else does.
    """
    today = today or datetime.now(UTC).date()
    if body.lstrip()[:1] == b"{":
        return _read_json(body, use, source)
    if use is None:
        raise TrustListError("PEM does not say whether its anchors are for signers or for time stamps")
    certificates_of(body)
    return TrustList(
        name=_name(use),
        title=f"anchors for {use}",
        use=use,
        pem=body,
        issued=today,
        next_update=today + timedelta(days=MOST_DAYS),
        source=source,
    )


def _name(use: Use) -> str:
    return "c2pa" if use == "signers" else "c2pa-tsa"


class _Text(msgspec.Struct):
    value: str = ""


class _Information(msgspec.Struct, rename="pascal", kw_only=True):
    scheme_name: list[_Text] = []
    list_issue_date_time: datetime
    next_update: datetime
    sequence: int | None = msgspec.field(name="LoTESequenceNumber", default=None)


class _Certificate(msgspec.Struct):
    val: str


class _Identity(msgspec.Struct):
    certificates: list[_Certificate] = msgspec.field(name="X509Certificates", default_factory=list)


class _Service(msgspec.Struct, rename="pascal"):
    service_digital_identity: _Identity
    service_status: str = ""


class _Services(msgspec.Struct, rename="pascal"):
    service_information: _Service


class _Entity(msgspec.Struct, rename="pascal"):
    trusted_entity_services: list[_Services] = []


class _List(msgspec.Struct, rename="pascal"):
    list_and_scheme_information: _Information
    trusted_entities_list: list[_Entity]


class _File(msgspec.Struct):
    list: _List = msgspec.field(name="LoTE")


def _read_json(body: bytes, use: Use | None, source: str) -> TrustList:
    try:
        found = msgspec.json.decode(body, type=_File).list
        anchors = [
            x509.load_der_x509_certificate(base64.b64decode(certificate.val, validate=True))
            for entity in found.trusted_entities_list
            for service in entity.trusted_entity_services
            if service.service_information.service_status.endswith(_TRUSTED)
            for certificate in service.service_information.service_digital_identity.certificates
        ]
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise TrustListError("it is JSON, and no list of trusted entities (ETSI TS 119 602) that can be read") from None
    if not anchors:
        raise TrustListError("it trusts nobody")
    about = found.list_and_scheme_information
    title = next((attribute.value for attribute in about.scheme_name), "")
    said: Use = "stamps" if _STAMPS in title.split() else "signers"
    if use not in (None, said):
        raise TrustListError(f"it calls itself {title!r}, which is a list of {said}")
    return TrustList(
        name=_name(said),
        title=title,
        use=said,
        pem=b"".join(anchor.public_bytes(Encoding.PEM) for anchor in anchors),
        issued=about.list_issue_date_time.date(),
        next_update=about.next_update.date(),
        source=source,
        sequence=about.sequence,
    )
