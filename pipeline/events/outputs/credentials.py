"""What an asset says of itself, and who signed it."""

from typing import Literal

import msgspec

__all__ = ["ClaimGenerator", "CredentialSummary", "ManifestReference", "SignerSummary"]


class SignerSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed the claim, as the certificate says."""

    common_name: str | None
    issuer: str | None
    serial: str | None
    algorithm: str | None
    not_after: str | None


class CredentialSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset says of itself: absent and invalid are never the same."""

    credential: Literal["absent", "valid", "invalid", "malformed", "remote"]
    trust: Literal["trusted", "untrusted", "expired", "revoked", "unknown", "none"]
    ai_generated: bool | None
    codes: tuple[str, ...]
    active_manifest: str | None
    signer: SignerSummary | None
    binding: Literal["embedded", "sidecar"] | None


class ManifestReference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a manifest is stored, and how it is bound to its asset.

    `time_stamped` says whether a time stamp came with its signature; records that earlier
    releases wrote do not say it.
    """

    uri: str
    sha256: str
    size: int
    label: str
    binding: Literal["embedded", "sidecar"]
    time_stamped: bool | None = None


class ClaimGenerator(msgspec.Struct, frozen=True, kw_only=True):
    """The software that made the claim."""

    name: str
    version: str
