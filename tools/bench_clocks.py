"""What a million open clocks cost in one worker: memory, rebuilding, how late they speak, what they cost when silent.

    python -m tools.bench_clocks [--clocks 1000000] [--due 2000] [--over 60] [--page docs/performance/clocks.md]

The keeper of clocks as a worker runs it, on real Kafka and a store in memory, in this process:

- **rebuilding** without Kafka: records of the clocks topic as they are published, decoded and taken in; CPU time of the
  process, and by how much its memory grew beyond a record.
- **speaking**: the topic has these clocks, and some come due while the keeper runs, spread over a time. How long after
  its time each announcement was in the topic, by the clock of the broker.
- **silence**: CPU time of the keeper while nothing is due, for each second. Events about content do nothing else for
  clocks, so this is what clocks add to them: a share of the time in which a busy worker deals with events.
"""

import argparse
import asyncio
import gc
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from rich.console import Console

from agents.clocks.holding import Holding
from agents.clocks.keeping import keeper_of
from agents.delivery import InputRecord
from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import KafkaServer
from devstack.kafka_artifacts import kafka_version
from pipeline.events.inputs import ActivityEvent, EventReference
from pipeline.events.outputs import Case
from pipeline.policy.pack import ALL_ROLES
from pipeline.policy.pack_files import load_packs
from pipeline.policy.running_clocks import ClockLaws
from pipeline.store import Layout
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.announcing import Announcing, Said
from pipeline.usecases.casework import Casework

CLOCK: Final = b"sealstream.clock.v1"
GIVEN: Final = timedelta(hours=3)
PAGE: Final = 2_000
"""So many records a poll brings."""

MOST_BYTES, LEAST_RATE, MOST_LATE, MOST_SHARE = 200.0, 100_000.0, 2.0, 2.0
SILENT_SECONDS: Final = 20
TOLD_WITHIN: Final = timedelta(milliseconds=30)
"""So long it takes to tell of an order: no warning may fall due before all are told, since it would not be said."""

WAITED_SECONDS: Final = 60
"""So long after the last one came due, announcements are waited for."""

ROUND: Final = 100
"""Larger figures have no decimals."""

TEXT: Final = """\
# What open clocks cost

<!-- Written by `python -m tools.bench_clocks --page docs/performance/clocks.md`, whose text says what is measured. -->

{figures.clocks:,} open clocks in one worker, records of {figures.record_bytes:,} bytes, {partitions} partitions.
CPU is user and system time of the process.

| | target | found | met |
|---|---|---|---|
{rows}

- Rebuilt from Kafka, its client included: {figures.read_a_second:,.0f} a second of CPU.
- {figures.due:,} warnings came due while it ran; 99 % were said {slow:.2f} s after their time or earlier.
- An announcement takes {figures.cpu_ms_each:.2f} ms of CPU: its case is read, a transaction written.

{at:%Y-%m-%d}, {cores} cores, load {load:.1f}; Apache Kafka {kafka}, Python {python}.
"""
PARTITIONS: Final = 4
HEADERS: Final = (("ce_type", CLOCK),)


class Figures(NamedTuple):
    """What was found."""

    clocks: int
    record_bytes: int
    bytes_each: float
    rebuilt_a_second: float
    read_a_second: float
    due: int
    late: Sequence[float]
    cpu_ms_each: float
    silent_percent: float


class Desk:
    """Cases over a store in memory, and their clocks."""

    def __init__(self) -> None:
        self.store = StoreSimulator("content", "records")
        self.layout = Layout(content_bucket="content", records_bucket="records")
        self.keep = Casework(
            store=self.store,
            layout=self.layout,
            clocks=ClockLaws(load_packs(), ALL_ROLES),
            jurisdictions=("IN",),
            now=lambda: datetime.now(UTC),
        )

    def order(self, number: int, received: datetime) -> Case:
        """An order that came in then; its clock warns after half of three hours."""
        identity = f"order-{number}"
        facts = {"takedown": {"id": identity, "kind": "order", "received_at": received.isoformat()}}
        reference = EventReference(source="//bench", id=identity, type="sealstream.activity.v1", time=None)
        event = ActivityEvent(
            uid=sha256(identity.encode()).hexdigest(),
            reference=reference,
            digest="",
            event_type="takedown.updated",
            facts=facts,
        )
        case = self.keep(event)
        if case is None:
            raise AssertionError
        return case


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=2_000)
    parser.add_argument("--over", type=float, default=60.0, help="seconds over which they come due")
    parser.add_argument("--page", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    console = Console(stderr=True, highlight=False)
    console.print(f"rebuilding {arguments.clocks:,} clocks without Kafka")
    bytes_each, rebuilt = rebuilding(arguments.clocks)
    with tempfile.TemporaryDirectory(prefix="sealstream-clocks-") as directory, KafkaServer(Path(directory)) as kafka:
        settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers, topic_prefix="bench.", group="bench")
        figures = asyncio.run(speaking(settings, arguments.clocks, arguments.due, arguments.over, console))
    text = page(figures._replace(bytes_each=bytes_each, rebuilt_a_second=rebuilt))
    print(text)
    if arguments.page:
        arguments.page.write_text(text, encoding="utf-8")


def template() -> bytes:
    """A clock as it is published, open for some hours yet, with room for other identities."""
    (clock,) = Desk().order(0, datetime.now(UTC) - timedelta(minutes=1)).clocks
    return (
        msgspec.json.encode(clock)
        .replace(clock.clock_id.encode(), b"%(clock)b")
        .replace(clock.case_uid.encode(), b"%(case)b")
    )


def values(count: int, form: bytes) -> Iterator[tuple[bytes, bytes]]:
    """So many clocks of as many cases: key and value."""
    before, between, after = _cut(form)
    for number in range(count):
        case = sha256(b"case %d" % number).hexdigest().encode()
        clock = sha256(case).hexdigest().encode()
        yield clock, b"".join((before, clock, between, case, after))


def _cut(form: bytes) -> tuple[bytes, bytes, bytes]:
    before, _, rest = form.partition(b"%(clock)b")
    between, _, after = rest.partition(b"%(case)b")
    return before, between, after


def rebuilding(count: int) -> tuple[float, float]:
    """Bytes that each clock takes, and clocks taken in a second of CPU time."""
    form, holding = template(), Holding(partition=0, taking=1, until=count)
    made = values(count, form)
    spent = 0.0
    gc.collect()
    first = memory()
    for start in range(0, count, PAGE):
        records = [
            InputRecord(topic="clocks", partition=0, offset=start, key=key, value=value, headers=HEADERS, timestamp=0.0)
            for key, value in islice(made, PAGE)
        ]
        began = time.process_time()
        holding.take(records, 0.0)
        spent += time.process_time() - began
    holding.position = count
    began = time.process_time()
    due = holding.due(datetime.now(UTC), 1)
    spent += time.process_time() - began
    if due or len(holding.timers) != count:
        raise AssertionError
    return (memory() - first) / count, count / spent


def memory() -> int:
    """What this process holds in memory, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def speaking(settings: KafkaSettings, count: int, due: int, over: float, console: Console) -> Figures:
    """How late clocks speak among many others, and what the keeper costs while nothing is due."""
    topics, desk, form = Topics(settings.topic_prefix), Desk(), template()
    await create_topics(settings, topics.plans(), partitions=PARTITIONS, replication_factor=1)
    console.print(f"filling the topic with {count:,} clocks")
    async with open_publisher(settings) as publisher:
        made = values(count, form)
        while some := list(islice(made, PAGE)):
            await publisher.publish([_message(topics, key, value) for key, value in some])
        outbox = Outbox(publisher=publisher, topics=topics, source="bench", metrics=Metrics.create())
        late: list[float] = []

        def note(said: Said) -> None:
            late.append((datetime.now(UTC) - datetime.fromisoformat(said.announcement.at)).total_seconds())

        with ThreadPoolExecutor(16) as threads:
            announcing = Announcing(store=desk.store, layout=desk.layout, now=lambda: datetime.now(UTC))
            keeper = keeper_of(settings, topics, announcing, outbox, threads, said=note)
            began = time.process_time()
            keeping = asyncio.create_task(keeper.run())
            while len(keeper) < count or keeper.trouble:  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.1)
            read = time.process_time() - began
            console.print(f"read {len(keeper):,} clocks; {SILENT_SECONDS} s of silence")
            silent = await _cpu_of(asyncio.sleep(SILENT_SECONDS)) / SILENT_SECONDS
            console.print(f"{due:,} come due over {over:.0f} s")
            start = datetime.now(UTC) + timedelta(seconds=5) + due * TOLD_WITHIN
            for number in range(due):
                case = desk.order(number, start + timedelta(seconds=over * number / due) - GIVEN / 2)
                await outbox.publish_case(case)
            began = time.monotonic()
            spoken = await _cpu_of(
                _until(lambda: len(late) >= due, (due * TOLD_WITHIN).total_seconds() + over + WAITED_SECONDS)
            )
            waited = time.monotonic() - began
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    return Figures(
        clocks=count,
        record_bytes=len(form) + 2 * 64,
        bytes_each=0.0,
        rebuilt_a_second=0.0,
        read_a_second=count / read,
        due=len(late),
        late=late,
        cpu_ms_each=1000 * (spoken - silent * waited) / max(1, len(late)),
        silent_percent=100 * silent,
    )


def _message(topics: Topics, key: bytes, value: bytes) -> KafkaMessage:
    return KafkaMessage(topic=topics.clocks, key=key, value=value, headers=HEADERS)


async def _cpu_of(doing: Awaitable[object]) -> float:
    """CPU time of this process while something is done."""
    began = time.process_time()
    await doing
    return time.process_time() - began


async def _until(met: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.2)


def page(figures: Figures) -> str:
    """The figures as a page."""
    late = sorted(figures.late) or [float("inf")]
    rows = (
        ("memory of an open clock beyond the topic, bytes", "at most", MOST_BYTES, figures.bytes_each),
        ("clocks rebuilt in a second of CPU, Kafka's client apart", "at least", LEAST_RATE, figures.rebuilt_a_second),
        ("seconds after its time that a clock speaks, median", "at most", MOST_LATE, statistics.median(late)),
        ("what clocks take of a core while none is due, %", "at most", MOST_SHARE, figures.silent_percent),
    )
    return TEXT.format(
        figures=figures,
        partitions=PARTITIONS,
        rows="\n".join(_row(*row) for row in rows),
        slow=late[int(0.99 * (len(late) - 1))],
        at=datetime.now(UTC),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        kafka=kafka_version(),
        python=platform.python_version(),
    )


def _row(title: str, bound: str, target: float, found: float) -> str:
    is_met = found <= target if bound == "at most" else found >= target
    said = f"{found:,.{0 if found > ROUND else 2}f}"
    return f"| {title} | {bound} {target:,.0f} | {said} | {'yes' if is_met else '**no**'} |"


if __name__ == "__main__":
    main()
