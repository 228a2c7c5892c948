"""Signers by URI: one registry of schemes, each loaded when it is used.

| URI | key kept in | a package of |
|---|---|---|
| `file:/path/key.pem`, or a path | a PEM file | |
| `pkcs11:token=T;object=K?module-path=/lib.so` | a hardware module (RFC 7512) | extra `pkcs11` |
| `vault:https://host:8200/transit/KEY?version=3` | HashiCorp Vault or OpenBao, transit engine | |
| `awskms:KEY-ID-OR-ARN?region=R` | AWS KMS | |
| `azurekms:https://NAME.vault.azure.net/keys/KEY/VERSION` | Azure Key Vault, Managed HSM | extra `azure` |
| `gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N` | Google Cloud KMS | extra `gcp` |
| `https://host/path` | any service that signs digests | |
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from pipeline.credentials.signer import load_signing_identity, load_signing_material
from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.credentials.signers.file_key import claim_signer
from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError, SigningKey
from pipeline.errors import OperatorError, WorldError

__all__ = ["SCHEMES", "files_of", "is_path", "open_signer"]

_FILE: Final = "file:"

Opening = Callable[[str, float], SigningKey]
"""Makes a key from its URI and the longest time for one signature, in seconds."""


def open_signer(certificates: Path, key: str, *, algorithm: str | None = None, seconds: float = 10.0) -> ClaimSigner:
    """The signer of a certificate chain and a key, wherever that is kept; it has signed once and was verified.

    Args:
        certificates: PEM file, leaf first.
        key: a path or a URI, see above.
        algorithm: COSE algorithm in lower case; None takes the one that goes with the certificate.
        seconds: longest time for one signature of a key that is not in a file.

    Raises:
        OperatorError: certificates, key and algorithm do not go together, or the key cannot be used.
        WorldError: what keeps the key does not answer.
    """
    file = _file_of(key)
    if file is not None:
        return claim_signer(load_signing_material(certificates, file, algorithm=algorithm))
    scheme, name = key.partition(":")[0], _shown(key)
    identity = load_signing_identity(certificates, algorithm=algorithm)
    try:
        opened = SCHEMES[scheme](key, seconds)
    except KeyRefusedError as error:
        raise OperatorError(
            what=f"The signing key {name} cannot be used: {error.why}.", remedy="Correct SEALSTREAM_SIGN_KEY."
        ) from None
    except KeyAwayError as error:
        raise WorldError(
            what=f"The signing key {name} is not within reach: {error.why}.", remedy="Check what keeps the key."
        ) from None
    return ClaimSigner(identity, opened, name=name, seconds=seconds)


def files_of(key: str) -> tuple[Path, ...]:
    """The files that a key is kept in: one or none."""
    file = _file_of(key)
    return () if file is None else (file,)


def is_path(key: str) -> bool:
    """Whether a key is named by a path, and not by a URI."""
    return not key.startswith(_FILE) and key.partition(":")[0] not in SCHEMES


def _file_of(key: str) -> Path | None:
    if key.startswith(_FILE):
        return Path(key.removeprefix(_FILE).removeprefix("//")).expanduser()
    return Path(key).expanduser() if is_path(key) else None


def _shown(key: str) -> str:
    """A URI without what may be secret in it: a name and a password before the host, and everything after `?`."""
    scheme, _, rest = key.partition("?")[0].partition(":")
    before, at, host = rest.rpartition("@")
    return f"{scheme}:{'//' if at and before.startswith('//') else ''}{host}"


def _awskms(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.awskms_key import AwsKmsKey  # noqa: PLC0415

    return AwsKmsKey(uri, seconds)


def _azurekms(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.azurekms_key import AzureKey  # noqa: PLC0415

    return AzureKey(uri, seconds)


def _gcpkms(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.gcpkms_key import GcpKey  # noqa: PLC0415

    return GcpKey(uri, seconds)


def _https(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.https_key import HttpsKey  # noqa: PLC0415

    return HttpsKey(uri, seconds)


def _pkcs11(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.pkcs11_key import Pkcs11Key  # noqa: PLC0415

    return Pkcs11Key(uri, seconds)


def _vault(uri: str, seconds: float) -> SigningKey:
    from pipeline.credentials.signers.vault_key import VaultKey  # noqa: PLC0415

    return VaultKey(uri, seconds)


SCHEMES: Final[dict[str, Opening]] = {
    "awskms": _awskms,
    "azurekms": _azurekms,
    "gcpkms": _gcpkms,
    "https": _https,
    "pkcs11": _pkcs11,
    "vault": _vault,
}
"""What keeps keys, by the scheme of its URI; a package of yours may add to it before settings are read."""
