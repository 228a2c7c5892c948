"""What is measured, a function for each part of a run; all contestants of a part take turns within each round."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Final

import msgspec
import orjson

from agents.messages import KafkaMessage
from bench.contents import CONTENT_KINDS, ContentKind, long_video, prose_text
from bench.contestants import Contestant, Effort, Streaming, WorkerContestant
from bench.events import broken_message, event
from bench.measuring import PeakMemory, memory_bytes, open_files, timer
from bench.results import Delay, GrowthStep, Malformed, Stall
from bench.stand import Stand
from pipeline.events.intake import GENERATION, PUBLICATION

__all__ = ["Sender", "commands", "costs", "growth", "latency", "malformed", "publications", "stall", "waiting"]

WARM_UP: Final = 30
"""Events that go first, uncounted: modules are loaded, connections opened, children started."""


class Sender:
    """Makes events of every kind; no two have the same identity, and no two texts are the same."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._numbers = count()
        self._files: dict[str, list[Mapping[str, object]]] = {}

    def events(self, kind: ContentKind, source: str, number: int, event_type: str = GENERATION) -> list[KafkaMessage]:
        """So many events of a kind."""
        if kind.name not in self._files:
            self._files[kind.name] = self._stand.put_all(kind)
        return [event(event_type, source, index, self._content(kind, index)) for index in islice(self._numbers, number)]

    def _content(self, kind: ContentKind, number: int) -> Mapping[str, object]:
        if kind.make is None:
            return {"mime": kind.media_type, "text": prose_text(number, kind.size)}
        files = self._files[kind.name]
        return files[number % len(files)]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


async def costs(
    contestants: Sequence[Contestant], sender: Sender, kinds: Sequence[ContentKind], rounds: int, scale: float
) -> dict[str, dict[str, list[Effort]]]:
    """CPU, memory and requests of generation events: in every round, each kind by each contestant in turn."""
    for contestant in contestants:
        for kind in kinds:
            await contestant.work(sender.events(kind, contestant.name, min(WARM_UP, max(2, int(kind.events * scale)))))
    efforts: dict[str, dict[str, list[Effort]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(rounds):
        for kind in kinds:
            number = max(2, int(kind.events * scale))
            for contestant in contestants if turn % 2 else reversed(contestants):
                effort = await contestant.work(sender.events(kind, contestant.name, number))
                efforts[kind.title][contestant.name].append(effort)
                _say(
                    f"round {turn + 1}  {kind.title:16} {contestant.name:12} {effort.cpu_ms:8.2f} ms CPU"
                    f"  {effort.events / effort.wall_seconds:7.1f}/s"
                )
    return efforts


async def latency(
    contestants: Sequence[Contestant],
    sender: Sender,
    kinds: Sequence[ContentKind],
    efforts: Mapping[str, Mapping[str, Sequence[Effort]]],
    events: Mapping[str, int],
) -> dict[str, dict[str, Delay]]:
    """From sending to the manifest record, at half of the rate that each contestant reached in the same run."""
    delays: dict[str, dict[str, Delay]] = defaultdict(dict)
    for kind in kinds:
        for contestant in contestants:
            if not isinstance(contestant, Streaming):
                continue
            reached = statistics.median(
                effort.events / effort.wall_seconds for effort in efforts[kind.title][contestant.name]
            )
            messages = sender.events(kind, contestant.name, events[kind.name])
            delay = await _delays(contestant, messages, reached / 2, {})
            delays[kind.title][contestant.name] = delay
            _say(
                f"latency  {kind.title:16} {contestant.name:12} {delay.rate:6.1f}/s"
                f"  p50 {delay.p50_ms:.0f}, p99 {delay.p99_ms:.0f} ms"
            )
    return delays


async def _delays(
    contestant: Streaming, messages: Sequence[KafkaMessage], rate: float, others: dict[bytes | None, bytes | None]
) -> Delay:
    """Send at a steady rate, whatever comes back, and see how long each takes; records of others are put aside."""
    sent: dict[bytes | None, float] = {}
    took: list[float] = []

    async def send() -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as sending:
            for index, message in enumerate(messages):
                await asyncio.sleep(began + index / rate - time.monotonic())
                sent[message.key] = time.monotonic()
                sending.create_task(contestant.send([message]))

    async def receive() -> None:
        while len(took) < len(messages):
            done = await contestant.next_done("manifests")
            if done.key in sent:
                took.append(1000 * (time.monotonic() - sent[done.key]))
            else:
                others[done.key] = done.value

    await asyncio.gather(send(), receive())
    ordered = sorted(took)
    return Delay(
        rate=rate, events=len(took), p50_ms=statistics.median(ordered), p99_ms=ordered[int(0.99 * (len(ordered) - 1))]
    )


async def publications(
    workers: Sequence[WorkerContestant], sender: Sender, stand: Stand, rounds: int, scale: float
) -> dict[str, dict[str, list[Effort]]]:
    """Publication events: what this worker sealed itself, and what nobody has seen and nothing marks."""
    prose, jpeg = CONTENT_KINDS[0], CONTENT_KINDS[1]
    assert jpeg.make is not None
    pictures = [stand.put(f"unmarked/{index}", jpeg.make(1000 + index), jpeg.media_type) for index in range(20)]
    numbers = count(10_000_000)
    sealed = {
        (worker.name, kind.name): await _sealed(worker, sender.events(kind, worker.name, len(pictures)))
        for worker in workers
        for kind in (prose, jpeg)
    }

    def content(title: str, worker: WorkerContestant, index: int) -> Mapping[str, object]:
        match title:
            case "sealed JPEG":
                return sealed[worker.name, jpeg.name][index % len(pictures)]
            case "sealed text":
                return sealed[worker.name, prose.name][index % len(pictures)]
            case "unmarked JPEG":
                return pictures[index % len(pictures)]
            case _:
                return {"mime": prose.media_type, "text": prose_text(index, prose.size)}

    efforts: dict[str, dict[str, list[Effort]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(rounds + 1):
        for title in ("sealed JPEG", "unmarked JPEG", "sealed text", "unmarked text"):
            for worker in workers if turn % 2 else reversed(workers):
                chosen = islice(numbers, max(4, int(60 * scale)))
                effort = await worker.work(
                    [event(PUBLICATION, worker.name, index, content(title, worker, index)) for index in chosen]
                )
                if turn:
                    efforts[title][worker.name].append(effort)
                    _say(f"round {turn}  published {title:14} {worker.name:12} {effort.cpu_ms:8.2f} ms CPU")
    return efforts


async def _sealed(worker: WorkerContestant, messages: Sequence[KafkaMessage]) -> list[Mapping[str, object]]:
    """What events can say of the assets that the worker seals now."""
    await worker.send(messages)
    records = [orjson.loads((await worker.next_done("manifests")).value or b"") for _ in messages]
    return [{"mime": record["content"]["mime"], **record["sealed"]} for record in records]


async def growth(worker: WorkerContestant, sender: Sender, events: int, step: int) -> list[GrowthStep]:
    """Many texts through one worker: what it costs, holds and opens as they go by."""
    steps: list[GrowthStep] = []
    await worker.work(sender.events(CONTENT_KINDS[0], worker.name, WARM_UP))
    for sent in range(0, events, step):
        effort = await worker.work(sender.events(CONTENT_KINDS[0], worker.name, step))
        steps.append(
            GrowthStep(
                events=sent + step,
                cpu_ms=effort.cpu_ms,
                memory_mb=memory_bytes(worker.pid) / 2**20,
                open_files=open_files(worker.pid),
            )
        )
        _say(f"growth  {worker.name:12} {steps[-1].events:7} {effort.cpu_ms:8.2f} ms CPU {steps[-1].memory_mb:6.0f} MB")
    return steps


async def waiting(worker: WorkerContestant, sender: Sender, events: int, seconds: float) -> float:
    """Peak memory of a worker's family while so many inline events of 250 KB wait, in MB."""
    large = next(kind for kind in CONTENT_KINDS if kind.size == 250_000)  # noqa: PLR2004 - the kind of this size
    await worker.work(sender.events(CONTENT_KINDS[0], worker.name, WARM_UP))
    messages = sender.events(large, worker.name, 50)
    with PeakMemory(worker.pid) as peak:
        for batch in range(events // len(messages)):
            await worker.send([_renamed(message, batch) for message in messages])
        await asyncio.sleep(seconds)
    _say(f"waiting  {worker.name:12} {peak.bytes / 2**20:6.0f} MB")
    return peak.bytes / 2**20


def _renamed(message: KafkaMessage, batch: int) -> KafkaMessage:
    """The same event under another id: another event."""
    document = orjson.loads(message.value or b"")
    document["id"] = f"{document['id']}-{batch}"
    return msgspec.structs.replace(message, value=orjson.dumps(document))


async def malformed(
    workers: Sequence[WorkerContestant], sender: Sender, rounds: int, messages: int
) -> dict[str, list[Malformed]]:
    """A flood of messages that are no events: each becomes a dead letter, and the log says so without drowning."""
    done: dict[str, list[Malformed]] = defaultdict(list)
    for worker in workers:
        await worker.work(sender.events(CONTENT_KINDS[0], worker.name, WARM_UP))
    for turn in range(rounds):
        for worker in workers if turn % 2 else reversed(workers):
            written = worker.log.stat().st_size
            with timer(worker.pid) as took:
                await worker.send([broken_message(turn * messages + number) for number in range(messages)])
                for _ in range(messages):
                    await worker.next_done("dead-letters")
            log_bytes = worker.log.stat().st_size - written
            done[worker.name].append(Malformed(messages=messages, cpu_seconds=took.cpu, log_bytes=log_bytes))
            _say(
                f"round {turn + 1}  malformed {worker.name:12} {took.cpu:6.1f} s CPU, {log_bytes / 1000:8.1f} KB of log"
            )
    return done


async def stall(worker: WorkerContestant, sender: Sender, stand: Stand, texts: int, rate: float) -> Stall:
    """Texts at a steady rate, alone and while two videos of a minute get their explicit labels."""
    await worker.work(sender.events(CONTENT_KINDS[0], worker.name, WARM_UP))
    alone = await _delays(worker, sender.events(CONTENT_KINDS[0], worker.name, texts), rate, {})
    videos = [
        event(
            GENERATION,
            worker.name,
            20_000_000 + index,
            stand.put(f"long/{worker.place}/{index}", long_video(index), "video/mp4"),
            {"explicit_order": {}},
        )
        for index in range(2)
    ]
    await worker.send(videos)
    await asyncio.sleep(1)
    records: dict[bytes | None, bytes | None] = {}
    behind = await _delays(worker, sender.events(CONTENT_KINDS[0], worker.name, texts), rate, records)
    while len(records) < len(videos):
        done = await worker.next_done("manifests")
        records[done.key] = done.value
    labelled = sum(not _is_refused(record or b"{}") for record in records.values())
    _say(f"stall  {worker.name:12} alone p50 {alone.p50_ms:.0f} ms, behind {behind.p50_ms:.0f} ms; {labelled} labelled")
    return Stall(alone=alone, behind=behind, videos=f"{labelled} of {len(videos)}")


def _is_refused(record: bytes) -> bool:
    """Whether a record says that the explicit label could not be put on."""
    return any(str(finding["kind"]).endswith("refused") for finding in orjson.loads(record).get("findings", ()))


def commands(trees: Mapping[str, Path], runs: int) -> dict[str, dict[str, list[float]]]:
    """CPU seconds of commands that only say something, the trees in turn."""
    took: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(runs + 1):
        for line in ("--help", "--version", "worker --help"):
            for name, tree in trees.items():
                before = os.times()
                subprocess.run(
                    [sys.executable, "-m", "agents.cli", *line.split()],
                    cwd=tree,
                    env={**os.environ, "PYTHONPATH": str(tree)},
                    stdout=subprocess.DEVNULL,
                    check=True,
                )
                after = os.times()
                took[f"sealstream {line}"][name].append(
                    after.children_user + after.children_system - before.children_user - before.children_system
                )
    return {line: {name: measured[1:] for name, measured in trees.items()} for line, trees in took.items()}
