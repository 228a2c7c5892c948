"""Measures the console: records a second taken in, what pages cost, and a click.

    python -m tools.measure_console [--keep FILE] [postgresql://...] [EVENTS ...]

For each number of events (10,000 and 100,000 if not said) a read model is filled in a temporary folder with as many
decisions `hold`, each with its alert, through the same projection as in earnest. Then 10,000 more records are taken in,
pages are asked for as a browser does (in this process, without a network), and an event is released: the form is sent,
what a worker would say is taken in, and the page is shown that tells so.

With an address the tables are then copied into that database, whose read model is dropped first, and the same is
measured there. With `--keep` the file stays, and is used again where it is there: it is filled once for both.

All figures are CPU time of this process (a database server has its own); in brackets, how long it took by the clock.
"""

import argparse
import asyncio
import re
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx
import msgspec
import orjson

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Read
from agents.messages import KafkaMessage
from agents.postgres_address import PostgresAddress
from agents.settings import ConsoleSettings
from agents.topics import Topics
from console.app import application
from console.parts import ConsoleParts
from console.readmodel.asking import DeskQuestions
from console.readmodel.following import ModelState
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from console.readmodel.projection import Projection
from console.readmodel.rows import rows_of
from pipeline.events.identity import alert_id, decision_id, event_uid, review_id
from pipeline.events.outgoing import Output, encode
from pipeline.events.outputs import Alert, Decision, EventReference, ReviewOutcome

ROOT = Path(__file__).parents[1]
TOPICS = Topics("sealstream.")
SOURCE = "measured"
POLL = 2000
MORE = 10_000
TIMES = 21
AT = "http://127.0.0.1:8787"
BEGINNING = datetime(2026, 11, 20, tzinfo=UTC)
"""When the first event was decided; each later one a second after the one before it."""


def example(name: str) -> bytes:
    """An example of the contract."""
    return (ROOT / "schemas" / "examples" / name).read_bytes()


HELD = msgspec.json.decode(example("decision.v2/valid/hold-unlabeled.json"), type=Decision)
ALERT = msgspec.json.decode(example("alert.v2/valid/content-tampered.json"), type=Alert)
PAGES = {
    "queue": "/queue",
    "queue, filters that nothing passes": "/queue?media=image&severity=low",
    "alerts": "/alerts",
    "alerts, filters that nothing passes": f"/alerts?kind={ALERT.kind}&severity=low",
    "today": "/",
}


class Took(NamedTuple):
    """What something took, in seconds."""

    cpu: float
    clock: float


class Watch:
    """Adds up what is done inside of it."""

    def __init__(self) -> None:
        self.took = Took(0, 0)

    def __enter__(self) -> None:
        self._begun = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        cpu, clock = self._begun
        self.took = Took(self.took.cpu + time.process_time() - cpu, self.took.clock + time.perf_counter() - clock)


def told_by_workers(first: int) -> Iterator[InputRecord]:
    """Of each event, from this one on, its decision and its alert."""
    assert HELD.content is not None  # noqa: S101
    number = first
    while True:
        uid = event_uid("//measured", str(number))
        content = msgspec.structs.replace(HELD.content, id=f"{number}.jpg")
        when = (BEGINNING + timedelta(seconds=number)).isoformat()
        held = msgspec.structs.replace(
            HELD, decision_id=decision_id(uid), event_uid=uid, content=content, decided_at=when
        )
        alert = msgspec.structs.replace(ALERT, alert_id=alert_id(uid, "rule"), event_uid=uid)
        for topic, message in ((TOPICS.decisions, held), (TOPICS.alerts, alert)):
            yield as_read(topic, message, number)
        number += 1


def as_read(topic: str, message: Output, offset: int) -> InputRecord:
    """A message of a worker, as it is read from a topic."""
    outgoing = encode(message, source="measured")
    return record(topic, offset, outgoing.key, outgoing.value, outgoing.headers)


def record(
    topic: str, offset: int, key: bytes, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]
) -> InputRecord:
    """A record of a topic, a second after the one before it."""
    at = 1_795_000_000.0 + offset
    return InputRecord(
        topic=topic, partition=0, offset=offset, key=key, value=value, headers=tuple(headers), timestamp=at
    )


class Filled:
    """A read model that is being filled.

    Args:
        database: where it is.
    """

    def __init__(self, database: Path | PostgresAddress) -> None:
        self.rows = open_rows(database, TOPICS, source=SOURCE)
        self._projection = Projection(self.rows, rows_of(TOPICS))

    def end_of(self, topic: str) -> int:
        """How many records of a topic were taken in."""
        return self._projection.positions.get(TopicPartition(topic, 0), 0)

    def take(self, records: list[InputRecord]) -> None:
        """Take in what one poll brought."""
        read = Read(records, {input_record.topic_partition: input_record.offset + 1 for input_record in records})
        self._projection.begin(read.positions)
        self._projection.take(read)

    def grow(self, records: int) -> Took:
        """Take in more of what workers say, poll by poll."""
        watch, left = Watch(), islice(told_by_workers(self.end_of(TOPICS.decisions)), records)
        while piece := list(islice(left, POLL)):
            with watch:
                self.take(piece)
        return watch.took


class Browser:
    """A browser of somebody who may decide, and the console that it looks at.

    Args:
        filled: what the console shows.
    """

    def __init__(self, filled: Filled) -> None:
        self._filled = filled
        self._sent: list[KafkaMessage] = []
        entry = {"id": "r-1", "version": 1, "roles": ["reviewer"], "jurisdictions": ["*"]}
        headers: list[tuple[str, bytes | None]] = [("content-type", b"application/json"), ("ce_id", b"r-1/1")]
        headers += [("ce_specversion", b"1.0"), ("ce_source", b"//people"), ("ce_type", b"sealstream.operator.v1")]
        at = filled.end_of(TOPICS.operators)
        filled.take([record(TOPICS.operators, at, b"r-1", orjson.dumps(entry), headers)])
        app = application(self._parts(filled.rows))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=AT, follow_redirects=True)

    def _parts(self, rows: KeptRows) -> ConsoleParts:
        async def send(*messages: KafkaMessage) -> None:
            self._sent.extend(messages)

        return ConsoleParts(
            settings=ConsoleSettings(login="development"),
            topics=TOPICS,
            questions=DeskQuestions(lambda: rows.reader, lambda: int(time.time() * 1000)),
            state=lambda: ModelState(age=0.1, progress=1.0, missing=(), trouble=None),
            changes=lambda: 0,
            send=send,
            now=time.time,
        )

    async def log_in(self) -> None:
        """Log in as the one person there is."""
        form = hidden((await self._client.get("/login")).text, "form")
        answer = await self._client.post("/login", data={"form": form, "who": "r-1 reviewer"})
        answer.raise_for_status()

    async def look(self, path: str) -> str:
        """Look at a page."""
        answer = await self._client.get(path)
        answer.raise_for_status()
        return answer.text

    async def release(self) -> None:
        """Release what waits longest: look at it, send the form, learn what came of it, and see that on its page."""
        uid = orjson.loads(await self.look("/queue.json"))["rows"][0]["event_uid"]
        page = await self.look(f"/queue/{uid}")
        form = {name: hidden(page, name) for name in ("form", "token", "seen")}
        posted = await self._client.post(f"/queue/{uid}/acts", data={**form, "act": "release", "reason": "Labelled."})
        posted.raise_for_status()
        (sent,) = self._sent
        self._sent.clear()
        act = EventReference(source=ConsoleSettings().source, id=form["token"], type="sealstream.review.v2", time=None)
        review = ReviewOutcome(
            verdict="release", reviewer="r-1", reason="Labelled.", reviewed_at="2026-11-30T08:00:00Z", event=act
        )
        changes = {"decision_id": review_id(uid, 1), "event_uid": uid, "supersedes": form["seen"], "review": review}
        changes |= {"decision": "allow", "decided_at": review.reviewed_at}
        decided = as_read(
            TOPICS.decisions, msgspec.structs.replace(HELD, **changes), self._filled.end_of(TOPICS.decisions)
        )
        at = self._filled.end_of(TOPICS.reviews)
        self._filled.take([record(TOPICS.reviews, at, sent.key or b"", sent.value, sent.headers or ()), decided])
        if "Done:" not in await self.look(posted.url.raw_path.decode()):
            raise SystemExit("The page does not say that it is released.")


def hidden(html: str, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', html)
    if found is None:
        raise SystemExit(f"There is no {name} on the page.")
    return found[1]


async def middle(do: Callable[[], Awaitable[object]]) -> str:
    """The middle of what it took to do something, in words."""
    took = []
    for _ in range(TIMES):
        watch = Watch()
        with watch:
            await do()
        took.append(watch.took)
    return f"{median(cost.cpu for cost in took) * 1000:.1f} ms ({median(cost.clock for cost in took) * 1000:.1f})"


async def ask(filled: Filled) -> None:
    """Ask for pages, click, print."""
    browser = Browser(filled)
    await browser.log_in()
    following = orjson.loads(await browser.look("/queue.json"))["next"]
    for name, path in {**PAGES, "queue, next page": f"/queue?after={following}"}.items():
        print(f"  {name}: {await middle(lambda: browser.look(path))}", flush=True)  # noqa: B023 - asked at once
    print(f"  from looking at what waits longest to its release on the page: {await middle(browser.release)}")


def speed(records: int, took: Took) -> str:
    """Records a second, in words."""
    return f"{records / took.cpu:,.0f} records a second of CPU ({records / took.clock:,.0f} by the clock)"


def measure(filled: Filled) -> None:
    """What is there is grown a bit, and asked."""
    print(f"  taking in {MORE:,} records more: {speed(MORE, filled.grow(MORE))}", flush=True)
    asyncio.run(ask(filled))
    filled.rows.close()


def copy(path: Path, address: PostgresAddress) -> None:
    """Copy a read model from a file into a PostgreSQL database, whose own is dropped."""
    import psycopg  # noqa: PLC0415 - without an address nobody needs it

    with psycopg.connect(address.url, autocommit=True) as server, closing(sqlite3.connect(path)) as file:
        server.execute("DROP SCHEMA IF EXISTS sealstream_console CASCADE")
        open_rows(address, TOPICS, source=SOURCE).close()
        server.execute("SET search_path = sealstream_console")
        # Indexes that are made of all rows at once are made in a fraction of the time.
        indexes = server.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'sealstream_console' "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in indexes:
            server.execute(f"DROP INDEX {name}")
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(tables) - {"meta"}):
            with server.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as rows:
                for row in file.execute(f"SELECT * FROM {table}"):  # noqa: S608 - its name is ours
                    rows.write_row(row)
        for _, statement in indexes:
            server.execute(statement)
        server.execute("ANALYZE")  # as autovacuum does


def run(events: int, path: Path, address: PostgresAddress | None) -> None:
    """Fill, ask, print."""
    filled = Filled(path)
    missing = 2 * (events - filled.end_of(TOPICS.decisions))
    filling = f": {speed(missing, filled.grow(missing))}" if missing > 0 else " of a file that was kept"
    print(f"{events:,} events{filling}, {path.stat().st_size / 2**20:,.0f} MiB", flush=True)
    if address is None:
        measure(filled)
        return
    filled.rows.close()
    with (watch := Watch()):
        copy(path, address)
    print(f"  copied into {address} in {watch.took.clock:,.0f} s", flush=True)
    measure(Filled(address))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_console", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="where the file is kept; one that is there is used again")
    parser.add_argument("what", nargs="*", help="a database to empty and measure, and numbers of events")
    asked = parser.parse_args()
    addresses = [PostgresAddress(url=argument) for argument in asked.what if "://" in argument]
    numbers = [int(argument) for argument in asked.what if "://" not in argument] or [10_000, 100_000]
    for number in numbers:
        with tempfile.TemporaryDirectory() as directory:
            path = asked.keep or Path(directory) / "console.sqlite"
            run(number, path, addresses[0] if addresses else None)


if __name__ == "__main__":
    main()
