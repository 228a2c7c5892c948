"""The vocabulary: the public contract's members as flat facts."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pipeline.policy.vocabulary import EVENT_TYPES, PERSONAL, facts_of, flatten, vocabulary


def test_every_fact_has_a_type_and_says_what_it_is() -> None:
    assert len(vocabulary()) > 120
    assert all(fact.description for fact in vocabulary().values())


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("user.identity.status", "text"),
        ("content.is_news", "bool"),
        ("content.biometric", "texts"),
        ("log.retain_days", "int"),
        ("explicit.height_ratio", "number"),
        ("incident.reported_at", "instant"),
        ("occurred_at", "instant"),
        ("implicit.aigc.Label", "text"),
        ("service.detector.free", "bool"),
        ("takedown.elapsed_hours", "number"),
        ("jurisdictions", "texts"),
    ],
)
def test_facts_have_the_types_of_the_contract(name: str, type_: str) -> None:
    assert vocabulary()[name].type == type_


def test_facts_know_the_values_they_can_have() -> None:
    assert vocabulary()["user.identity.status"].values == ("verified", "unverified", "expired")


@pytest.mark.parametrize(
    "name", ["content.text", "content.base64", "content.uri", "prompt.text", "prompt", "event_type"]
)
def test_bytes_and_words_of_people_are_no_facts(name: str) -> None:
    assert name not in vocabulary()


def test_what_is_about_persons_is_marked() -> None:
    assert vocabulary().keys() >= PERSONAL
    assert vocabulary()["user.id_hash"].is_personal
    assert not vocabulary()["user.identity.status"].is_personal


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        ({}, {}),
        ({"content": {"is_news": False}}, {"content.is_news": False}),
        ({"user": {"identity": {"status": "verified"}}}, {"user.identity.status": "verified"}),
        ({"content": {"synthetic": "unknown"}}, {}),
        ({"declaration": {"made": True, "value": "unknown"}}, {"declaration.made": True}),
        ({"review": {"verdict": "pending", "mode": "human"}}, {"review.mode": "human"}),
        ({"service": {"security_assessment": "pending"}}, {"service.security_assessment": "pending"}),
        ({"service": {"filing_no": None}}, {"service.filing_no": ""}),
        ({"incident": {"reported_at": None}}, {"incident.reported_at": ""}),
        ({"content": {"biometric": ["face"]}}, {"content.biometric": ("face",)}),
        ({"explicit": {"height_ratio": 1}}, {"explicit.height_ratio": 1.0}),
        ({"log": {"retain_days": 183.0}}, {"log.retain_days": 183}),
        ({"content": {"text": "secret", "surprise": 1}, "more": {"of": "it"}}, {}),
        ({"content": "no object"}, {}),
    ],
)
def test_an_event_is_flattened_and_what_is_unknown_is_left_out(data: dict[str, Any], facts: dict[str, Any]) -> None:
    found = flatten(data)
    assert found == facts
    assert [type(value) for value in found.values()] == [type(value) for value in facts.values()]


def test_the_time_of_an_event_is_told_in_utc() -> None:
    beijing = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    facts = facts_of({}, event_type="publish.requested", time=beijing)
    assert facts == {"event_type": "publish.requested", "occurred_at": "2026-01-01T00:00:00Z"}


def test_assumed_jurisdictions_stand_in_only_where_the_event_says_nothing() -> None:
    def jurisdictions(data: dict[str, Any]) -> object:
        return facts_of(
            data, event_type="publish.requested", time=datetime(2026, 1, 1, tzinfo=UTC), jurisdictions=("CN",)
        )["jurisdictions"]

    assert jurisdictions({}) == ("CN",)
    assert jurisdictions({"jurisdictions": ["EU"]}) == ("EU",)
    assert jurisdictions({"jurisdictions": []}) == ()


def test_the_event_types_are_those_of_the_contract() -> None:
    assert len(set(EVENT_TYPES)) == len(EVENT_TYPES) == 19


def test_a_schema_is_read_once_however_many_facts_refer_to_it() -> None:
    """It once took a second of every start that each reference was followed through all of the files anew."""
    script = """
import sys
from collections import Counter

opened = Counter()
sys.addaudithook(lambda event, args: opened.update([str(args[0])]) if event == "open" else None)
from pipeline.policy.vocabulary import vocabulary

vocabulary()
schemas = {name: count for name, count in opened.items() if name.endswith(".schema.json")}
assert schemas
assert set(schemas.values()) == {1}, schemas
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
