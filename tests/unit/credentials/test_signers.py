"""Who signs claims: every signature is looked at before it leaves, whatever keeps the key, and keys may change."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.credentials import SigningIdentity
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers import ClaimSigner, KeyAwayError, KeyRefusedError, claim_signer
from pipeline.credentials.signers.breaker import Breaker
from pipeline.credentials.signers.file_key import FileKey
from pipeline.credentials.signers.key import is_signed
from pipeline.credentials.signers.opening import open_signer
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import BugError, OperatorError, WorldError

CLAIM = b"\x84\x6aSignature1" + b"a claim"


@dataclass
class Elsewhere:
    """A key kept elsewhere, which can go wrong in every way that keys go wrong in."""

    key: FileKey
    then: Callable[[bytes], bytes] = lambda signature: signature
    is_local: bool = False
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        self.asked += 1
        return self.then(self.key.sign(message, algorithm))

    def close(self) -> None:
        self.released.set()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def elsewhere(chain: DevelopmentChain) -> Elsewhere:
    return Elsewhere(FileKey(chain.material.private_key))


def signer(chain: DevelopmentChain, key: Elsewhere, seconds: float = 10.0) -> ClaimSigner:
    return ClaimSigner(chain.material.identity(), key, name="elsewhere", seconds=seconds)


def test_a_signature_is_as_the_claim_carries_it_whatever_the_key_gives(
    chain: DevelopmentChain, elsewhere: Elsewhere
) -> None:
    der, raw = FileKey(chain.material.private_key).sign(CLAIM, "es256"), signer(chain, elsewhere).sign(CLAIM)
    assert der[0] == 0x30
    assert len(raw) == 64


WRONG: dict[str, Callable[[bytes], bytes]] = {
    "a byte short": lambda signature: signature[:-1],
    "a byte long": lambda signature: signature + b"\0",
    "noise": lambda signature: os.urandom(64),
    "nothing": lambda signature: b"",
    "too long to fit": lambda signature: bytes(20_000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_comes_back_wrong_never_leaves(
    chain: DevelopmentChain, elsewhere: Elsewhere, wrong: Callable[[bytes], bytes]
) -> None:
    good = signer(chain, elsewhere)
    elsewhere.then = wrong
    with pytest.raises(WorldError, match="does not verify with the certificate"):
        good.sign(CLAIM)
    with pytest.raises(OperatorError, match="does not verify with the certificate"):
        signer(chain, elsewhere)
    elsewhere.then = lambda signature: signature
    assert good.sign(CLAIM)
    assert good.trouble is None


def test_the_key_of_another_certificate_is_found_before_the_first_claim(
    chain: DevelopmentChain, tmp_path: Path
) -> None:
    stranger = development_chain(tmp_path).material
    with pytest.raises(OperatorError, match="does not verify"):
        signer(chain, Elsewhere(FileKey(stranger.private_key)))


def test_only_claims_are_signed(chain: DevelopmentChain, elsewhere: Elsewhere) -> None:
    """A process that was taken over cannot have a certificate, a token or a mail signed with the key of claims."""
    good = signer(chain, elsewhere)
    for message in (b"", b"a token", b"\x84\x69Signature", CLAIM[1:]):
        with pytest.raises(BugError, match="no claim"):
            good.sign(message)
    assert elsewhere.asked == 1


def test_a_key_that_does_not_answer_is_given_up_after_its_time_and_then_not_asked_for_a_while(
    chain: DevelopmentChain, elsewhere: Elsewhere
) -> None:
    good = signer(chain, elsewhere, seconds=0.2)

    def hang(signature: bytes) -> bytes:
        elsewhere.released.wait(20)
        return signature

    elsewhere.then = hang
    for _ in range(5):
        with pytest.raises(WorldError, match=r"within 0\.2 s"):
            good.sign(CLAIM)
    assert elsewhere.asked == 1 + 3
    assert good.trouble == "it did not answer within 0.2 s"
    good.close()


@pytest.mark.parametrize("error", [KeyAwayError, KeyRefusedError])
def test_a_key_that_goes_away_while_claims_are_signed_costs_no_event_and_its_reason_is_told(
    chain: DevelopmentChain, elsewhere: Elsewhere, error: type[KeyAwayError | KeyRefusedError]
) -> None:
    good = signer(chain, elsewhere)

    def refuse(_: bytes) -> bytes:
        raise error("the key is disabled")

    elsewhere.then = refuse
    with pytest.raises(WorldError, match="elsewhere gave no signature: the key is disabled"):
        good.sign(CLAIM)


def test_a_certificate_that_ended_signs_nothing(chain: DevelopmentChain, elsewhere: Elsewhere) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=1)
    identity: SigningIdentity = msgspec.structs.replace(chain.material.identity(), not_after=ended.isoformat())
    with pytest.raises(OperatorError, match="expired on"):
        ClaimSigner(identity, elsewhere, name="elsewhere").sign(CLAIM)


def test_a_breaker_lets_one_try_after_its_pause_and_waits_longer_each_time() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(3):
        assert not breaker.is_open
        breaker.failed("away")
    pauses = []
    for _ in range(7):
        began = now
        while breaker.is_open:
            now += 0.5
        assert breaker.is_open, "the second caller waits while the first one tries"
        breaker.failed("away")
        pauses.append(now - began)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    breaker.answered()
    assert not breaker.is_open
    assert breaker.why is None


def written(chain: DevelopmentChain, directory: Path) -> tuple[Path, Path]:
    """A chain as two files, each replaced whole, the chain first: as people do it."""
    files = directory / "chain.pem", directory / "key.pem"
    for file, body in zip(files, (chain.material.certificate_chain, chain.material.private_key), strict=True):
        fresh = file.with_suffix(".new")
        fresh.write_bytes(body)
        fresh.chmod(0o600)
        fresh.replace(file)
    return files


def test_thirty_rotations_under_load_and_every_signature_is_one_of_its_certificate(tmp_path: Path) -> None:
    chains = [development_chain(tmp_path / str(number)) for number in range(6)]
    certificates, key = written(chains[0], tmp_path)
    ticks = iter(range(0, 10**9, 10))
    rotation = Rotation(
        lambda: open_signer(certificates, str(key)), (certificates, key), clock=lambda: float(next(ticks))
    )
    stop, wrong, seen, signed = threading.Event(), [], set(), [0]

    def sign() -> None:
        from cryptography import x509  # noqa: PLC0415

        while not stop.is_set():
            now = rotation()
            signature = now.sign(CLAIM)
            leaf = x509.load_pem_x509_certificate(now.identity.certificate_chain)
            seen.add(leaf.serial_number)
            signed[0] += 1
            if not is_signed(CLAIM, signature, leaf, now.identity.algorithm):
                wrong.append(leaf)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 31):
        fresh = chains[number % 6]
        written(fresh, tmp_path)
        deadline = time.monotonic() + 10
        while rotation().identity.certificate_chain != fresh.material.certificate_chain:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert not wrong
    assert len(seen) == 6
    assert signed[0] > 30
    assert rotation.trouble is None


def test_half_of_a_change_is_not_taken_and_told(tmp_path: Path) -> None:
    old, new = development_chain(tmp_path / "old"), development_chain(tmp_path / "new")
    certificates, key = written(old, tmp_path)
    ticks = iter(range(0, 10**9, 10))
    rotation = Rotation(
        lambda: open_signer(certificates, str(key)), (certificates, key), clock=lambda: float(next(ticks))
    )
    certificates.write_bytes(new.material.certificate_chain)
    assert rotation().identity == old.material.identity()
    assert "is not the key of the chain's first certificate" in str(rotation.trouble)
    key.write_bytes(new.material.private_key)
    assert rotation().identity == new.material.identity()
    assert rotation.trouble is None


def test_files_are_not_looked_at_for_each_claim(tmp_path: Path) -> None:
    chain = development_chain(tmp_path / "chain")
    certificates, key = written(chain, tmp_path)
    loads = []
    rotation = Rotation(lambda: loads.append(1) or claim_signer(chain.material), (certificates, key), lambda: 0.0)
    certificates.touch()
    rotation()
    assert loads == [1]
