"""Which tests exercise what the pages of articles say, and whether these tests are there.

What follows from rules needs nobody to write it down: each rule that stops content or raises an alert is exercised by
tests of its own name, and what is judged is kept on record. All else is in tests/proofs.yaml.
"""

import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from pipeline.events.outputs import Action
from pipeline.policy.compliance import Proofs
from pipeline.policy.examples import ExampleCase, examples_beside, read_examples
from pipeline.policy.pack import REGISTERED, Article, Pack, Product, Rule
from pipeline.policy.pack_files import shipped_pack, shipped_pack_names
from pipeline.policy.vocabulary import ACTIVITY_TYPES

__all__ = ["missing_tests", "proofs_of", "written_proofs"]

_ROOT: Final = Path(__file__).parents[1]
_PACKS: Final = _ROOT / "pipeline" / "policy" / "packs"
_FILE: Final = _ROOT / "tests" / "proofs.yaml"
_PROMISES: Final = "tests/unit/policy/test_promises.py"
_CLOCKS: Final = (
    "tests/unit/duties/test_shipped_clocks.py::test_a_clock_is_warned_of_missed_after_its_time_and_met_before"
)
_DUTIES: Final = (
    "tests/unit/duties/test_duties_of_registered.py::test_a_duty_is_missed_after_its_time_and_met_by_what_ends_it"
)
_CASE_ON_RECORD: Final = (
    "tests/unit/usecases/test_casework.py::test_each_event_is_a_version_on_record_and_a_replay_changes_nothing"
)
_KEPT: Final = (
    "tests/contract/store/test_buckets.py::test_all_three_buckets_are_made_and_records_are_locked_for_183_days"
)
_ASSET_ON_RECORD: Final = "tests/unit/usecases/test_inspection.py::test_the_same_event_again_says_the_same"
_ACTIVITY_ON_RECORD: Final = "tests/unit/policy/test_judging.py::test_an_activity_is_judged_without_any_asset"


def proofs_of(packs: Iterable[Pack]) -> Proofs:
    """For each article what exercises it: of its rules, of records, and what tests/proofs.yaml names."""
    written = written_proofs()
    return {
        (pack.name, article.article): {
            word: tuple(
                dict.fromkeys((*written.get((pack.name, article.article, word), ()), *_own(pack, article, word)))
            )
            for word in article.product
        }
        for pack in packs
        for article in pack.articles
    }


def _proof(
    written: Mapping[tuple[str, str, str], tuple[str, ...]], pack: Pack, article: Article, word: Product
) -> tuple[str, ...]:
    named = written.get((pack.name, article.article, word), ())
    return tuple(dict.fromkeys((*named, *_own(pack, article, word))))


def written_proofs() -> dict[tuple[str, str, str], tuple[str, ...]]:
    """What tests/proofs.yaml names, by pack, article and word."""
    laws: dict[str, dict[str, dict[str, list[str]]]] = YAML(typ="safe", pure=True).load(_FILE)
    return {
        (law, str(article), word): tuple(f"tests/{test}" for test in tests)
        for law, articles in laws.items()
        for article, words in articles.items()
        for word, tests in words.items()
    }


def missing_tests(tests: Iterable[str]) -> Sequence[str]:
    """Those that pytest does not collect; a test of many cases is there if one of them is."""
    wanted = sorted(set(tests))
    files = sorted({test.partition("::")[0] for test in wanted})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    collected = {line.strip() for line in done.stdout.splitlines() if "::" in line}
    known = collected | {line.partition("[")[0] for line in collected}
    return [test for test in wanted if test not in known]


def _own(pack: Pack, article: Article, word: Product) -> Iterator[str]:
    rules = [rule for rule in pack.rules if rule.article == article.article]
    clocks = [clock for clock in pack.clocks if clock.article == article.article]
    if word == "detects":
        yield from (f"{_DUTIES if clock.on in REGISTERED else _CLOCKS}[{clock.id}]" for clock in clocks)
    if word == "records" and clocks:
        yield _CASE_ON_RECORD
    if word == "enforces":
        yield from _of_each(rules, ("hold", "block"), "test_a_breach_stops_it", "test_what_is_open_stops_it")
    elif word == "detects":
        yield from _of_each(rules, ("alert",), "test_a_breach_raises_an_alert", "test_what_is_open_raises_an_alert")
    elif word == "records" and (rules or not clocks):
        yield from _records(rules)


def _of_each(rules: Iterable[Rule], actions: Collection[Action], breach: str, opened: str) -> Iterator[str]:
    """The test of each rule that asks for one of these: of its violation, or where there is none, of what is open."""
    for rule in rules:
        if rule.action in actions and (rule.id, "violation") in _cases():
            yield f"{_PROMISES}::{breach}[{rule.id}]"
        elif rule.on_unknown in actions and (rule.id, "unknown") in _cases():
            yield f"{_PROMISES}::{opened}[{rule.id}]"


@cache
def _cases() -> frozenset[tuple[str, ExampleCase]]:
    """Which rules have an example of which case."""
    read = (
        read_examples(examples_beside(_PACKS / f"{name}.yaml"), shipped_pack(name)) for name in shipped_pack_names()
    )
    return frozenset((example.rule, example.case) for examples in read for example in examples.examples)


def _records(rules: Sequence[Rule]) -> Iterator[str]:
    on: set[Any] = {event for rule in rules for event in rule.on}
    activities = on.intersection(ACTIVITY_TYPES)
    if not on or on - activities:
        yield _ASSET_ON_RECORD
    if activities:
        yield _ACTIVITY_ON_RECORD
    yield _KEPT
