"""What a person sees of the demo: finished scenes with what was found, and, on a terminal, what is under way."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from agents.demo.citations import short_citation
from agents.demo.played import Played
from pipeline.events.outputs import Alert, Enforcement, EnforcementReversal

__all__ = ["View", "summary"]

_STYLES: Final[Mapping[str | None, str]] = {
    None: "dim",
    "sealed": "green",
    "allow": "green",
    "on record": "green",
    "in force": "green",
    "deleted": "green",
    "hold": "yellow",
    "alert": "yellow",
    "block": "red",
    "retracted": "red",
    "account": "bold red",
    "refused": "red",
    "dead letter": "magenta",
}

_UNDER_WAY: Final = 6
"""So many lines at most show what is under way, so that they fit on any terminal."""

_STRICTEST_FIRST: Final = ("block", "hold", "alert")
_MOST_ALERTS: Final = 3

_OF_STEPS: Final = "Deep Synthesis Provisions, Art. 10"


class View:
    """Shows what is known of every scene; a context manager that ends what is live."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
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

    def begin(self, title: str) -> None:
        """Show that an act begins."""
        self._print(Text(f"\n{title}", style="bold"))

    def show(self, played: Iterable[Played]) -> None:
        """Show the scenes as they stand: what is settled once and for all, the rest while it is under way."""
        scenes = list(played)
        if self._live is not None:
            # No thread refreshes it: Rich loses count of the lines where one does and another prints above them.
            self._live.update(_under_way([scene for scene in scenes if not scene.is_settled]), refresh=True)
        for scene in scenes:
            if scene.is_settled and scene.key not in self._printed:
                self._printed.add(scene.key)
                for line in _lines(scene):
                    self._print(line)

    def _print(self, line: Text) -> None:
        # A terminal shows the beginning of a long line; a file gets all of it.
        if self._console.is_terminal:
            self._console.print(line, no_wrap=True, overflow="ellipsis")
        else:
            self._console.print(line, soft_wrap=True)


def summary(played: Iterable[Played]) -> str:
    """The last line of the demo."""
    scenes = list(played)
    alerts = [alert for scene in scenes for alert in scene.alerts]
    cited = {short_citation(alert.rule.citation) for alert in alerts} - {""}
    outcomes = [scene.outcome for scene in scenes]
    decisions = sum(outcome in ("allow", "hold", "block") for outcome in outcomes)
    return (
        f"demo: {len(scenes)} events, {outcomes.count('sealed')} sealed, {decisions} decisions, "
        f"{len(alerts)} alerts citing {len(cited)} provisions, {sum(scene.step is not None for scene in scenes)} steps "
        f"against accounts, {outcomes.count('dead letter')} dead letters, "
        f"{sum(not scene.is_settled for scene in scenes)} lost"
    )


def _lines(played: Played) -> Iterable[Text]:
    yield _scene(played)
    alerts = sorted(played.alerts, key=lambda alert: _STRICTEST_FIRST.index(alert.action))
    for alert in alerts[:_MOST_ALERTS]:
        yield _alert(alert)
    if len(alerts) > _MOST_ALERTS:
        yield Text(f"    and {len(alerts) - _MOST_ALERTS} alerts more", style="dim")
    if played.step is not None:
        yield _step(played.step)


def _scene(played: Played) -> Text:
    text = Text.assemble(
        f"{played.kind:11} {played.where:5} {played.title:37} ",
        (f"{played.outcome or '...':11} ", _STYLES[played.outcome]),
    )
    if played.outcome == "sealed" and played.decision != "allow":
        text.append(f"{played.decision}, ", style=_STYLES[played.decision])
    return text.append(", ".join(part for part in (played.file, played.detail) if part), style="dim")


def _alert(alert: Alert) -> Text:
    features = alert.evidence.get("matched_features")
    found = f" ({', '.join(features)})" if isinstance(features, tuple) else ""
    return _below(alert.action, alert.rule.citation, f"{alert.kind}{found}", alert.message)


def _step(step: Enforcement | EnforcementReversal) -> Text:
    if isinstance(step, EnforcementReversal):
        left = f"taken back, {step.violations} violations left, account {step.account[:8]}"
        return _below("account", _OF_STEPS, step.step, left)
    times = "1 violation" if step.violations == 1 else f"{step.violations} violations"
    return _below(
        "account", _OF_STEPS, step.step, f"{times} within {step.window_days} days, account {step.account[:8]}"
    )


def _below(what: str, citation: str | None, kind: str, message: str) -> Text:
    """A line about what was found in the scene above it."""
    return Text.assemble(
        ("    ↳ ", "dim"),
        (f"{what:8}", _STYLES[what]),
        (f"{short_citation(citation):31} ", "bold"),
        (kind, _STYLES[what]),
        f": {message}",
    )


def _under_way(waiting: list[Played]) -> Group:
    lines = [_scene(scene) for scene in waiting[:_UNDER_WAY]]
    if len(waiting) > _UNDER_WAY:
        lines.append(Text(f"... and {len(waiting) - _UNDER_WAY} more under way", style="dim"))
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)
