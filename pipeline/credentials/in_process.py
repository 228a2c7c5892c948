"""The credential service in this very process: for single files, for tests, and inside child processes."""

from pipeline.credentials.model import Credential, SealedAsset, SealOrder, SigningMaterial
from pipeline.credentials.reading import read
from pipeline.credentials.sdk import ManifestSigner, Validator
from pipeline.credentials.signing import extract_manifest, seal
from pipeline.errors import OperatorError

__all__ = ["InProcessCredentialService"]


class InProcessCredentialService:
    """Seals and reads in this process: what crashes the parser crashes the caller.

    Args:
        signing: what claims are signed with; None for a service that only reads.
        trust_anchors: PEM certificates that signers are trusted by; None trusts nobody.

    Raises:
        OperatorError: the signing material or the trust anchors cannot be used.
    """

    def __init__(self, *, signing: SigningMaterial | None = None, trust_anchors: bytes | None = None) -> None:
        self._validator = Validator(trust_anchors)
        self._signer = None if signing is None else ManifestSigner(signing)

    def seal(self, asset: bytes, order: SealOrder) -> SealedAsset:
        """Sign an asset; see `CredentialService.seal`."""
        if self._signer is None:
            raise OperatorError(
                what="This process was started without a signing certificate and cannot seal.",
                remedy="Give it signing material, or seal elsewhere.",
            )
        return seal(asset, order, signer=self._signer, validator=self._validator)

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate a credential; see `CredentialService.read`."""
        return read(asset, media_type, manifest=manifest, validator=self._validator)

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset; see `CredentialService.extract`."""
        return extract_manifest(asset, media_type, validator=self._validator)
