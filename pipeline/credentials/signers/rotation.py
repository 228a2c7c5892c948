"""Rotation: certificates and keys change while claims are signed, and no claim is signed with half of a change."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.errors import SealstreamError
from pipeline.file_mark import FileMark, mark_of

__all__ = ["Rotation"]

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 2.0


class Rotation:
    """Who signs now: the files of a signer are looked at every two seconds, and loaded anew when they changed.

    What is loaded has signed and been verified before it takes over; where it cannot, the one before goes on, and
    `trouble` says why: a chain is often there before its key. Safe to call from several threads.

    Args:
        load: makes the signer from its files.
        files: what to look at.
        clock: seconds that only go forward.

    Raises:
        OperatorError, WorldError: there is no first signer.
    """

    def __init__(
        self, load: Callable[[], ClaimSigner], files: Sequence[Path], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._files = tuple(files)
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = self._marks()
        self._looked = clock()
        self._stale: str | None = None
        self._retired: ClaimSigner | None = None
        self._current = load()

    def __call__(self) -> ClaimSigner:
        """The signer to use for the next claim, and for all of that claim."""
        if self._clock() - self._looked >= _LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._current

    @property
    def not_after(self) -> datetime:
        """When the certificate that signs now ends."""
        return self().not_after

    @property
    def trouble(self) -> str | None:
        """Why claims are not signed, or not with what the files hold by now; None where all is well."""
        return self().trouble or self._stale

    def close(self) -> None:
        """Let go of the keys."""
        for signer in (self._retired, self._current):
            if signer is not None:
                signer.close()

    def _look(self) -> None:
        self._looked = self._clock()
        marks = self._marks()
        if marks == self._seen:
            return
        try:
            fresh = self._load()
        except SealstreamError as error:
            if self._stale != error.what:
                logger.warning("The changed signer is not taken, the one before signs on: %s", error)
            self._stale = error.what
            return
        # Claims under way still ask the one before; the one before that has had its time.
        if self._retired is not None:
            self._retired.close()
        self._retired, self._current = self._current, fresh
        self._seen, self._stale = marks, None
        logger.info("A changed signer took over: certificate until %s.", fresh.not_after)

    def _marks(self) -> tuple[FileMark, ...]:
        return tuple(mark_of(file) for file in self._files)
