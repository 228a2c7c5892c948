"""The credential service in this very process: for single files, for tests, and inside child processes."""

from collections.abc import Callable
from copy import copy
from typing import Self

from pipeline.credentials.model import (
    Credential,
    SealedAsset,
    SealOrder,
    SigningIdentity,
    SigningMaterial,
    Software,
    StampedManifest,
    Trust,
)
from pipeline.credentials.reading import read
from pipeline.credentials.sdk import ManifestSigner, SigningFailedError, Validator
from pipeline.credentials.signing import extract_manifest, seal, signing_failed
from pipeline.errors import OperatorError

__all__ = ["InProcessCredentialService", "manifest_signer"]


def manifest_signer(material: SigningMaterial) -> ManifestSigner:
    """What makes manifests with a key in this process.

    Raises:
        OperatorError: key and certificate do not belong together, or the library does not accept the latter.
    """
    # Here, and not above: a child process signs nothing, and loads what verifies certificates for nothing.
    from pipeline.credentials.signers import claim_signer  # noqa: PLC0415

    signer = claim_signer(material)
    return ManifestSigner(signer.identity, signer.sign)


class InProcessCredentialService:
    """Seals and reads in this process: what crashes the parser crashes the caller.

    Args:
        signing: what claims are signed with; None for a service that only reads.
        trust_anchors: whose signatures are believed; bytes are PEM certificates of anchors; None trusts nobody.

    Raises:
        OperatorError: the signing material or the trust anchors cannot be used.
    """

    def __init__(self, *, signing: SigningMaterial | None = None, trust_anchors: Trust | bytes | None = None) -> None:
        self._trust = Trust(private=trust_anchors) if isinstance(trust_anchors, bytes) else trust_anchors
        self._validator = Validator(self._trust)
        self._signer = None if signing is None else manifest_signer(signing)
        self._reader_of_own = None if signing is None else self._reader_of(signing.certificate_chain)

    def signing_as(self, identity: SigningIdentity, sign: Callable[[bytes], bytes]) -> Self:
        """The same service, sealing under an identity whose signatures are asked for.

        Raises:
            OperatorError: the certificate cannot be used.
        """
        service = copy(self)
        service._signer = ManifestSigner(identity, sign)  # noqa: SLF001 (one of us)
        service._reader_of_own = self._reader_of(identity.certificate_chain)  # noqa: SLF001
        return service

    def _reader_of(self, chain: bytes) -> Validator:
        """What reads back what one certificate signs: it knows no anchor that has nothing to do with it."""
        if self._trust is None:
            return self._validator
        # Here, and not above: what only reads does without.
        from pipeline.credentials.trust.narrowing import concerning  # noqa: PLC0415

        return Validator(concerning(self._trust, chain))

    def seal(self, asset: bytes, order: SealOrder, *, inherits: bool = True) -> SealedAsset:
        """Sign an asset; see `CredentialService.seal`."""
        if self._signer is None or self._reader_of_own is None:
            raise OperatorError(
                what="This process was started without a signing certificate and cannot seal.",
                remedy="Give it signing material, or seal elsewhere.",
            )
        return seal(
            asset,
            order,
            signer=self._signer,
            validator=self._validator,
            reader_of_own=self._reader_of_own,
            inherits=inherits,
        )

    def stamp(self, asset: bytes, media_type: str, manifest: bytes, software: Software) -> StampedManifest:
        """Add a time stamp to a manifest; see `CredentialService.stamp`."""
        # Here, and not above: few processes do it.
        from pipeline.credentials.later_stamp import add_time_stamp  # noqa: PLC0415

        signer = self._signer
        if signer is None or signer.time_stamp_authority is None:
            raise OperatorError(
                what="This process was started without a time-stamp authority.",
                remedy="Name one in SEALSTREAM_TIME_STAMP_URL.",
            )
        try:
            return add_time_stamp(asset, media_type, manifest, software, signer=signer, validator=self._validator)
        except SigningFailedError as error:
            raise signing_failed(signer) from error

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate a credential; see `CredentialService.read`."""
        return read(asset, media_type, manifest=manifest, validator=self._validator)

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset; see `CredentialService.extract`."""
        return extract_manifest(asset, media_type, validator=self._validator)
