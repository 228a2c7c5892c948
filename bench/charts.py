"""The charts of docs/performance.md, as SVG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from bench.contents import CONTENT_KINDS
from bench.results import Figures, Section
from bench.table import median_cpu

__all__ = ["draw_all"]

_COLOURS: Final = ("#0b6e4f", "#9aa5b1", "#d1495b", "#edae49", "#30638e", "#6b4e71")
_STYLE: Final[Any] = {
    "svg.hashsalt": "sealstream",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def draw_all(results: Figures, directory: Path) -> None:
    """Draw every chart that the figures allow."""
    directory.mkdir(parents=True, exist_ok=True)
    colours = dict(zip(results.titles, _COLOURS, strict=False))
    charts = {"costs": (_cpu, _texts), "latency": (_latency,), "growth": (_growth,)}
    with mpl.rc_context(_STYLE):
        for name, drawers in charts.items():
            section = results.sections.get(name)
            for draw in drawers if section else ():
                assert section is not None
                figure = draw(section, results.titles, colours)
                chart = directory / f"{draw.__name__.strip('_')}.svg"
                figure.savefig(chart, metadata={"Date": None}, facecolor="white")


def _axes(title: str, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontweight="bold")
    return figure, axes


def _plain_numbers(axis: XAxis | YAxis) -> None:
    """On a logarithmic scale: 100, where the default is a power of ten."""
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _cpu(section: Section, titles: Mapping[str, str], colours: Mapping[str, str]) -> Figure:
    """Bars side by side, on a logarithmic scale: kinds differ by hundreds."""
    present = [name for name in titles if any(name in done for done in section.efforts.values())]
    figure, axes = _axes("CPU an event, ms (logarithmic)", 0.35 + 0.2 * len(present) * len(section.efforts))
    thickness = 0.8 / len(present)
    for place, name in enumerate(present):
        where, values = [], []
        for row, done in enumerate(section.efforts.values()):
            if name in done:
                where.append(row + (place - (len(present) - 1) / 2) * thickness)
                values.append(median_cpu(done[name]))
        bars = axes.barh(where, values, height=thickness * 0.9, color=colours[name], label=titles[name])
        axes.bar_label(bars, fmt="{:.1f}", padding=2, fontsize=8)
    axes.set_yticks(range(len(section.efforts)), list(section.efforts))
    axes.set_xscale("log")
    _plain_numbers(axes.xaxis)
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=len(present), frameon=False)
    return figure


def _texts(section: Section, titles: Mapping[str, str], colours: Mapping[str, str]) -> Figure:
    """Lines over the length of a text."""
    figure, axes = _axes("CPU of a text by its length", 3.6)
    texts = sorted(
        (kind for kind in CONTENT_KINDS if kind.size and kind.title in section.efforts), key=lambda kind: kind.size
    )
    for name in titles:
        at = [kind for kind in texts if name in section.efforts[kind.title]]
        if at:
            costs = [median_cpu(section.efforts[kind.title][name]) for kind in at]
            axes.plot([kind.size / 1000 for kind in at], costs, marker="o", color=colours[name], label=titles[name])
    axes.set_xscale("log")
    _plain_numbers(axes.xaxis)
    axes.set_yscale("log")
    _plain_numbers(axes.yaxis)
    axes.set_xlabel("KB")
    axes.set_ylabel("ms CPU")
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def _latency(section: Section, titles: Mapping[str, str], colours: Mapping[str, str]) -> Figure:
    """From the median to the 99th percentile, a bar for each contestant and kind."""
    rows = [(title, name, delay) for title, delays in section.delays.items() for name, delay in delays.items()]
    figure, axes = _axes("Time to the manifest record at half load: p50 to p99, ms", 0.9 + 0.28 * len(rows))
    for row, (_, name, delay) in enumerate(rows):
        axes.plot([delay.p50_ms, delay.p99_ms], [row, row], color=colours[name], linewidth=5, solid_capstyle="butt")
        axes.plot([delay.p50_ms], [row], marker="o", color=colours[name])
        axes.annotate(f"  {delay.p50_ms:.0f} to {delay.p99_ms:.0f}", (delay.p99_ms, row), va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [f"{title}: {titles[name]}" for title, name, _ in rows])
    axes.set_xscale("log")
    _plain_numbers(axes.xaxis)
    axes.margins(x=0.2)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure


def _growth(section: Section, titles: Mapping[str, str], colours: Mapping[str, str]) -> Figure:
    """CPU and memory as events go by."""
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, steps in section.growth.items():
        events = [step.events / 1000 for step in steps]
        left.plot(events, [step.cpu_ms for step in steps], marker=".", color=colours[name], label=titles[name])
        right.plot(events, [step.memory_mb for step in steps], marker=".", color=colours[name], label=titles[name])
    for axes, title in ((left, "ms CPU an event"), (right, "MB of the worker's family")):
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlabel("thousand events so far")
        axes.set_ylim(bottom=0)
    return figure
