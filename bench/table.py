"""The table that a run ends with."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.contestants import Effort
from bench.results import Figures

__all__ = ["median_cpu", "show_table"]

_WIDTH: Final = 130
"""Columns, also where the output is no terminal."""


def median_cpu(efforts: Sequence[Effort]) -> float:
    """Of all rounds, in ms for each event."""
    return statistics.median(effort.cpu_ms for effort in efforts)


def show_table(results: Figures) -> None:
    """Print what was measured."""
    console = Console()
    console.width = max(console.width, _WIDTH)
    for name, section in results.sections.items():
        if section.efforts:
            console.print(_costs(name, section.efforts, results.titles))
        for title, delays in section.delays.items():
            for contestant, delay in delays.items():
                console.print(
                    f"latency {title}: {results.titles[contestant]} at {delay.rate:.1f}/s "
                    f"p50 {delay.p50_ms:.0f} ms, p99 {delay.p99_ms:.0f} ms"
                )
        for line, trees in section.commands.items():
            said = ", ".join(f"{tree} {statistics.median(taken):.2f} s CPU" for tree, taken in trees.items())
            console.print(f"{line}: {said}")
        for tree, texts in section.stalls.items():
            alone, behind = texts.alone.p50_ms, texts.behind.p50_ms
            console.print(f"texts beside long videos: {tree} {alone:.0f} -> {behind:.0f} ms p50")
        for tree, peak in section.waiting_mb.items():
            console.print(f"memory while large events wait: {tree} {peak:.0f} MB")
        for tree, floods in section.malformed.items():
            seconds = statistics.median(flood.cpu_seconds for flood in floods)
            written = statistics.median(flood.log_bytes for flood in floods) / 1000
            console.print(
                f"{floods[-1].messages} malformed messages: {tree} {seconds:.1f} s CPU, {written:.0f} KB of log"
            )
        for tree, steps in section.growth.items():
            said = ", ".join(f"{step.events}: {step.cpu_ms:.1f} ms {step.memory_mb:.0f} MB" for step in steps)
            console.print(f"growth: {tree} {said}")


def _costs(name: str, efforts: Mapping[str, Mapping[str, Sequence[Effort]]], titles: Mapping[str, str]) -> Table:
    """CPU for each event, ours as a multiple of each other contestant's, and what ours asks of the store."""
    present = [contestant for contestant in titles if any(contestant in done for done in efforts.values())]
    ours, *others = present
    columns = [titles[contestant] for contestant in present]
    table = Table(name, *columns, *(f"/ {titles[contestant]}" for contestant in others), "requests", "KB put")
    for title, done in efforts.items():
        cpu = {contestant: median_cpu(rounds) for contestant, rounds in done.items()}
        last = done[ours][-1]
        table.add_row(
            title,
            *(f"{cpu[contestant]:.2f}" if contestant in cpu else "" for contestant in present),
            *(f"{cpu[ours] / cpu[contestant]:.2f}" if cpu.get(contestant) else "" for contestant in others),
            f"{sum(last.requests.values()):.1f}",
            f"{last.put_bytes / 1000:.1f}",
        )
    return table
