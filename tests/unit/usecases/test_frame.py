"""The frame of the use cases: wherever an event is interrupted, it has one outcome, and says no more than is stored."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.errors import WorldError
from pipeline.policy.reference import ReferenceSets
from pipeline.policy.reference.entries import parse_entry
from pipeline.usecases.frame import COMMIT_ORDER, AnyOutcome
from tests.unit.house import House, activity, generation, publication, review

ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"
PROHIBITED = {"id": "f", "version": 1, "verdict": "illegal", "phrase": "fnord"}
Case = Callable[[House, str], tuple[Callable[[Any], AnyOutcome], Any]]


@pytest.fixture
def chinese(credentials: InProcessCredentialService) -> House:
    house = House(credentials, jurisdictions=("CN",))
    house.references = ReferenceSets.empty().put(parse_entry("features", "f", PROHIBITED))
    return house


def content(words: str) -> dict[str, Any]:
    return {"id": "t", "mime": "text/plain", "text": words, "operation": "generated", "synthetic": "yes"}


def of(number: str) -> dict[str, Any]:
    """Everybody has an account of their own, where this is what they did first."""
    return {"actor": {"role": "user"}, "user": {"id_hash": number * 8}}


def sealed(house: House, number: str) -> Any:
    return house.seal, generation({"content": content("A fnord."), **of(number)}, event_id=number)


def inspected(house: House, number: str) -> Any:
    return house.inspect, publication({"content": content("A fnord."), **of(number)}, event_id=number)


def assessed(house: House, number: str) -> Any:
    change = {"event_type": "service.changed", "service": {"biometric_tool": True, "security_assessment": "none"}}
    return house.assess, activity({**change, **of(number)}, event_id=number)


def reviewed(house: House, number: str) -> Any:
    lie = {"content": content("Harmless."), "declaration": {"made": True, "value": "not_ai"}, **of(number)}
    held = house.inspect(publication(lie, event_id=number)).record
    assert held.decision == "hold"
    refusal = {"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r-7"}, "reason": "A fake."}
    return house.review, review(refusal, event_id=f"review of {number}")


def told(outcome: AnyOutcome) -> object:
    """What does not differ from one event to the next."""
    step = outcome.enforcement and outcome.enforcement.step
    return outcome.record.decision, [alert.rule.id for alert in outcome.alerts], step


@pytest.mark.parametrize("case", [sealed, inspected, assessed, reviewed])
@pytest.mark.parametrize("written", [False, True], ids=["a call fails", "the answer to a call is lost"])
def test_whichever_call_of_the_store_is_interrupted_the_outcome_is_that_of_an_event_that_was_not(
    chinese: House, case: Case, *, written: bool
) -> None:
    use_case, event = case(chinese, "0")
    undisturbed = told(use_case(event))
    for call in itertools.count(1):
        use_case, event = case(chinese, str(call))
        (chinese.store.lose_answer if written else chinese.store.fail)(call)
        try:
            use_case(event)
        except WorldError:
            outcome = use_case(event)
        else:
            break
        assert told(outcome) == undisturbed
        assert use_case(event) == outcome, "a replay says the same"
        stored = chinese.stored(outcome.record.record_uri)
        assert msgspec.json.decode(stored, type=type(outcome.record)) == outcome.record
    assert call > 2, "there were calls to interrupt"


def test_what_is_published_is_the_record_then_its_alerts_then_the_step(chinese: House) -> None:
    use_case, event = inspected(chinese, "1")
    outcome = use_case(event)
    assert outcome.outputs == (outcome.record, *outcome.alerts, outcome.enforcement)
    assert outcome.alerts
    assert outcome.enforcement is not None


def test_a_review_wakes_nobody_for_it_was_said_when_the_event_was_held(chinese: House) -> None:
    use_case, event = reviewed(chinese, "1")
    outcome = use_case(event)
    assert outcome.record.findings
    assert outcome.outputs == (outcome.record, outcome.enforcement)


def test_the_architecture_tells_the_order_that_the_frame_keeps() -> None:
    chapter = ARCHITECTURE.read_text(encoding="utf-8").split("## Commit order")[1].split("\n## ")[0]
    steps = re.findall(r"^(\d)\. (.*(?:\n   .*)*)", chapter, re.MULTILINE)
    assert {int(number): " ".join(step.split()) for number, step in steps} == COMMIT_ORDER
