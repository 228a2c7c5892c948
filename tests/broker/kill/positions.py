"""The group's committed positions, sampled during the run and checked at once against the records bucket."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from tests.broker.kill.bucket import Bucket, outcome_key
from tests.broker.kill.cases import Case
from tests.broker.kill.evidence import Evidence, Input
from tests.broker.kill.topic_log import Commit

__all__ = ["PositionWatch"]

_EVERY: Final = 0.5
_ANSWER_WITHIN: Final = 5.0


@dataclass(slots=True)
class PositionWatch:
    """Asks twice a second what the group has committed, and then whether the records below it are there.

    In this order: what is not there *after* a position was seen was not there when it was committed either. While the
    store is away the question waits; the audit then goes by the time at which a record was written.

    Args:
        settings: the group, and how to reach the broker.
        cases: all cases, by number.
        evidence: which input lies where.
        records: the records bucket.
    """

    settings: KafkaSettings
    cases: Mapping[int, Case]
    evidence: Evidence
    records: Bucket
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)
    samples: int = 0
    heads: int = 0
    deferred: int = 0
    without_record: list[Input] = field(default_factory=list)
    _checked: dict[TopicPartition, int] = field(default_factory=dict)
    _pending: list[Input] = field(default_factory=list)

    async def run(self) -> None:
        """Sample for ever; a broker that is away is waited for."""
        while True:
            admin = AIOKafkaAdminClient(**connection(self.settings), request_timeout_ms=int(_ANSWER_WITHIN * 1000))
            try:
                await admin.start()
                while True:
                    await self.sample(admin)
                    await asyncio.sleep(_EVERY)
            except (KafkaError, TimeoutError):
                await asyncio.sleep(_EVERY)
            finally:
                await admin.close()

    async def sample(self, admin: AIOKafkaAdminClient) -> None:
        """Take one sample and check it."""
        async with asyncio.timeout(_ANSWER_WITHIN):
            answer = await admin.list_consumer_group_offsets(self.settings.group)
        now = round(time.time() * 1000)
        self.samples += 1
        for partition, position in answer.items():
            if position.offset != self.positions.get(partition):
                self.commits.append(Commit(partition, position.offset, now))
                self.positions[partition] = position.offset
        for partition, offset in self.positions.items():
            self._pending += self._newly_covered(partition, offset)
        await self._check_pending()

    def _newly_covered(self, partition: TopicPartition, offset: int) -> list[Input]:
        """The inputs below the position that have not been looked at, as far as they have been read yet."""
        inputs = self.evidence.inputs.get(partition, [])
        first = last = self._checked.get(partition, 0)
        while last < len(inputs) and inputs[last].place.offset < offset:
            last += 1
        self._checked[partition] = last
        return [delivery for delivery in inputs[first:last] if self.cases[delivery.case].leaves_record]

    async def _check_pending(self) -> None:
        while self._pending:
            delivery = self._pending[-1]
            there = await self.records.has(outcome_key(self.cases[delivery.case]))
            self.heads += 1
            if there is None:
                self.deferred += len(self._pending)
                return
            if not there:
                self.without_record.append(delivery)
            self._pending.pop()
