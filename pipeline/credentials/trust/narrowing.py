"""Of many anchors those that may have to do with one chain of certificates.

The C2PA library reads all of its anchors anew for every asset: the published lists take as long as the rest of checking
a signature. Of what this process signed itself, it is known which of them can matter.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pipeline.credentials.model import Trust

__all__ = ["concerning"]

_Name = frozenset[str]


def concerning(trust: Trust, chain: bytes) -> Trust:
    """Whom to trust as far as it matters for what one certificate signs.

    Args:
        trust: whom is trusted in all.
        chain: PEM certificates, the signer's first.

    Returns:
        The same, with no more anchors than those whose name is in the chain, and those above them. Names are compared
        generously, so that a library that takes two for one finds both. What cannot be read is left as it is.
    """
    try:
        names = _names_above(chain, (*_read(trust.lists), *_read(trust.private)))
        return Trust(lists=_written(trust.lists, names), private=_written(trust.private, names), denied=trust.denied)
    except ValueError:
        return trust


def _names_above(chain: bytes, anchors: Sequence[x509.Certificate]) -> set[_Name]:
    names = {_name(name) for certificate in _read(chain) for name in (certificate.subject, certificate.issuer)}
    while above := {_name(anchor.issuer) for anchor in anchors if _name(anchor.subject) in names} - names:
        names |= above
    return names


def _read(pem: bytes) -> Sequence[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem) if pem.strip() else ()


def _written(pem: bytes, names: set[_Name]) -> bytes:
    return b"".join(
        certificate.public_bytes(serialization.Encoding.PEM)
        for certificate in _read(pem)
        if _name(certificate.subject) in names
    )


def _name(name: x509.Name) -> _Name:
    """What a name says, without case, spaces and order."""
    return frozenset("".join(str(attribute.value).casefold().split()) for attribute in name)
