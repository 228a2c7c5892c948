"""What a person sees of the demo: a table that fills up on a terminal, a line for each finished event elsewhere."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agents.demo.stage import Played

__all__ = ["View", "summary"]

_STYLES: Final[Mapping[str | None, str]] = {
    None: "dim",
    "sealed": "green",
    "allow": "green",
    "hold": "yellow",
    "block": "red",
    "dead letter": "magenta",
}

_COLUMNS: Final = (
    ("event", 11, ""),
    ("what", 30, ""),
    ("file", 18, ""),
    ("outcome", 11, ""),
    ("alerts", 20, "bold red"),
)
"""Name, width and style of all columns but the last, which takes what is left of the line."""


class View:
    """Shows what is known of every event; a context manager that ends the live table."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None
        self._printed: set[str] = set()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, played: Iterable[Played], *, complete: bool = False) -> None:
        """Show the events as they stand; `complete` says that no more alerts are coming for those that are done."""
        if self._live is not None:
            self._live.update(_table(played))
            return
        for one in played:
            # Alerts arrive beside the outcome, on a topic of their own, so lines without one wait for the end.
            if one.key not in self._printed and one.outcome is not None and (complete or one.alerts):
                self._printed.add(one.key)
                self._console.print(_line(one), soft_wrap=True)


def summary(played: Iterable[Played]) -> str:
    """The last line of the demo."""
    events = list(played)
    outcomes = [one.outcome for one in events]
    decisions = sum(outcome in ("allow", "hold", "block") for outcome in outcomes)
    return (
        f"demo: {len(events)} events, {outcomes.count('sealed')} sealed, {decisions} decisions, "
        f"{sum(len(one.alerts) for one in events)} alerts, {outcomes.count('dead letter')} dead letters, "
        f"{outcomes.count(None)} lost"
    )


def _table(played: Iterable[Played]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for name, width, style in _COLUMNS:
        table.add_column(name, no_wrap=True, width=width, style=style)
    table.add_column("detail", no_wrap=True, style="dim", ratio=1)
    for one in played:
        table.add_row(
            one.kind,
            one.title,
            one.file,
            Text(one.outcome or "...", style=_STYLES[one.outcome]),
            ", ".join(sorted(set(one.alerts.values()))),
            one.detail,
        )
    return table


def _line(one: Played) -> Text:
    alerts = ", ".join(sorted(set(one.alerts.values())))
    return Text.assemble(
        f"{one.kind:11}  {one.title:32}  {one.file:18}  ",
        (f"{one.outcome or '...':11}", _STYLES[one.outcome]),
        (f"  {alerts or '-':38}", "red"),
        f"  {one.detail}",
    )
