"""A manifests topic in memory, and what is sealed on it."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from datetime import date

import msgspec

from agents.delivery.backoff import Backoff
from agents.messages import KafkaMessage
from agents.similarity import SealedFingerprints
from agents.similarity.keeping import Keeper
from agents.similarity.settings import Share
from pipeline.fingerprints import Fingerprint
from tests.unit.agents.reference.fake_kafka import FakeKafka

ALL = Share()
TOPIC = "t.manifests"
TODAY = date(2026, 11, 29).toordinal() - date(1970, 1, 1).toordinal()


class Topic:
    """The topic, and what follows it.

    Attributes:
        day: today, counted from 1 January 1970.
    """

    def __init__(self, partitions: int = 2) -> None:
        self.kafka = FakeKafka()
        self.kafka.create(TOPIC, partitions=partitions)
        self.day = TODAY

    def follower(
        self, share: Share = ALL, *, days: int = 0, keeper: Callable[[], Keeper] | None = None
    ) -> SealedFingerprints:
        return SealedFingerprints(
            self.kafka.open,
            TOPIC,
            share=share,
            days=days,
            keeper=keeper,
            backoff=Backoff(first=0.001, cap=0.001),
            clock=lambda: self.kafka.now,
            today=lambda: self.day,
        )

    def seal(self, name: str, partition: int = 0, code: Fingerprint | None = None) -> None:
        self.send(sealed(name, code=code), partition)

    def send(self, value: bytes | None, partition: int = 0) -> None:
        self.kafka.send(KafkaMessage(topic=TOPIC, key=b"content", value=value), partition)


def sealed(name: str, at: str = "2026-11-29T12:00:00Z", code: Fingerprint | None = None) -> bytes:
    """A manifest record, as far as recognition reads it."""
    code = code or image(name)
    fingerprint = {"algorithm": "io.iscc.v0", "kind": code.kind, "code": code.code}
    return msgspec.json.encode({"event_uid": uid(name), "sealed_at": at, "fingerprint": fingerprint})


def uid(name: str) -> str:
    return hashlib.sha256(f"uid {name}".encode()).hexdigest()


def image(name: str) -> Fingerprint:
    return Fingerprint.of("image", hashlib.sha256(name.encode()).digest())


def nearly(fingerprint: Fingerprint, bits: int) -> Fingerprint:
    """What differs in so many bits."""
    flipped = int.from_bytes(fingerprint.digest, "big") ^ ((1 << bits) - 1)
    return Fingerprint.of(fingerprint.kind, flipped.to_bytes(32, "big"))


def knows(known: SealedFingerprints, name: str) -> bool:
    (answer,) = known.nearest([image(name)], limit=1)
    return answer.complete and [match.key.hex() for match in answer.matches] == [uid(name)]


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
