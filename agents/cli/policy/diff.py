"""The command that shows what another version of a pack would have changed."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.text import Text

from agents.cli.console import AsJson, console, print_json
from agents.cli.policy.events import EventKind, KindOption, stated_event
from agents.cli.policy.language import LangOption, language_given
from agents.cli.policy.paragraphs import say
from pipeline.errors import AssetRefusedError, ProducerError
from pipeline.events.outputs import PackReference
from pipeline.policy.difference import EXAMPLES, Cases, Difference, PastEvent, Result, RuleChange, difference
from pipeline.policy.judge import Judge
from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import load_packs
from pipeline.policy.sources import Assumptions
from pipeline.policy.words import Language, chosen
from pipeline.settings import PolicySettings

__all__ = ["diff"]

_NAMED: Final = 100
"""Lines that cannot be read and are named; more of them are only counted."""

_STYLES: Final = {"newly-found": "red", "no-longer-found": "green", "changed": "yellow"}


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no event."""

    line: int
    reason: str


class BadLines(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines are no events, and the first of them."""

    count: int
    first: tuple[BadLine, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What `diff` answers."""

    old: tuple[PackReference, ...]
    new: tuple[PackReference, ...]
    beside: tuple[PackReference, ...]
    difference: Difference
    bad_lines: BadLines
    texts: dict[str, str]


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A pack: shipped name, file or directory.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The pack to compare with it.")],
    events: Annotated[
        Path, typer.Option(metavar="FILE", help="Events as JSON Lines: CloudEvents, or their data alone.")
    ],
    kind: KindOption = None,
    examples: Annotated[int, typer.Option("-n", "--examples", min=0, help="Events named for each change.")] = EXAMPLES,
    lang: LangOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what pack NEW would have changed in place of OLD, for events that were sent.

    The other configured packs judge beside them both times, so that decisions are whole. Lines that are no events are
    named and left out. Nothing is fetched, sent or stored.
    """
    settings = PolicySettings()
    before, after = load_packs([old]), load_packs([new])
    named = {pack.name for pack in (*before, *after)}
    beside = tuple(pack for pack in load_packs(settings.packs) if pack.name not in named)
    lines = _Lines(events, kind, settings.jurisdictions, settings.assumptions)
    found = difference(
        Judge((*beside, *before), settings.roles), Judge((*beside, *after), settings.roles), lines, examples=examples
    )
    answer = Compared(
        old=_references(before),
        new=_references(after),
        beside=_references(beside),
        difference=found,
        bad_lines=BadLines(count=lines.bad_count, first=tuple(lines.bad)),
        texts=_texts((*beside, *before, *after), {change.rule for change in found.rules}, language_given(lang)),
    )
    if as_json:
        print_json(answer)
    else:
        _show(answer)


class _Lines:
    """The events of a file, one a line; lines that are none are remembered."""

    def __init__(
        self, path: Path, kind: EventKind | None, jurisdictions: tuple[str, ...], assumptions: Assumptions
    ) -> None:
        self._path = path
        self._kind = kind
        self._jurisdictions = jurisdictions
        self._assumptions = assumptions
        self.bad: list[BadLine] = []
        self.bad_count = 0

    def __iter__(self) -> Iterator[PastEvent]:
        try:
            with self._path.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        yield from self._read(number, line)
        except OSError as error:
            raise AssetRefusedError(
                what=f"{self._path} cannot be read: {error.strerror}.",
                remedy="Name a file that exists and may be read.",
            ) from error

    def _read(self, number: int, line: bytes) -> Iterator[PastEvent]:
        name = f"line-{number}"
        try:
            event = stated_event(
                line, name, kind=self._kind, jurisdictions=self._jurisdictions, assumptions=self._assumptions
            )
        except ProducerError as error:
            self.bad_count += 1
            if len(self.bad) < _NAMED:
                self.bad.append(BadLine(line=number, reason=str(error)))
            return
        reference = event.reference
        yield PastEvent(
            reference.id if reference.id == name else f"{reference.source} {reference.id}", event.facts, event.at
        )


def _texts(packs: Iterable[Pack], rules: Collection[str], language: Language) -> dict[str, str]:
    """What is wrong where these rules are violated."""
    return {rule.id: chosen(rule.text, language) for pack in packs for rule in pack.rules if rule.id in rules}


def _references(packs: Iterable[Pack]) -> tuple[PackReference, ...]:
    return tuple(pack.reference for pack in packs)


def _show(answer: Compared) -> None:
    found = answer.difference
    console.print(Text(f"{_packs(answer.old)} → {_packs(answer.new)}", "bold"), soft_wrap=True)
    say(f"{found.events} events judged, {found.changed_events} of them with other findings", "dim")
    if answer.beside:
        say(f"judged by these, too: {_packs(answer.beside)}", "dim")
    if found.decisions:
        console.print("Decisions", style="bold")
        for decision in found.decisions:
            _show_change(Text(f"{decision.before} → {decision.after}"), decision.events)
    if found.rules:
        console.print("Rules", style="bold")
    for rule, changes in groupby(found.rules, key=lambda change: change.rule):
        console.print(Text(f"  {rule}"), soft_wrap=True)
        say(answer.texts[rule], "dim", indent=4)
        for change in changes:
            _show_change(_words(change), change.events)
    if not found.rules:
        console.print("No finding changes.")
    if answer.bad_lines.count:
        console.print(f"Lines that are no events: {answer.bad_lines.count}", style="bold yellow")
        for bad in answer.bad_lines.first:
            say(f"line {bad.line}: {bad.reason}")


def _show_change(words: Text, events: Cases) -> None:
    console.print(Text.assemble(f"{events.count:8}  ", words), soft_wrap=True)
    if events.examples:
        more = ", …" if events.count > len(events.examples) else ""
        say(f"{', '.join(events.examples)}{more}", "dim", indent=10)


def _words(change: RuleChange) -> Text:
    results = [_result(side) for side in (change.before, change.after) if side is not None]
    return Text.assemble((change.change.replace("-", " "), _STYLES[change.change]), f": {' → '.join(results)}")


def _result(result: Result) -> str:
    return f"{result.outcome}, {result.action}, {result.severity}"


def _packs(references: Iterable[PackReference]) -> str:
    return ", ".join(f"{reference.name} {reference.version}" for reference in references)
