"""Measures the console's read model: records a second taken in, and what a page of the queue costs.

    python -m tools.measure_console [EVENTS ...]

For each number of events (10,000 and 100,000 if not said) a read model is filled in a temporary folder with as many
decisions `hold`, each with its alert, through the same projection as in earnest; then pages are asked for. All figures
are CPU time of this process.
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
from agents.topics import Topics
from console.readmodel.asking import DeskQuestions
from console.readmodel.projection import Projection
from console.readmodel.rows import rows_of
from console.readmodel.shown import QueueFilter
from console.readmodel.sqlite import open_rows
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


def milliseconds(ask: Callable[[], object]) -> float:
    """The middle of what asking took."""
    took = []
    for _ in range(TIMES):
        began = time.thread_time()
        msgspec.json.encode(ask())
        took.append((time.thread_time() - began) * 1000)
    return median(took)


def measure(events: int) -> None:
    """Fill, ask, print."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "console.sqlite"
        rows = open_rows(path, TOPICS, source="measured")
        projection = Projection(rows, rows_of(TOPICS))
        took = 0.0
        for read in pieces(events):
            projection.begin(dict.fromkeys(read.positions, 2 * events))
            began = time.process_time()
            projection.take(read)
            took += time.process_time() - began
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
        size = path.stat().st_size / 2**20
        print(f"{events:,} events: {2 * events / took:,.0f} records a second of CPU, {size:,.0f} MiB")
        print("  " + ", ".join(f"{name} {milliseconds(ask):.2f} ms" for name, ask in asked.items()))


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ("10000", "100000")):
        measure(number)
