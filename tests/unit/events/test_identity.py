"""Identity: the same event has the same ids everywhere and for ever, and different events never share one."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import EnvelopeError
from pipeline.events.envelope import parse
from pipeline.events.identity import alert_id, dead_letter_id, decision_id, event_uid
from tests.unit.events.records import EVENT, attributes, cloud_event_characters, to_json

# Worked out with printf and sha256sum, as anyone who looks a record up would do.
UID: Final = "7ca07d08028bf3a88026511282650ac4972d6154fa9c7b4a954520eb9f87429e"
KNOWN_ANSWERS: Final = {
    event_uid("https://studio.example/generations", "evt-0001"): UID,
    event_uid("urn:例:源", "件-1"): "4329d74abd0bf005d949f8eb09fba1bcb3f823655de889ed3c60501fbbe2af78",
    alert_id(UID, "credential.unlabeled"): "8206a36f79dadc40c1fee792ccd89b20f7152ed529ac514e60c339aa94016db1",
    decision_id(UID): "b463f6a74736a0e8f1d42022101c47cbb2b056ee590ecac5c86a608c42496e1e",
}

texts = st.text(cloud_event_characters, min_size=1)


def test_known_answers() -> None:
    assert list(KNOWN_ANSWERS) == list(KNOWN_ANSWERS.values())


def test_identity_follows_from_source_and_id_alone() -> None:
    again = parse(to_json({**attributes(EVENT), "type": "x", "time": "2030-01-01T00:00:00Z", "data": {}}), [])
    assert event_uid(again.source, again.id) == event_uid(EVENT.source, EVENT.id) == UID


@given(texts, st.data())
def test_where_source_ends_and_id_begins_makes_a_difference(both: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(both)))
    other = data.draw(st.integers(0, len(both)).filter(lambda cut: cut != place))
    assert event_uid(both[:place], both[place:]) != event_uid(both[:other], both[other:])


@given(texts, texts)
def test_source_and_id_do_not_change_places(source: str, event_id: str) -> None:
    assert (event_uid(source, event_id) == event_uid(event_id, source)) == (source == event_id)


@pytest.mark.parametrize("name", ["source", "id"])
def test_no_event_can_bring_the_separator_along(name: str) -> None:
    with pytest.raises(EnvelopeError, match=f"`{name}` contains a character"):
        parse(to_json({**attributes(EVENT), name: "a\x00b", "data": {}}), [])


@given(st.lists(st.tuples(texts, texts), unique=True, min_size=2), st.lists(texts, unique=True, min_size=2))
def test_every_event_and_rule_has_an_alert_id_of_its_own(events: list[tuple[str, str]], rules: list[str]) -> None:
    ids = [alert_id(event_uid(source, event_id), rule) for source, event_id in events for rule in rules]
    assert len(set(ids)) == len(events) * len(rules)


# Dead letters whose event has no identity


def test_a_dead_letter_is_known_by_what_was_sent_and_where_to() -> None:
    # (printf 'sealstream.generation\0'; SHA-256 of key; printf '\0'; SHA-256 of value) | sha256sum
    expected = "b220b2f739f13367dab3a42c424f6b79b0a67e5b174f74c2c5c6b29c3e32ac78"
    assert dead_letter_id("sealstream.generation", b"key", b"value") == expected


sent = st.tuples(st.sampled_from(["a", "a.b"]), st.binary(max_size=3), st.binary(max_size=3))


@given(sent, sent)
def test_dead_letters_of_different_records_differ(
    record: tuple[str, bytes, bytes], other: tuple[str, bytes, bytes]
) -> None:
    assert (dead_letter_id(*record) == dead_letter_id(*other)) == (record == other)


def test_a_record_without_a_value_is_not_the_record_with_an_empty_one() -> None:
    ids = {dead_letter_id("a", key, value) for key in (None, b"") for value in (None, b"")}
    assert len(ids) == 4
