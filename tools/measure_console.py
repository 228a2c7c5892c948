"""Measures the console's read model: records a second taken in, and what a page of the queue costs.

    python -m tools.measure_console [postgresql://...] [EVENTS ...]

For each number of events (10,000 and 100,000 if not said) a read model is filled in a temporary folder with as many
decisions `hold`, each with its alert, through the same projection as in earnest; then pages are asked for. With an
address it is filled in that database instead, which is emptied first. All figures are CPU time of this process; in
brackets, how long it took by the clock, which is what waiting for a server adds.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import msgspec

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Read
from agents.postgres_address import PostgresAddress
from agents.topics import Topics
from console.readmodel.asking import DeskQuestions
from console.readmodel.opening import open_rows
from console.readmodel.projection import Projection
from console.readmodel.rows import rows_of
from console.readmodel.shown import QueueFilter
from pipeline.events.identity import alert_id, decision_id, event_uid
from pipeline.events.outgoing import encode
from pipeline.events.outputs import Alert, Decision

ROOT = Path(__file__).parents[1]
TOPICS = Topics("sealstream.")
POLL = 2000
TIMES = 21


def example(name: str) -> bytes:
    """An example of the contract."""
    return (ROOT / "schemas" / "examples" / name).read_bytes()


HELD = msgspec.json.decode(example("decision.v2/valid/hold-unlabeled.json"), type=Decision)
ALERT = msgspec.json.decode(example("alert.v2/valid/content-tampered.json"), type=Alert)


def messages(events: int) -> Iterator[InputRecord]:
    """Of each event its decision and its alert."""
    assert HELD.content is not None  # noqa: S101
    for number in range(events):
        uid = event_uid("//measured", str(number))
        content = msgspec.structs.replace(HELD.content, id=f"{number}.jpg")
        when = f"2026-11-20T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        held = msgspec.structs.replace(
            HELD, decision_id=decision_id(uid), event_uid=uid, content=content, decided_at=when
        )
        alert = msgspec.structs.replace(ALERT, alert_id=alert_id(uid, "rule"), event_uid=uid)
        for topic, message in ((TOPICS.decisions, held), (TOPICS.alerts, alert)):
            outgoing = encode(message, source="measured")
            yield InputRecord(
                topic=topic,
                partition=0,
                offset=number,
                key=outgoing.key,
                value=outgoing.value,
                headers=outgoing.headers,
                timestamp=1_795_000_000.0 + number,
            )


def pieces(events: int) -> Iterator[Read]:
    """What polls bring."""
    waiting: list[InputRecord] = []
    for record in messages(events):
        waiting.append(record)
        if len(waiting) == POLL:
            yield piece(waiting)
            waiting = []
    if waiting:
        yield piece(waiting)


def piece(records: list[InputRecord]) -> Read:
    """What one poll brought."""
    return Read(records, {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records})


def milliseconds(ask: Callable[[], object]) -> tuple[float, float]:
    """The middle of what asking took: of CPU, and by the clock."""
    took = []
    for _ in range(TIMES):
        began, at = time.thread_time(), time.perf_counter()
        msgspec.json.encode(ask())
        took.append(((time.thread_time() - began) * 1000, (time.perf_counter() - at) * 1000))
    return median(cpu for cpu, _ in took), median(clock for _, clock in took)


def measure(events: int, address: PostgresAddress | None) -> None:
    """Fill, ask, print."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "console.sqlite"
        rows = open_rows(address or path, TOPICS, source=f"measured {events} {time.time_ns()}")
        projection = Projection(rows, rows_of(TOPICS))
        took = clock = 0.0
        for read in pieces(events):
            projection.begin(dict.fromkeys(read.positions, 2 * events))
            began, at = time.process_time(), time.perf_counter()
            projection.take(read)
            took += time.process_time() - began
            clock += time.perf_counter() - at
        questions = DeskQuestions(lambda: rows.reader, lambda: int(time.time() * 1000))
        first = questions.queue(QueueFilter())
        none = QueueFilter(media="image", severity="low")  # and none is like that
        asked = {
            "queue page": lambda: questions.queue(QueueFilter()),
            "next page": lambda: questions.queue(QueueFilter(), first.next),
            "two filters": lambda: questions.queue(none),
            "alerts page": questions.alerts,
            "today": questions.today,
        }
        size = "" if address else f", {path.stat().st_size / 2**20:,.0f} MiB"
        speed = f"{2 * events / took:,.0f} records a second of CPU ({2 * events / clock:,.0f} by the clock)"
        print(f"{events:,} events: {speed}{size}", flush=True)
        told = (f"{name} {{:.2f}} ms ({{:.2f}})".format(*milliseconds(ask)) for name, ask in asked.items())
        print("  " + ", ".join(told), flush=True)
        rows.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    database = PostgresAddress(url=given.pop(0)) if given and "://" in given[0] else None
    for number in map(int, given or ("10000", "100000")):
        measure(number, database)
