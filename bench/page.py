"""docs/performance.md, written from the figures of a run; its charts are in `charts.py`."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bench.contestants import Effort
from bench.results import Figures, Section, Taken
from bench.table import median_cpu
from bench.targets import TARGETS

__all__ = ["performance_page"]

_INTRODUCTION: Final = """\
# What an event costs

<!-- Written by `make bench PAGE=1` from docs/performance/figures.json; a test compares. Change the code in bench/. -->

Sealstream beside two loops that only sign, and the floor, in one run on real Kafka and SeaweedFS. Everybody gets events
of the same kinds in turn, round by round; what is shown is the median of the rounds. CPU is user and system time of the
process **and all its descendants**, from /proc; the broker, the store and the measuring program are not in it.

| contestant | what it does |
|---|---|
| sealstream | everything: checks, label, fingerprint and recognition codes, seal with read-back, policy of China |
| [plain loop](../bench/peers/plain_loop.py) | aiokafka, c2pa-python, boto3: checks the digest, signs, stores |
| [tuned loop](../bench/peers/tuned_loop.py) | the same with obstore, and without waiting for whole batches |
| [floor](../bench/peers/floor.py) | fetch, sign, store; no Kafka, no checks |

Wall times, and so rates and delays, are those of one machine that also ran the broker and the store; ratios of CPU time
within a run hold elsewhere. What a million open clocks cost is on [a page of its own](performance/clocks.md). To
measure anew: `make bench` (a look: `make bench SHORT=1`; the page: `make bench PAGE=1
AGAINST=71aa9a7=path/to/that/checkout`).
"""

_BUSY: Final = 0.1
"""From this share on, what others took of the processors' time makes wall times say little."""

_LOADED: Final = 1.5
"""The same of the load before, for figures that do not know the share."""


def performance_page(results: Figures) -> str:
    """The page."""
    parts = [_INTRODUCTION, _targets(results)]
    writers = {
        "costs": _costs,
        "latency": _latency,
        "publications": _publications,
        "stall": _stall,
        "waiting": _waiting,
        "malformed": _malformed,
        "growth": _growth,
        "commands": _commands,
    }
    for name, write in writers.items():
        section = results.sections.get(name)
        if section is not None:
            parts.append(write(section, results.titles) + _taken(section))
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _taken(section: Section) -> str:
    taken = section.taken
    versions = ", ".join(f"{name} {version}" for name, version in taken.versions.items())
    return f"\n{taken.at}, {taken.machine}, {_company(taken)}; {versions}.\n"


def _company(taken: Taken) -> str:
    """How quiet the machine was."""
    if taken.others is None:
        before = f"load {taken.load:.1f} before"
        return f"{before}; **the machine may have been busy with other work**" if taken.load > _LOADED else before
    shared = f"others took {taken.others:.0%} of the processors' time"
    return f"**{shared}**" if taken.others > _BUSY else shared


def _targets(results: Figures) -> str:
    rows = []
    for target in TARGETS:
        found = target.found(results)
        if found is not None:
            rows.append(
                [target.title, f"{target.most:.2f}", f"{found:.2f}", "yes" if found <= target.most else "**no**"]
            )
    return "## Targets\n\n" + _table(["ratio", "at most", "found", "met"], rows)


def _costs(section: Section, titles: Mapping[str, str]) -> str:
    present = _present(section.efforts, titles)
    names = [titles[name] for name in present]
    figures = {
        "CPU in ms an event": lambda rounds: f"{median_cpu(rounds):.2f}",
        "Events a second, all sent at once": lambda rounds: f"{_rate(rounds):.0f}",
        "Memory of the process and its descendants after a round, in MB (PSS)": lambda rounds: (
            f"{rounds[-1].memory_mb:.0f}"
        ),
        "Requests to the store an event, and KB of bodies that it is given": _traffic,
    }
    tables = [
        f"{title}:\n\n{_table(['', *names], _rows(section.efforts, present, cell))}" for title, cell in figures.items()
    ]
    charts = "![CPU an event](performance/cpu.svg)\n\n![CPU of texts by their length](performance/texts.svg)\n"
    return "\n".join(["## A generated asset\n", charts, *tables])


def _publications(section: Section, titles: Mapping[str, str]) -> str:
    present = _present(section.efforts, titles)
    names = [titles[name] for name in present]
    return (
        "## A published asset\n\nSealed by this worker before, or never seen and unmarked. CPU in ms an event,\n"
        "requests to the store, and KB that it is given:\n\n"
        + _table(
            ["", *names],
            _rows(section.efforts, present, lambda rounds: f"{median_cpu(rounds):.2f}; {_traffic(rounds)}"),
        )
    )


def _latency(section: Section, titles: Mapping[str, str]) -> str:
    rows = [
        [title, titles[name], f"{delay.rate:.1f}", str(delay.events), f"{delay.p50_ms:.0f}", f"{delay.p99_ms:.0f}"]
        for title, delays in section.delays.items()
        for name, delay in delays.items()
    ]
    return (
        "## How long an event takes\n\n![Time to the manifest record](performance/latency.svg)\n\n"
        "From sending until the manifest record is seen, at half of the rate that each contestant reached before:\n\n"
        + _table(["", "contestant", "events a second", "events", "p50 ms", "p99 ms"], rows)
    )


def _stall(section: Section, titles: Mapping[str, str]) -> str:
    rows = [
        [
            titles[name],
            f"{texts.alone.p50_ms:.0f}",
            f"{texts.behind.p50_ms:.0f}",
            f"{texts.behind.p99_ms:.0f}",
            texts.videos,
        ]
        for name, texts in section.stalls.items()
    ]
    return (
        "## Texts beside long videos\n\nFour texts a second, alone and while two videos of 60 s in 1080p get explicit"
        " labels; ms until the manifest record:\n\n"
        + _table(["", "p50 alone", "p50 beside", "p99 beside", "the videos' labels"], rows)
    )


def _waiting(section: Section, titles: Mapping[str, str]) -> str:
    rows = [[titles[name], f"{peak:.0f}"] for name, peak in section.waiting_mb.items()]
    return "## Memory while large events wait\n\nInline texts of 250 KB, MB at the peak (PSS):\n\n" + _table(
        ["", "MB"], rows
    )


def _malformed(section: Section, titles: Mapping[str, str]) -> str:
    rows = [
        [
            titles[name],
            str(rounds[-1].messages),
            f"{statistics.median(flood.cpu_seconds for flood in rounds):.1f}",
            f"{statistics.median(flood.log_bytes for flood in rounds) / 1000:.1f}",
        ]
        for name, rounds in section.malformed.items()
    ]
    return (
        "## A flood of messages that are no events\n\nEach becomes a dead letter. CPU seconds of the worker and its"
        " descendants, and KB that it wrote to its log:\n\n" + _table(["", "messages", "CPU s", "KB of log"], rows)
    )


def _growth(section: Section, titles: Mapping[str, str]) -> str:
    rows = [
        [titles[name], str(step.events), f"{step.cpu_ms:.2f}", f"{step.memory_mb:.0f}", str(step.open_files)]
        for name, steps in section.growth.items()
        for step in steps
    ]
    return "## Growth\n\n![Growth](performance/growth.svg)\n\nTexts of 2 KB through one worker:\n\n" + _table(
        ["", "events", "ms CPU an event", "MB", "open files"], rows
    )


def _commands(section: Section, titles: Mapping[str, str]) -> str:
    trees = [name for name in titles if any(name in taken for taken in section.commands.values())]
    rows = [
        [f"`{line}`", *(f"{statistics.median(taken[tree]):.2f}" for tree in trees)]
        for line, taken in section.commands.items()
    ]
    return "## Commands\n\nCPU in seconds:\n\n" + _table(["", *(titles[tree] for tree in trees)], rows)


def _present(efforts: Mapping[str, Mapping[str, Sequence[Effort]]], titles: Mapping[str, str]) -> list[str]:
    return [name for name in titles if any(name in done for done in efforts.values())]


def _rows(
    efforts: Mapping[str, Mapping[str, Sequence[Effort]]],
    present: Sequence[str],
    cell: Callable[[Sequence[Effort]], str],
) -> list[list[str]]:
    return [[title, *(cell(done[name]) if name in done else "" for name in present)] for title, done in efforts.items()]


def _rate(rounds: Sequence[Effort]) -> float:
    return statistics.median(effort.events / effort.wall_seconds for effort in rounds)


def _traffic(rounds: Sequence[Effort]) -> str:
    """Requests by method, and bytes put, of the last round: the earlier ones may have met what was there before."""
    last = rounds[-1]
    asked = " ".join(f"{number:.2g} {method}" for method, number in last.requests.items())
    return f"{asked}, {last.put_bytes / 1000:.1f} KB"
