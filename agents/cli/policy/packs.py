"""Commands about pack files: which are in use, whether one can be used, its examples, the document of all of them."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from agents.cli.console import AsJson, console, print_json
from agents.cli.exits import ExitCode
from agents.cli.policy.language import LangOption, language_given
from pipeline.errors import OperatorError
from pipeline.policy.clock_examples import ClockExampleResult, read_clock_examples, run_clock_examples
from pipeline.policy.compliance import render
from pipeline.policy.examples import (
    CASES,
    ExampleCase,
    ExampleResult,
    examples_beside,
    missing_cases,
    read_examples,
    run_examples,
)
from pipeline.policy.pack_files import PackFile, find_packs, load_packs, packs_in_use
from pipeline.policy.words import Language, chosen
from pipeline.settings import PolicySettings

__all__ = ["check_packs", "compliance", "list_packs", "run_tests"]

Packs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PACK]...", help="Packs by shipped name, file or directory; those in use otherwise."),
]


_TICKS: Final = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("-", "bold yellow")}


class ListedPack(msgspec.Struct, frozen=True, kw_only=True):
    """What `list` answers for each pack."""

    name: str
    version: str
    title: str
    jurisdiction: str
    articles: int
    rules: int
    in_force_from: date | None
    origin: str


class CheckedPack(msgspec.Struct, frozen=True, kw_only=True):
    """What `check` answers for each path."""

    path: str
    packs: tuple[str, ...]
    titles: tuple[str, ...]
    error: str | None


class TestedRule(msgspec.Struct, frozen=True, kw_only=True):
    """How the examples of one rule came out: for each case whether all are as expected, null where there is none."""

    rule: str
    cases: dict[ExampleCase, bool | None]


class TestedPack(msgspec.Struct, frozen=True, kw_only=True):
    """What `test` answers for each pack."""

    name: str
    version: str
    title: str
    examples_file: str
    examples: int
    rules: tuple[TestedRule, ...]
    failures: tuple[ExampleResult, ...]
    missing: dict[str, tuple[ExampleCase, ...]]
    clocks: int
    clock_examples: int
    clock_failures: tuple[ClockExampleResult, ...]


def list_packs(lang: LangOption = None, as_json: AsJson = False) -> None:
    """List the packs in use, as SEALSTREAM_POLICY_PACKS says: all that ship unless set."""
    language = language_given(lang)
    listed = [_listed(used, language) for used in packs_in_use(PolicySettings().packs)]
    if as_json:
        print_json({"packs": listed})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("pack", "version", "where", "articles", "rules", "in force from", "from"):
        numeric = name in ("articles", "rules")
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for pack in listed:
        table.add_row(
            pack.name,
            pack.version,
            pack.jurisdiction,
            str(pack.articles),
            str(pack.rules),
            str(pack.in_force_from or "-"),
            pack.origin,
        )
        if lang is not None:
            table.add_row(Text(pack.title, "dim"))
    console.print(table)


def check_packs(
    paths: Annotated[list[str], typer.Argument(metavar="PACK...", help="Files, directories or shipped names.")],
    lang: LangOption = None,
    as_json: AsJson = False,
) -> None:
    """Check whether packs can be used: that each says ok, or file:line and the reason. Exit code 2 if one cannot."""
    language = language_given(lang)
    checked = [_checked(path, language) for path in paths]
    if as_json:
        print_json({"checked": checked})
    else:
        for answer in checked:
            titles = "" if lang is None else f": {'; '.join(answer.titles)}"
            named = f"{', '.join(answer.packs)} ({answer.path}){titles}"
            words = f"ok: {named}" if answer.error is None else answer.error
            console.print(Text(words, "" if answer.error is None else "red"), soft_wrap=True)
    if any(answer.error is not None for answer in checked):
        raise typer.Exit(ExitCode.CONFIGURATION)


def run_tests(packs: Packs = None, lang: LangOption = None, as_json: AsJson = False) -> None:
    """Run the examples beside packs: every rule needs one that passes, one that violates it, and one unknown.

    A clock may have examples of what it says at a time.

    Exit code 1 means that an example came out otherwise or is missing, 2 that a pack or its examples cannot be used.
    """
    language = language_given(lang)
    tested = [_tested(pack_file, language) for pack_file in find_packs(packs or PolicySettings().packs)]
    if as_json:
        print_json({"packs": tested})
    else:
        for pack in tested:
            _show_tested(pack)
    if any(pack.failures or pack.missing or pack.clock_failures for pack in tested):
        raise typer.Exit(ExitCode.REFUSED)


def compliance(packs: Packs = None, lang: LangOption = None) -> None:
    """Print, as Markdown, what each article asks and what is done about it, as docs/compliance.md has it."""
    typer.echo(render(load_packs(packs or PolicySettings().packs), language_given(lang)), nl=False)


def _listed(file: PackFile, language: Language) -> ListedPack:
    pack = file.pack
    return ListedPack(
        name=pack.name,
        version=pack.version,
        title=chosen(pack.title, language),
        jurisdiction=pack.jurisdiction,
        articles=len(pack.articles),
        rules=len(pack.rules),
        in_force_from=min((rule.valid_from for rule in pack.rules), default=None),
        origin="shipped" if file.is_shipped else str(file.source),
    )


def _checked(path: str, language: Language) -> CheckedPack:
    try:
        packs = load_packs([path])
    except OperatorError as error:
        return CheckedPack(path=path, packs=(), titles=(), error=error.what)
    return CheckedPack(
        path=path,
        packs=tuple(f"{pack.name} {pack.version}" for pack in packs),
        titles=tuple(chosen(pack.title, language) for pack in packs),
        error=None,
    )


def _tested(file: PackFile, language: Language) -> TestedPack:
    pack = file.pack
    beside = examples_beside(Path(str(file.source)))
    examples = read_examples(beside, pack)
    of_clocks = run_clock_examples(pack, read_clock_examples(beside, pack))
    results = run_examples(pack, examples)
    return TestedPack(
        name=pack.name,
        version=pack.version,
        title=chosen(pack.title, language),
        examples_file=examples.file,
        examples=len(results),
        rules=tuple(
            TestedRule(rule=rule.id, cases={case: _came_out(results, rule.id, case) for case in CASES})
            for rule in pack.rules
        ),
        failures=tuple(result for result in results if not result.is_as_expected),
        missing=missing_cases(pack, examples),
        clocks=len(pack.clocks),
        clock_examples=len(of_clocks),
        clock_failures=tuple(result for result in of_clocks if not result.is_as_expected),
    )


def _came_out(results: Iterable[ExampleResult], rule: str, case: ExampleCase) -> bool | None:
    mine = [result.is_as_expected for result in results if (result.rule, result.case) == (rule, case)]
    return all(mine) if mine else None


def _show_tested(tested: TestedPack) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(Text(f"{tested.name} {tested.version}", "bold not dim"), overflow="fold")
    for case in CASES:
        table.add_column(case, justify="center")
    for rule in tested.rules:
        table.add_row(f"  {rule.rule}", *(Text(*_TICKS[rule.cases[case]]) for case in CASES))
    console.print(Text(tested.title, "dim"))
    console.print(table)
    for failure in tested.failures:
        console.print(
            Text(f"  {tested.examples_file}:{failure.line}: {failure.rule}: {_failure(failure)}", "red"),
            soft_wrap=True,
        )
    for wrong in tested.clock_failures:
        console.print(
            Text(
                f"  {tested.examples_file}:{wrong.line}: {wrong.clock}: the example of {wrong.expected} comes out as "
                f"{wrong.found} (due {wrong.due_at or '-'})",
                "red",
            ),
            soft_wrap=True,
        )
    for rule_id, cases in tested.missing.items():
        console.print(Text(f"  {rule_id}: no example of {', '.join(cases)}", "yellow"), soft_wrap=True)
    holes = sum(len(cases) for cases in tested.missing.values())
    console.print(
        f"  {len(tested.rules)} rules, {tested.examples} examples: "
        f"{len(tested.failures)} not as expected, {holes} missing",
        style="dim",
    )
    if tested.clocks:
        console.print(
            f"  {tested.clocks} clocks, {tested.clock_examples} examples: {len(tested.clock_failures)} not as expected",
            style="dim",
        )


def _failure(failure: ExampleResult) -> str:
    facts = ", ".join(f"{name} = {'missing' if value is None else value}" for name, value in failure.facts.items())
    return f"the example of {failure.case} comes out as {failure.standing}{f' ({facts})' if facts else ''}"
