"""The one way to a signature, whatever keeps the key: deadline, breaker, conversion, and a look at what came back.

The C2PA library embeds whatever a signer returns: another key's signature, one of another length, noise. So each is
verified with the certificate before it leaves, and the reason of a failure is kept and told.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTimeError
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from pipeline.credentials.model import SigningIdentity
from pipeline.credentials.signers.breaker import Breaker
from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError, SigningKey, is_signed, side_by_side
from pipeline.errors import BugError, OperatorError, WorldError

__all__ = ["ClaimSigner"]

_CLAIM: Final = b"\x84\x6aSignature1"
"""How everything begins that is signed for a claim (RFC 9052, `Sig_structure`): no signature over anything else is
given out, so that a signer of claims can be used for nothing but claims."""

_PROBE: Final = _CLAIM + b"\x40\x40\x40"
"""A `Sig_structure` over nothing: what is signed at start to see that key and certificate belong together."""

_THREADS: Final = 32


class ClaimSigner:
    """Signs claims with one key under one certificate. Safe to call from several threads.

    Args:
        identity: certificate and algorithm.
        key: makes the signatures.
        name: what the key is called in messages; without passwords, tokens and PINs.
        seconds: longest time for one signature.

    Raises:
        OperatorError: the key does not sign, or not for this certificate.
        WorldError: what keeps the key does not answer.
    """

    def __init__(self, identity: SigningIdentity, key: SigningKey, *, name: str, seconds: float = 10.0) -> None:
        self._identity = identity
        self.name = name
        self._key = key
        self._seconds = seconds
        self._leaf = x509.load_pem_x509_certificate(identity.certificate_chain)
        self._breaker = Breaker()
        self._probing = threading.Lock()
        self._threads = None if key.is_local else ThreadPoolExecutor(_THREADS, thread_name_prefix="key")
        try:
            self._signed(_PROBE)
        except KeyRefusedError as error:
            self.close()
            raise OperatorError(
                what=f"The signing key {name} cannot be used for the certificate: {error.why}.",
                remedy="Correct SEALSTREAM_SIGN_KEY, SEALSTREAM_SIGN_ALGORITHM or the certificate chain.",
            ) from None
        except KeyAwayError as error:
            self.close()
            raise WorldError(
                what=f"The signing key {name} is not within reach: {error.why}.", remedy="Check what keeps the key."
            ) from None

    @property
    def identity(self) -> SigningIdentity:
        """Certificate and algorithm."""
        return self._identity

    @property
    def not_after(self) -> datetime:
        """When the certificate ends."""
        return datetime.fromisoformat(self.identity.not_after)

    @property
    def trouble(self) -> str | None:
        """Why the last signature failed; None when it did not."""
        return self._breaker.why

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Around a job that it signs for; see `Signing.in_use`.

        Whose key failed last signs nothing at first, asked by one caller alone: the others are told at once, so that
        they hold neither a thread nor a child process for as long as a key may take to answer.

        Raises:
            OperatorError, WorldError: as for `sign`.
        """
        self._require_validity()
        why = self.trouble
        if why is not None:
            if not self._probing.acquire(blocking=False):
                raise self._failed(why)
            try:
                self.sign(_PROBE)
            finally:
                self._probing.release()
        yield

    def sign(self, claim: bytes) -> bytes:
        """The signature over a claim's `Sig_structure`, verified.

        Raises:
            OperatorError: the certificate has ended.
            WorldError: there is none now: the key is away, or disabled, or not the certificate's any more. It may be
                changed back, or its certificate after it, while events wait.
            BugError: this is no claim.
        """
        if not claim.startswith(_CLAIM):
            raise BugError(what="A signature over something that is no claim was asked for.", remedy="Report this.")
        self._require_validity()
        if self._breaker.is_open:
            raise self._failed(self._breaker.why or "it failed just now")
        try:
            signature = self._signed(claim)
        except (KeyAwayError, KeyRefusedError) as error:
            self._breaker.failed(error.why)
            raise self._failed(error.why) from None
        self._breaker.answered()
        return signature

    def _require_validity(self) -> None:
        if self.not_after <= datetime.now(UTC):
            raise OperatorError(
                what=f"The signing certificate expired on {self.not_after:%Y-%m-%d}.",
                remedy="Renew the certificate chain, then start again: no event is lost.",
            )

    def close(self) -> None:
        """Let go of the key; signatures under way may fail."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._key.close()

    def _failed(self, why: str) -> WorldError:
        return WorldError(
            what=f"The signing key {self.name} gave no signature: {why}.",
            remedy="Check what keeps the key; events wait until it signs.",
        )

    def _signed(self, message: bytes) -> bytes:
        algorithm = self.identity.algorithm
        if self._threads is None:
            signature = self._key.sign(message, algorithm)
        else:
            try:
                signature = self._threads.submit(self._key.sign, message, algorithm).result(self._seconds)
            except OutOfTimeError:
                raise KeyAwayError(f"it did not answer within {self._seconds:g} s") from None
        signature = side_by_side(signature, algorithm)
        if not is_signed(message, signature, self._leaf, algorithm):
            raise KeyRefusedError(f"what it signs does not verify with the certificate as {algorithm}")
        return signature
