"""Topics that are filled anew while workers are at work: the last that is said is what is stored."""

from collections.abc import Sequence
from typing import Any

from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.restating import restate
from agents.topics import Topics
from pipeline.store.keys import case_prefix, parse_key, tree_prefixes
from pipeline.usecases.restating import Restating
from tests.unit.usecases.test_casework import LAYOUT, Desk, order


class Publisher:
    """Takes everything, and lets something happen at the first messages."""

    def __init__(self, happens: Any = lambda: None) -> None:
        self.said: list[str] = []
        self._happens = happens

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        happens, self._happens = self._happens, lambda: None
        happens()
        self.said += [dict(message.headers)["ce_id"].decode() for message in messages]


def outbox(publisher: Any) -> Outbox:
    return Outbox(publisher=publisher, topics=Topics("t."), source="//here", metrics=Metrics.create())


async def test_what_changes_while_it_is_read_is_said_again_and_last() -> None:
    desk = Desk()
    case = desk.tell("1", "takedown.updated", **order(received_at="2026-11-20T10:00:00Z"))
    publisher = Publisher(
        lambda: desk.tell("2", "takedown.updated", **order(done_at="2026-11-20T11:00:00Z"))  # a worker's doing
    )
    restating = Restating(store=desk.store, layout=LAYOUT)

    count = await restate(outbox(publisher), restating.cases(), restating.of_case)

    clock = case.clocks[0].clock_id
    assert publisher.said == [f"{case.case_uid}.1", f"{clock}.1", f"{case.case_uid}.2", f"{clock}.2"]
    assert count == 4


async def test_every_case_is_found_and_each_once() -> None:
    desk, publisher = Desk(), Publisher()
    for number in range(300):
        takedown = {"id": f"T-{number}", "kind": "order", "received_at": "2026-11-20T10:00:00Z"}
        desk.tell(f"{number}", "takedown.updated", jurisdictions=["IN"], takedown=takedown)
    restating = Restating(store=desk.store, layout=LAYOUT)

    await restate(outbox(publisher), restating.cases(), restating.of_case)

    assert len(set(publisher.said)) == len(publisher.said) == 600
    assert list(restating.events()) == []


def test_prefixes_reach_every_key_of_their_tree() -> None:
    key = f"{case_prefix('ab' * 32)}99999999.json"
    assert [key.startswith(prefix) for prefix in tree_prefixes("cases")].count(True) == 1
    assert parse_key(key) is not None
