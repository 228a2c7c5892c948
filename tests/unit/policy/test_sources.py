"""Sources of facts: measured before record before registry before stated before derived before default."""

from typing import Any

import pytest

from pipeline.errors import OperatorError
from pipeline.policy.recorded import kept_facts
from pipeline.policy.reference import ReferenceSets, parse_entry
from pipeline.policy.sources import Assumptions, Known, Sources, assumptions_of, gathered
from pipeline.policy.vocabulary import Facts

NONE = Assumptions(undeclared_is_human=False)


def known(*, sets: ReferenceSets | None = None, assumptions: Assumptions = NONE, **sources: Any) -> Known:
    return gathered(Sources(**{"stated": {}, **sources}), sets or ReferenceSets.empty(), assumptions, None)


def registry(**service: object) -> ReferenceSets:
    return ReferenceSets.empty().put(parse_entry("services", "s", {"id": "s", "version": 1, "service": service}))


def test_what_is_measured_counts_before_all_else() -> None:
    facts = known(
        measured={"explicit.present": False},
        recorded={"explicit.present": True},
        stated={"explicit.present": True},
    ).facts
    assert facts["explicit.present"] is False


def test_our_own_record_counts_before_what_the_event_says() -> None:
    facts = known(recorded={"content.biometric": ("face",)}, stated={"content.biometric": ()}).facts
    assert facts["content.biometric"] == ("face",)


def test_a_judgement_of_people_has_the_later_word() -> None:
    facts = known(recorded={"content.confusion_risk": "no"}, stated={"content.confusion_risk": "yes"}).facts
    assert facts["content.confusion_risk"] == "yes"


@pytest.mark.parametrize(("stated", "verdict"), [({}, "ok"), ({"review.verdict": "illegal"}, "illegal")])
def test_a_record_makes_no_verdict_of_the_event_milder(stated: Facts, verdict: str) -> None:
    assert known(recorded={"review.verdict": "ok"}, stated=stated).facts["review.verdict"] == verdict


def test_the_registry_counts_before_what_event_and_record_say_of_a_service() -> None:
    facts = known(
        sets=registry(public_opinion=True),
        recorded={"service.public_opinion": False},
        stated={"service.id": "s", "service.public_opinion": False},
    ).facts
    assert facts["service.public_opinion"] is True


def test_what_is_stated_counts_before_what_follows_and_what_follows_before_what_is_assumed() -> None:
    assumed = Assumptions(unless_said={"explicit.waived_on_request": True})
    follows = known(assumptions=assumed, stated={"explicit.present": True}).facts
    stated = known(assumptions=assumed, stated={"explicit.present": True, "explicit.waived_on_request": True}).facts
    assert (follows["explicit.waived_on_request"], stated["explicit.waived_on_request"]) == (False, True)
    assert known(assumptions=assumed).facts["explicit.waived_on_request"] is True


def test_the_registry_overrules_what_is_assumed_of_the_exceptional() -> None:
    assumed = Assumptions(unless_said={"service.suspended_by_order": False})
    stated = {"service.id": "s"}
    assert known(assumptions=assumed, stated=stated).facts["service.suspended_by_order"] is False
    suspended = known(assumptions=assumed, stated=stated, sets=registry(suspended_by_order=True))
    assert suspended.facts["service.suspended_by_order"] is True


def test_an_order_that_comes_in_is_not_silent_about_orders() -> None:
    assumed = Assumptions(unless_said={"service.suspended_by_order": False})
    facts = known(assumptions=assumed, stated={"event_type": "order.received"}).facts
    assert "service.suspended_by_order" not in facts


def test_an_operator_with_one_service_names_it_once() -> None:
    assumed = Assumptions(unless_said={"service.id": "s"})
    assert known(assumptions=assumed, sets=registry(ssmi=True)).facts["service.ssmi"] is True


def test_content_with_signs_that_could_not_be_read_is_taken_for_nothing() -> None:
    stated = {"event_type": "ingest.completed"}
    human = known(assumptions=Assumptions(), stated=stated).facts
    assert human["content.synthetic"] == "no"
    assert "content.synthetic" not in known(assumptions=Assumptions(), stated=stated, signs_unread=True).facts


def test_what_only_the_event_states_of_the_bytes_is_claimed() -> None:
    found = known(
        stated={"explicit.present": True, "implicit.present": True, "watermark.present": True, "service.id": "s"},
        measured={"implicit.present": False},
    )
    assert found.claimed == {"explicit.present", "watermark.present"}
    assert found.contradicted == {"implicit.present"}


def test_a_record_keeps_nothing_of_persons_nothing_that_can_be_withdrawn_and_no_claims() -> None:
    found = known(
        assumptions=Assumptions(unless_said={"explicit.waived_on_request": False}),
        stated={
            "content.operation": "generated",
            "content.subject_ids": ("5c4d",),
            "explicit.present": True,
            "explicit.text": "AI生成",
            "consent.status": "granted",
            "user.identity.status": "verified",
            "service.suspended_by_order": False,
            "service.id": "s",
            "review.verdict": "ok",
        },
        measured={"explicit.kind": "corner"},
    )
    assert kept_facts(found.settled, found.claimed) == {
        "content.operation": "generated",
        "explicit.kind": "corner",
        "review.verdict": "ok",
        "service.id": "s",
    }


def test_the_word_none_assumes_nothing() -> None:
    assert assumptions_of(("none",), "ask", where="HERE") == Assumptions(undeclared_is_human=False)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("service.supended_by_order=false", "Did you mean service.suspended_by_order"),
        ("service.ssmi=maybe", "yes or no"),
    ],
)
def test_what_is_no_fact_or_no_value_stops_the_start(written: str, reason: str) -> None:
    with pytest.raises(OperatorError, match=reason):
        assumptions_of((written,), "human", where="SEALSTREAM_POLICY_UNLESS_SAID")
