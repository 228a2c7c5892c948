"""The face of this room: one service that seals, reads and extracts, wherever the work is done.

`pipeline.isolation.IsolatedCredentialService` does it in child processes, which keeps hostile bytes out of the
caller's; `pipeline.credentials.in_process.InProcessCredentialService` does it where it is called.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from pipeline.credentials.model import (
    Credential,
    SealedAsset,
    SealOrder,
    SigningIdentity,
    Software,
    StampedManifest,
)

__all__ = ["CredentialService", "Signing", "Stamping"]


class Signing(Protocol):
    """Signs claims under one certificate. Safe to call from several threads."""

    @property
    def identity(self) -> SigningIdentity:
        """Under which certificate."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why the last signature failed; None when it did not."""
        ...

    def in_use(self) -> AbstractContextManager[None]:
        """Around a job that it signs for, and whose failure is its own.

        Raises:
            SealstreamError: it is known not to sign now, so that the job need not be begun; or what was raised inside.
        """
        ...

    def sign(self, claim: bytes) -> bytes:
        """The signature over a claim's `Sig_structure`.

        Raises:
            SealstreamError: there is none.
        """
        ...


class Stamping(Protocol):
    """Asks time-stamp authorities, for processes that cannot reach them."""

    @property
    def url(self) -> str:
        """Where to post time-stamp requests to, on this machine."""
        ...

    @property
    def trouble(self) -> str | None:
        """What is wrong with each authority; None while one of them answers."""
        ...

    @property
    def later(self) -> bool:
        """Whether what gets no stamp is sealed without; otherwise it waits."""
        ...

    @property
    def pauses(self) -> bool:
        """Whether no authority is asked for a while, since each has failed several times in a row."""
        ...


class CredentialService(Protocol):
    """Seals assets and reads credentials. Safe to call from several threads."""

    def seal(self, asset: bytes, order: SealOrder, *, inherits: bool = True) -> SealedAsset:
        """Sign an asset.

        Args:
            asset: its bytes.
            order: what its manifest shall say.
            inherits: False where it is known that there is no manifest in it, which is not looked for again then.

        Raises:
            SealRefusedError: the asset can be signed in no way.
            OperatorError: validators do not accept the signing certificate.
            TimeStampError: no time-stamp authority answered, and what is sealed waits for one.
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        ...

    def stamp(self, asset: bytes, media_type: str, manifest: bytes, software: Software) -> StampedManifest:
        """Add a time stamp to the manifest of an asset, by an update of it; the asset stays as it is.

        Args:
            asset: what the manifest is bound to.
            media_type: what it is.
            manifest: its manifest store, from inside it or beside it.
            software: who says so.

        Raises:
            SealRefusedError: the manifest is not valid for the asset, or takes no update.
            OperatorError: no authority is configured, or it is not trusted here; or as `seal`.
            TimeStampError: no time-stamp authority answered.
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        ...

    def read(self, asset: bytes, media_type: str, *, manifest: bytes | None = None) -> Credential:
        """Read and validate the credential of an asset, or the given manifest beside it.

        Raises:
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        ...

    def extract(self, asset: bytes, media_type: str) -> bytes | None:
        """The manifest store inside an asset, not validated; None where there is none that can be read.

        Raises:
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        ...
