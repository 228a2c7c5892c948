"""The values that go into sealing and come out of reading: what a manifest shall say, and what a credential says."""

from typing import Final, Literal

import msgspec

from pipeline.credentials.verdicts import OwnKind
from pipeline.fingerprints.fingerprint import Fingerprint

__all__ = [
    "Algorithm",
    "Binding",
    "Credential",
    "CredentialState",
    "Disclosure",
    "HumanOversight",
    "Parent",
    "SealOrder",
    "SealedAsset",
    "SignerIdentity",
    "SigningIdentity",
    "SigningMaterial",
    "Software",
    "StampedManifest",
    "Trust",
    "TrustState",
]

Binding = Literal["embedded", "sidecar"]
_Operation = Literal["generated", "edited"]
HumanOversight = Literal["fully_autonomous", "prompt_guided", "human_validated"]
CredentialState = Literal["absent", "valid", "invalid", "malformed", "remote"]
TrustState = Literal["trusted", "untrusted", "expired", "revoked", "unknown", "none"]
_STAMP_OF_A_STRANGER: Final = "timeStamp.untrusted"
Algorithm = Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"]


class Software(msgspec.Struct, frozen=True, kw_only=True):
    """A claim generator or a software agent (C2PA 2.4, generator-info map)."""

    name: str
    version: str | None = None


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """What the `c2pa.ai-disclosure` assertion says of the model (C2PA 2.4 §18.28)."""

    model_type: str
    model_name: str | None = None
    model_identifier: str | None = None
    human_oversight: HumanOversight | None = None


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that this one was made from; what is not known stays None.

    Attributes:
        instance_id: which version of the asset this was, in the words of who made it.
        asset: its bytes; its credential is checked against them and becomes part of the new manifest.
        manifest: its manifest where that is kept beside the asset; of no use without `asset`.
    """

    media_type: str
    title: str | None = None
    instance_id: str | None = None
    asset: bytes | None = None
    manifest: bytes | None = None


class SealOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifest of one asset shall say. Nothing personal belongs in it: manifests are public for good.

    Attributes:
        digital_source_type: IPTC or C2PA source type, the whole URI.
        when: RFC 3339 time of the operation, None where the event does not say.
        software_agent: the model or program that performed the operation.
        parents: what the asset was made from, the one that was edited first.
        fingerprint: what the asset is recognised by when it loses the manifest (C2PA: soft binding).
        identity: the name of the identity that signs, of several; None for the one that there is, or the default.
    """

    media_type: str
    operation: _Operation
    digital_source_type: str
    claim_generator: Software
    title: str | None = None
    when: str | None = None
    software_agent: Software | None = None
    disclosure: Disclosure | None = None
    parents: tuple[Parent, ...] = ()
    fingerprint: Fingerprint | None = None
    identity: str | None = None


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whose signatures and time stamps are believed. Certificates are PEM, one after the other.

    Attributes:
        lists: anchors of published lists.
        private: anchors of the operator's own.
        denied: certificates that are not, whatever issued them: serial number (lowercase hex) and end (RFC 3339).
    """

    lists: bytes = b""
    private: bytes = b""
    denied: tuple[tuple[str, str], ...] = ()


class SignerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed the claim, as the certificate says.

    Attributes:
        serial: serial number of the certificate, lowercase hex.
        not_after: RFC 3339 time at which the certificate ends.
    """

    common_name: str | None = None
    issuer: str | None = None
    serial: str | None = None
    algorithm: str | None = None
    not_after: str | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset says of itself, and what validation found. `reading` explains the states.

    Attributes:
        ai_generated: True where any manifest of the chain declares AI origin, even if its signature fails; False
            only where a valid credential declares another origin; None where nothing is declared.
        active_codes: validation codes of the active manifest that are no success, failures first.
        ingredient_codes: the same of its ingredients, at whatever depth.
        dismissed_codes: those of `active_codes` that, looked at closely, say nothing against the asset.
        meanings: what others of them mean, looked at closely, where that is not what they usually do.
        digital_source_types: source types found, those of the active manifest first.
        title: what the active manifest calls the asset.
        remote_url: where the asset says its manifest is. A fact about the asset; it is never fetched.
        trusted_by: what the signer is trusted by, where it is: published lists, or private anchors.
        time_stamped: a time-stamp authority that is trusted says when the active manifest was signed.
    """

    state: CredentialState
    trust: TrustState
    ai_generated: bool | None = None
    active_codes: tuple[str, ...] = ()
    ingredient_codes: tuple[str, ...] = ()
    dismissed_codes: tuple[str, ...] = ()
    meanings: dict[str, OwnKind] = {}
    active_manifest: str | None = None
    signer: SignerIdentity | None = None
    binding: Binding | None = None
    digital_source_types: tuple[str, ...] = ()
    claim_generator: str | None = None
    title: str | None = None
    remote_url: str | None = None
    trusted_by: Literal["lists", "private"] | None = None
    time_stamped: bool = False

    @property
    def has_time_stamp(self) -> bool:
        """Whether there is a time stamp with the active manifest's signature, be its authority trusted here or not."""
        return self.time_stamped or _STAMP_OF_A_STRANGER in self.active_codes

    @property
    def codes(self) -> tuple[str, ...]:
        """All validation codes that are no success, each once, those of the active manifest first."""
        return tuple(dict.fromkeys(self.active_codes + self.ingredient_codes))


class SealedAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset and the manifest that is valid for exactly these bytes.

    Attributes:
        manifest: the C2PA manifest store (`application/c2pa`); also inside `asset` where `binding` is embedded.
        label: label of the active manifest.
        credential: what these bytes say of themselves, as read back after signing.
        sidecar_because: why a file of a format that carries its manifest has it beside it, in a sentence; None where it
            is inside, or the format carries none.
    """

    asset: bytes
    manifest: bytes
    label: str
    binding: Binding
    credential: Credential
    sidecar_because: str | None = None


class StampedManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest store that was updated by nothing but a time stamp, valid for the same asset as before.

    Attributes:
        label: label of the update manifest, which is the active one now.
        stamped_at: when the authority stamped the signature of the manifest before it (RFC 3339).
        credential: what the asset says of itself with this store, as read back.
    """

    manifest: bytes
    label: str
    stamped_at: str
    credential: Credential


class SigningIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Under which certificate claims are signed, already checked; the key is elsewhere.

    Attributes:
        certificate_chain: PEM, leaf first, without the root.
        time_stamp_authority: URL of an RFC 3161 authority; None: manifests die with the certificate.
        not_after: RFC 3339 time at which the leaf ends.
    """

    certificate_chain: bytes
    algorithm: Algorithm
    not_after: str
    time_stamp_authority: str | None = None


class SigningMaterial(SigningIdentity, frozen=True, kw_only=True):
    """An identity with its key (`load_signing_material`, `development_chain`).

    Attributes:
        private_key: PEM (PKCS #8, not encrypted).
    """

    private_key: bytes

    def identity(self) -> SigningIdentity:
        """All but the key."""
        return SigningIdentity(
            certificate_chain=self.certificate_chain,
            algorithm=self.algorithm,
            not_after=self.not_after,
            time_stamp_authority=self.time_stamp_authority,
        )

    def __repr__(self) -> str:
        """Everything but the key: values like this one end up in logs and tracebacks."""
        return f"SigningMaterial(algorithm={self.algorithm!r}, not_after={self.not_after!r})"
