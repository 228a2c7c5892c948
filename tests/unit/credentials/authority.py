"""A small certificate authority, for certificates as good or bad as a test wants them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.credentials.signer import CLAIM_SIGNING

NOW = datetime.now(UTC)
PEM = serialization.Encoding.PEM


class Authority:
    """A small certificate authority: a root, one intermediate, and leaves as good or bad as a test wants them."""

    def __init__(self) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self.issue("root", "root", self.root_key.public_key(), self.root_key, ca=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.intermediate = self.issue("intermediate", "root", self.key.public_key(), self.root_key, ca=True)

    def issue(
        self,
        subject: str,
        issuer: str,
        public: Any,
        signing_key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool = False,
        usages: tuple[x509.ObjectIdentifier, ...] = (CLAIM_SIGNING,),
        signs: bool = True,
        identifies_authority: bool = True,
        begins: timedelta = timedelta(days=-1),
        ends: timedelta = timedelta(days=30),
    ) -> x509.Certificate:
        def name(common_name: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + begins)
            .not_valid_after(NOW + ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=signs, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **usage),
                critical=True,
            )
        )
        if usages and not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if identifies_authority:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
            builder = builder.add_extension(identifier, critical=False)
        return builder.sign(signing_key, hashes.SHA256())
