"""Several identities that sign side by side: what one of them lacks is waited for by its own events alone."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Literal

from pipeline.credentials.model import SigningIdentity
from pipeline.credentials.service import Signing
from pipeline.credentials.signer import CertificateEndedError
from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import OperatorError, SealstreamError, WorldError

__all__ = ["DEFAULT", "NamedSigner", "Signatures", "Signers"]

logger = logging.getLogger(__name__)

DEFAULT: Final = "default"
"""What the one identity is called where no file names several."""

_AGAIN_SECONDS: Final = 5.0

Signatures = Callable[[str, Literal["signed", "refused"]], None]
"""Hears of each signature that an identity was asked for, by its name, and whether there was one."""


class NamedSigner:
    """One identity, opened when it is first used, and again later where its key was away. Safe to use from threads.

    Args:
        name: what it is called.
        load: opens it.
        alone: whether there is no other: then what is wrong with it stops the worker, as every event would meet it.
        signatures: hears of each signature.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Rotation],
        *,
        alone: bool,
        signatures: Signatures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.alone = alone
        self.signatures = signatures
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._rotation: Rotation | None = None
        self._tried: float | None = None
        self._closed_by: str | None = None
        self._refused: tuple[SigningIdentity, str] | None = None

    def __call__(self) -> Signing:
        """Who signs the next claim under this identity.

        Raises:
            WorldError: it is one of several, and cannot be used now.
            SealstreamError: it is alone, and cannot be used.
        """
        rotation = self._rotation or self._opened()
        return _NamedSigning(self, rotation())

    def open(self) -> None:
        """Open it now, whatever was tried before.

        Raises:
            OperatorError: it cannot be used; CertificateEndedError where its certificate has ended.
            WorldError: what keeps its key does not answer.
        """
        try:
            self._rotation = self._load()
        except SealstreamError as error:
            self._tried, self._closed_by = self._clock(), error.what
            raise
        self._closed_by = None

    def look(self) -> None:
        """Try it where it failed last: that it is back is known before the next event needs it."""
        try:
            if self._rotation is None:
                self._opened()
            else:
                with self._rotation().in_use():
                    pass
        except SealstreamError as error:
            logger.debug("The signing identity %s still cannot be used: %s", self.name, error)

    @property
    def not_after(self) -> datetime | None:
        """When the certificate that signs now ends; None while it could not be opened yet."""
        return None if self._rotation is None else self._rotation.not_after

    @property
    def trouble(self) -> str | None:
        """Why it does not sign, or not with what its files hold by now; None where all is well."""
        rotation = self._rotation
        if rotation is None:
            return self._closed_by
        ended = rotation.not_after <= datetime.now(UTC)
        refused = self._refused
        if refused is not None and refused[0] == rotation().identity:
            return refused[1]
        return rotation.trouble or ("its certificate has ended" if ended else None)

    @property
    def is_usable(self) -> bool:
        """Whether it signs now: also while files that changed are not taken, and those before go on."""
        rotation, trouble = self._rotation, self.trouble
        if rotation is None or trouble is None:
            return rotation is not None
        return rotation().trouble is None and rotation.not_after > datetime.now(UTC) and self._refused is None

    def worked(self) -> None:
        """Note that what it signed was found to be valid."""
        self._refused = None

    def fault(self, error: OperatorError, identity: SigningIdentity) -> SealstreamError:
        """What becomes of a fault of the configuration that is met while it is in use."""
        if self.alone:
            return error
        self._refused = identity, error.what
        return self._waits(error.what)

    def _opened(self) -> Rotation:
        """Open it, where that was not tried just now; one caller tries, and the others are told so at once."""
        if not self._lock.acquire(blocking=self.alone):
            raise self._waits(self._closed_by or "it is being opened")
        try:
            just_now = self._tried is not None and self._clock() - self._tried < _AGAIN_SECONDS
            if self._rotation is None and just_now and not self.alone:
                raise self._waits(self._closed_by or "it failed just now")
            if self._rotation is None:
                self.open()
        except OperatorError as error:
            if self.alone:
                raise
            raise self._waits(error.what) from None
        finally:
            self._lock.release()
        assert self._rotation is not None  # noqa: S101 - opened above, or raised
        return self._rotation

    def _waits(self, why: str) -> WorldError:
        return WorldError(
            what=f"The signing identity {self.name} cannot be used now: {why.rstrip('.')}.",
            remedy="Correct or renew it: its events wait, those of other identities go on.",
        )


class _NamedSigning:
    """Who signs under an identity, for one job."""

    def __init__(self, named: NamedSigner, signer: ClaimSigner) -> None:
        self._named = named
        self._signer = signer

    @property
    def identity(self) -> SigningIdentity:
        """Under which certificate."""
        return self._signer.identity

    @property
    def trouble(self) -> str | None:
        """Why the last signature failed; None when it did not."""
        return self._signer.trouble

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Around a job that it signs for: where there are others, no fault of its configuration stops them."""
        try:
            with self._signer.in_use():
                yield
        except OperatorError as error:
            raise self._named.fault(error, self.identity) from None
        self._named.worked()

    def sign(self, claim: bytes) -> bytes:
        """The signature over a claim's `Sig_structure`."""
        try:
            signature = self._signer.sign(claim)
        except SealstreamError:
            self._named.signatures(self._named.name, "refused")
            raise
        self._named.signatures(self._named.name, "signed")
        return signature


class Signers:
    """All identities that sign.

    Args:
        loads: opens each, by name.
        default: which signs what names none.
        is_development: whether it is the development chain that signs.
        signatures: hears of each signature.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        loads: Mapping[str, Callable[[], Rotation]],
        default: str = DEFAULT,
        *,
        is_development: bool = False,
        signatures: Signatures = lambda *_: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.default = default
        self.is_development = is_development
        self.named: Mapping[str, NamedSigner] = {
            name: NamedSigner(name, load, alone=len(loads) == 1, signatures=signatures, clock=clock)
            for name, load in loads.items()
        }

    def __call__(self, name: str | None = None) -> Signing:
        """Who signs under an identity now.

        Raises:
            SealstreamError: it cannot be used now.
        """
        return self.get(name)()

    def get(self, name: str | None = None) -> NamedSigner:
        """An identity by its name; None for the default.

        Raises:
            OperatorError: there is none of that name.
        """
        named = self.named.get(name or self.default)
        if named is None:
            raise OperatorError(
                what=f"There is no signing identity {name}.", remedy=f"Name one of {', '.join(self.named)}."
            )
        return named

    def open(self) -> None:
        """Open all of them, at once.

        One of several whose key does not answer, or whose certificate has ended, is told and waited for.

        Raises:
            OperatorError: one cannot be used, which only its configuration can change.
            WorldError: there is only one, and what keeps its key does not answer.
        """
        with ThreadPoolExecutor(8, thread_name_prefix="signer") as threads:
            opened = {named: threads.submit(named.open) for named in self.named.values()}
        for named, opening in opened.items():
            error = opening.exception()
            if error is None:
                continue
            if named.alone or not isinstance(error, WorldError | CertificateEndedError):
                raise error
            logger.warning("%s Its events wait, those of other identities go on.", error)

    def look(self) -> None:
        """Try again those that failed last."""
        for named in self.named.values():
            named.look()
