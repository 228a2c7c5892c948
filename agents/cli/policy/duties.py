"""How people see the three steps: what was said, what was not, and a table of duties."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from agents.cli.console import console
from agents.cli.policy.paragraphs import say, shown_value
from pipeline.policy.obligations import ROLES, Asked, Obligation, Obligations, ObligationStanding

__all__ = ["show_obligations"]

_WIDE: Final = 130
"""Columns of a terminal from which duty, product and people stand side by side."""

_LONGEST_ID: Final = 42
"""Columns that the ids of the shipped rules need to stay whole, so that they can be copied."""

_OPTIONS: Final = {
    "content.ds_category": "--category",
    "content.art17_scenario": "--scenario",
    "content.confusion_risk": "--confusion",
    "content.media": "--media",
    "content.operation": "--operation",
    "content.biometric": "--biometric",
    "content.is_news": "--news",
    "service.public_opinion": "--public-opinion",
}
_STYLES: Final[dict[ObligationStanding, str]] = {"applies": "bold", "depends": "yellow"}


def show_obligations(answer: Obligations, *, with_all: bool) -> None:
    """Print the three steps."""
    day = f" on {answer.at.date()}" if answer.at else ""
    console.print(Text(f"Obligations in {', '.join(answer.jurisdictions)}{day}", "bold"))
    console.print()
    step_1 = answer.deep_synthesis
    _heading(f"Step 1. Is it deep synthesis? {step_1.answer.capitalize()}")
    say(step_1.because)
    _show_asked(step_1.asked)
    _heading("Step 2. Which regulated entity is it?")
    for role in answer.entity.roles:
        say(f"{role.replace('_', ' ')}: {ROLES[role]}")
    if not answer.entity.roles:
        say("not said (--role): the duties of every role are shown")
    _show_asked(answer.entity.asked)
    _heading("Step 3. What follows?")
    for _, rows in groupby(answer.rows, key=lambda row: row.pack):
        _show_law(list(rows), with_all=with_all)
    console.print()
    count = Counter(row.standing for row in answer.rows)
    console.print(f"{count['applies']} duties apply, {count['depends']} depend on what was not said.", style="bold")


def _heading(words: str) -> None:
    console.print(Text(words, "bold"))


def _show_asked(asked: Sequence[Asked]) -> None:
    known = [f"{question.fact} = {shown_value(question.value)}" for question in asked if question.value is not None]
    open_ones = [_question(question.fact) for question in asked if question.value is None]
    if known:
        say(f"said: {', '.join(known)}")
    if open_ones:
        say(f"not said: {', '.join(open_ones)}", "yellow")
    console.print()


def _question(fact: str) -> str:
    return f"{fact} ({_OPTIONS.get(fact, '--fact')})"


def _show_law(rows: Sequence[Obligation], *, with_all: bool) -> None:
    shown = [row for row in rows if with_all or row.standing in ("applies", "depends")]
    first = rows[0]
    where = "everywhere" if first.jurisdiction == "*" else first.jurisdiction
    console.print()
    since = f", in force from {_first_day(rows)}" if _first_day(rows) else ""
    say(Text.assemble((first.law, "bold"), f" ({where}; {first.pack.name} {first.pack.version}{since})"), indent=0)
    if shown:
        console.print((_wide if console.width >= _WIDE else _narrow)(shown, _first_day(rows)))
    if not with_all:
        for reason, others in _left_out(rows):
            say(f"not {', '.join(others)}: {reason}", "dim")


def _first_day(rows: Iterable[Obligation]) -> date | None:
    return min((row.in_force_from for row in rows if row.in_force_from is not None), default=None)


def _left_out(rows: Iterable[Obligation]) -> Iterator[tuple[str, list[str]]]:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.because is not None:
            reasons.setdefault(row.because, []).append(_name(row.article))
    yield from reasons.items()


def _name(article: str) -> str:
    return f"Art. {article}" if article[:1].isdigit() else article


def _wide(rows: Iterable[Obligation], law_since: date | None) -> Table:
    table = Table(box=box.ROUNDED, show_lines=True, header_style="dim", expand=True)
    table.add_column("article")
    table.add_column("duty", ratio=1, overflow="fold")
    table.add_column("the product", width=_LONGEST_ID, overflow="fold")
    table.add_column("left to people", ratio=1, overflow="fold")
    for row in rows:
        table.add_row(_article(row), _duty(row, law_since), _product(row), row.left_to_people or "nothing")
    return table


def _narrow(rows: Iterable[Obligation], law_since: date | None) -> Table:
    table = Table(box=box.ROUNDED, show_lines=True, header_style="dim")
    table.add_column("article")
    table.add_column("duty, what the product does, and what is left to people", overflow="fold")
    for row in rows:
        people = Text.assemble(("left to people: ", "dim"), row.left_to_people or "nothing")
        table.add_row(_article(row), Group(_duty(row, law_since), _product(row), people))
    return table


def _article(row: Obligation) -> Text:
    return Text.assemble(row.article, "\n", (row.standing.replace("-", " "), _STYLES.get(row.standing, "dim")))


def _duty(row: Obligation, law_since: date | None) -> Text:
    duty = Text(row.duty)
    if row.in_force_from != law_since:
        duty.append(f"\nIn force from {row.in_force_from}.", "dim")
    if row.missing:
        duty.append(f"\nDepends on {', '.join(map(_question, row.missing))}.", "yellow")
    if row.because:
        duty.append(f"\nNot here: {row.because}.", "dim")
    return duty


def _product(row: Obligation) -> Text:
    words = Text.assemble((", ".join(row.product), "bold"), f": {row.how}")
    for rule in row.rules:
        words.append(f"\n{rule}", "cyan")
    return words
