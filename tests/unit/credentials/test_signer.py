"""Signing material: everything that would make manifests worthless is found before the first one is signed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipeline.credentials import SealOrder
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.signer import CLAIM_SIGNING, days_to_expiry, load_signing_material
from pipeline.errors import OperatorError
from tests.unit.credentials.authority import PEM, Authority


class Files:
    """The two files that the configuration names."""

    def __init__(self, directory: Path) -> None:
        self.chain = directory / "chain.pem"
        self.key = directory / "key.pem"

    def write(self, chain: list[x509.Certificate], key: Any, **how: Any) -> None:
        self.chain.write_bytes(b"".join(certificate.public_bytes(PEM) for certificate in chain))
        private_format = how.get("format", serialization.PrivateFormat.PKCS8)
        encryption = how.get("encryption", serialization.NoEncryption())
        self.key.write_bytes(key.private_bytes(PEM, private_format, encryption))
        self.key.chmod(how.get("mode", 0o600))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_good_chain_is_taken_and_its_root_left_out(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key)
    files.write([leaf, authority.intermediate, authority.root], key)
    material = load_signing_material(files.chain, files.key)
    assert x509.load_pem_x509_certificates(material.certificate_chain) == [leaf, authority.intermediate]
    assert 29 < days_to_expiry(material) <= 30


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
        (rsa.generate_private_key(65537, 2048), "ps256"),
    ],
    ids=["P-256", "P-384", "P-521", "Ed25519", "RSA"],
)
def test_every_kind_of_key_signs_what_validators_accept(
    authority: Authority, files: Files, private: Any, algorithm: str, make_order: Callable[..., SealOrder]
) -> None:
    leaf = authority.issue("leaf", "intermediate", private.public_key(), authority.key)
    files.write([leaf, authority.intermediate], private)
    material = load_signing_material(files.chain, files.key)
    assert material.algorithm == algorithm
    service = InProcessCredentialService(signing=material, trust_anchors=authority.root.public_bytes(PEM))
    assert service.seal(b"words", make_order()).credential.trust == "trusted"


def test_an_rsa_key_signs_with_the_algorithm_that_is_asked_for(authority: Authority, files: Files) -> None:
    private = rsa.generate_private_key(65537, 2048)
    leaf = authority.issue("leaf", "intermediate", private.public_key(), authority.key)
    files.write([leaf, authority.intermediate], private)
    assert load_signing_material(files.chain, files.key, algorithm="ps384").algorithm == "ps384"
    with pytest.raises(OperatorError, match="SEALSTREAM_SIGN_ALGORITHM"):
        load_signing_material(files.chain, files.key, algorithm="es256")


def test_a_key_in_the_older_format_of_openssl_is_taken(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key)
    files.write([leaf, authority.intermediate], key, format=serialization.PrivateFormat.TraditionalOpenSSL)
    assert load_signing_material(files.chain, files.key).private_key.startswith(b"-----BEGIN PRIVATE KEY")


@pytest.mark.parametrize(
    ("flaw", "told"),
    [
        ({"ends": timedelta(hours=-1)}, "expired on"),
        ({"begins": timedelta(days=1)}, "not valid before"),
        ({"ca": True}, "certificate authority"),
        ({"signs": False}, "digital signatures"),
        ({"usages": ()}, r"2\.5\.29\.37"),
        ({"usages": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "may not sign claims"),
        ({"usages": (CLAIM_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)}, "may not sign claims"),
        ({"identifies_authority": False}, r"2\.5\.29\.35"),
    ],
)
def test_a_leaf_that_validators_would_refuse_is_refused_at_start(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey, flaw: dict[str, Any], told: str
) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key, **flaw)
    files.write([leaf, authority.intermediate], key)
    with pytest.raises(OperatorError, match=told) as refusal:
        load_signing_material(files.chain, files.key)
    assert str(files.chain) in refusal.value.what
    assert "SEALSTREAM_SIGN_CERT" in refusal.value.what


def test_a_chain_out_of_order_is_refused(authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key)
    files.write([leaf, authority.root, authority.intermediate], key)
    with pytest.raises(OperatorError, match="out of order"):
        load_signing_material(files.chain, files.key)


def test_a_key_of_another_certificate_is_refused_and_not_shown(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = authority.issue("leaf", "intermediate", authority.root_key.public_key(), authority.key)
    files.write([leaf, authority.intermediate], key)
    with pytest.raises(OperatorError, match="SEALSTREAM_SIGN_KEY") as refusal:
        load_signing_material(files.chain, files.key)
    assert "PRIVATE KEY" not in str(refusal.value)


def test_a_key_that_everybody_can_read_is_refused_with_the_command_that_helps(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key)
    files.write([leaf, authority.intermediate], key, mode=0o644)
    with pytest.raises(OperatorError, match=f"chmod 600 {files.key}"):
        load_signing_material(files.chain, files.key)


def test_a_key_behind_a_password_is_refused(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = authority.issue("leaf", "intermediate", key.public_key(), authority.key)
    files.write([leaf], key, encryption=serialization.BestAvailableEncryption(b"secret"))
    with pytest.raises(OperatorError, match="without a password"):
        load_signing_material(files.chain, files.key)


def test_a_curve_outside_the_specification_is_refused(authority: Authority, files: Files) -> None:
    odd = ec.generate_private_key(ec.SECP256K1())
    files.write([authority.issue("leaf", "intermediate", odd.public_key(), authority.key)], odd)
    with pytest.raises(OperatorError, match="curve"):
        load_signing_material(files.chain, files.key)


def test_files_that_are_not_there_or_not_pem_are_named(files: Files) -> None:
    with pytest.raises(OperatorError, match=r"SEALSTREAM_SIGN_CERT.*No such file"):
        load_signing_material(files.chain, files.key)
    files.chain.write_bytes(b"nothing of the kind")
    with pytest.raises(OperatorError, match="holds no PEM certificates"):
        load_signing_material(files.chain, files.key)


def test_a_time_stamp_authority_has_a_web_address(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    files.write([authority.issue("leaf", "intermediate", key.public_key(), authority.key)], key)
    with pytest.raises(OperatorError, match="SEALSTREAM_TIME_STAMP_URL"):
        load_signing_material(files.chain, files.key, time_stamp_authority="ldap://tsa")


def test_the_key_is_in_no_representation_of_the_material(
    authority: Authority, files: Files, key: ec.EllipticCurvePrivateKey
) -> None:
    files.write([authority.issue("leaf", "intermediate", key.public_key(), authority.key)], key)
    material = load_signing_material(files.chain, files.key)
    assert "PRIVATE" not in repr(material)
    assert "PRIVATE" not in f"{material}"
