"""Examples of the clocks of a pack: what is known of a case or an entry, a time of day, and what the clock says then.

They stand in the same file as those of rules, under `clocks`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from pipeline.events.instants import instant, written
from pipeline.events.outputs import RunningClock
from pipeline.policy.example_facts import FactError, fact_value
from pipeline.policy.pack import ALL_ROLES, ClockRule, Pack
from pipeline.policy.running_clocks import ClockLaws, Matter
from pipeline.policy.vocabulary import FactValue, vocabulary
from pipeline.policy.yaml_files import Document, YamlFile, read_yaml

__all__ = ["ClockExample", "ClockExampleResult", "ClockSays", "read_clock_examples", "run_clock_examples"]

_SCHEMA = "policy-examples.v1"

ClockSays = Literal["none", "open", "warned", "due", "missed", "stopped", "undated", "met", "met-late"]
"""What a clock says at a time: that it does not run at all, that it runs and has said nothing, or the newest thing."""


class ClockExample(msgspec.Struct, frozen=True, kw_only=True):
    """One case or entry, and what one clock says of it at a time.

    Attributes:
        facts: what is known of it, instants among them.
        known_at: when it became known.
        at: when the clock is asked.
        due_at: when the time is up; None where the example does not say.
        line: where it stands in its file.
    """

    clock: str
    facts: dict[str, FactValue]
    known_at: datetime
    at: datetime
    says: ClockSays
    due_at: str | None
    line: int


class ClockExampleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one example: what its clock says, and when its time is up."""

    clock: str
    expected: ClockSays
    found: ClockSays
    expected_due_at: str | None
    due_at: str | None
    line: int

    @property
    def is_as_expected(self) -> bool:
        """Whether the clock says what the example says."""
        return self.found == self.expected and self.expected_due_at in (None, self.due_at)


def read_clock_examples(source: YamlFile, pack: Pack) -> tuple[ClockExample, ...]:
    """Read the examples of a pack's clocks; none where the file has none.

    Raises:
        PolicyFileError: they cannot be used; the error tells file, line and reason.
    """
    document = read_yaml(source, _SCHEMA)
    clocks = {clock.id for clock in pack.clocks}
    found: list[ClockExample] = []
    for index, entry in enumerate(document.data.get("clocks", ())):
        if entry["clock"] not in clocks:
            raise document.error(("clocks", index, "clock"), f"the pack has no clock {entry['clock']}")
        found.append(_example(entry, index, document))
    return tuple(found)


def run_clock_examples(pack: Pack, examples: tuple[ClockExample, ...]) -> tuple[ClockExampleResult, ...]:
    """Ask every example's clock, for an operator who holds every role, where the pack is law."""
    laws, rules = ClockLaws((pack,), ALL_ROLES), {clock.id: clock for clock in pack.clocks}
    return tuple(_run(pack, laws, rules[example.clock], example) for example in examples)


def _example(entry: dict[str, Any], index: int, document: Document) -> ClockExample:
    at = datetime.fromisoformat(entry["at"])
    due = entry.get("due_at")
    return ClockExample(
        clock=entry["clock"],
        facts=dict(_facts(entry["given"], index, document)),
        known_at=datetime.fromisoformat(entry["known_at"]) if "known_at" in entry else at,
        at=at,
        says=entry["says"],
        due_at=None if due is None else written(datetime.fromisoformat(due)),
        line=document.line(("clocks", index)),
    )


def _facts(given: dict[str, object], index: int, document: Document) -> Iterator[tuple[str, FactValue]]:
    for name, stated in given.items():
        place, fact = ("clocks", index, "given", name), vocabulary().get(name)
        if fact is None:
            raise document.error(place, f"there is no fact {name}")
        try:
            value = fact_value(fact, stated)
        except FactError as error:
            raise document.error(place, f"{name} {error}") from None
        if value is not None:
            yield name, value


def _run(pack: Pack, laws: ClockLaws, rule: ClockRule, example: ClockExample) -> ClockExampleResult:
    dates = {
        name: (written(at),)
        for name, value in example.facts.items()
        if vocabulary()[name].type == "instant" and isinstance(value, str) and (at := instant(value)) is not None
    }
    matter = Matter(
        uid="0" * 64,
        kind=rule.on,
        id=None,
        version=1,
        jurisdictions=(pack.jurisdiction,),
        facts={**example.facts, **{name: said for name, (said,) in dates.items()}},
        dates=dates,
        opened=example.known_at,
    )
    running = laws.running(matter, (), example.known_at)
    found = next((running_clock for running_clock in running if running_clock.law.clock == rule.id), None)
    return ClockExampleResult(
        clock=rule.id,
        expected=example.says,
        found="none" if found is None else _says(found, written(example.at)),
        expected_due_at=example.due_at,
        due_at=None if found is None else found.due_at,
        line=example.line,
    )


def _says(clock: RunningClock, at: str) -> ClockSays:
    """The newest thing that a clock says by a time; both are written so that they have the order of time."""
    if clock.state != "open":
        return "none" if clock.state == "withdrawn" else clock.state
    if clock.missed_at is not None and clock.missed_at <= at:
        return "missed"
    if clock.due_at is not None and clock.due_at <= at:
        return "due"
    return "warned" if any(warning <= at for warning in clock.warnings) else "open"
