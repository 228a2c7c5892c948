"""The outbox: outputs and dead letters as Kafka messages, delivered in one go."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from agents.delivery import InputRecord
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.topics import Topics
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.errors import EnvelopeError, WorldError
from pipeline.events.identity import account_of
from pipeline.events.outgoing import DEAD_LETTER_HEADER
from schemas import first_violation, validator
from tests.unit.house import House, activity, generation, png, publication

HEADERS = (("trace", b"\xff\x00"), ("trace", None), ("trace", b""), ("ce_id", b"1"))
RECORD = InputRecord(
    topic="sealstream.generation",
    partition=3,
    offset=41,
    key=b"\xfe",
    value=b"{nothing",
    headers=HEADERS,
    timestamp=1.5,
)


class Recorder:
    """A publisher that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.published: list[list[KafkaMessage]] = []
        self.away = False

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        if self.away:
            raise WorldError(what="away", remedy="wait")
        self.published.append(list(messages))


def outbox(recorder: Recorder) -> Outbox:
    publisher: Any = recorder
    return Outbox(publisher=publisher, topics=Topics("sealstream."), source="here", metrics=Metrics.create())


def decoded(message: KafkaMessage) -> Any:
    return orjson.loads(message.value or b"")


async def test_a_record_goes_out_with_its_alerts_and_all_fit_the_contract(house: House) -> None:
    recorder = Recorder()
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "biometric": ["face"]}
    said = house.seal(generation({"content": content}))
    await outbox(recorder).publish(said)
    (messages,) = recorder.published
    assert [message.topic for message in messages] == ["sealstream.manifests", "sealstream.alerts"]
    assert {message.key for message in messages} == {b"a.png"}
    for message, schema in zip(messages, ("manifest-record.v2", "alert.v2"), strict=True):
        assert first_violation(validator(schema), decoded(message)) is None
        headers = dict(message.headers)
        assert headers["ce_specversion"] == b"1.0"
        assert headers["ce_source"] == b"here"


async def test_what_was_sealed_without_a_time_stamp_says_so_and_is_counted(house: House) -> None:
    recorder = Recorder()
    box = outbox(recorder)
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated"}
    await box.publish(house.seal(generation({"content": content})))
    assert decoded(recorder.published[0][0])["manifest"]["time_stamped"] is False
    assert b"sealstream_sealed_unstamped_total 1.0" in box.metrics.render()
    await box.publish(
        house.inspect(publication({"content": {"id": "t", "mime": "text/plain", "text": "x"}}, event_id="2"))
    )
    assert b"sealstream_sealed_unstamped_total 1.0" in box.metrics.render()


async def test_of_a_later_verdict_what_blocks_goes_out_first_and_under_its_own_key(house: House) -> None:
    recorder, text = Recorder(), {"id": "t", "mime": "text/plain", "text": "x", "synthetic": "no"}
    content = house.inspect(publication({"content": text, "user": {"id_hash": "u"}})).record.content
    assert content is not None
    verdict = activity(
        {
            "event_type": "review.completed",
            "content": {"sha256": content.sha256},
            "review": {"verdict": "illegal", "categories": ["other"]},
        },
        event_id="verdict",
    )
    retraction = house.retract.of_activity(verdict, house.assess(verdict).record)
    assert retraction is not None
    await outbox(recorder).retract(retraction)
    (entries, said) = recorder.published
    assert [(entry.topic, entry.key) for entry in entries] == [
        ("sealstream.features", f"illegal:{content.sha256}:other".encode())
    ]
    assert [(published.topic, published.key) for published in said] == [
        ("sealstream.decisions", b"t"),
        ("sealstream.enforcement", account_of("u").encode()),
    ]
    for message, schema in zip((*entries, *said), ("feature.v1", "decision.v2", "enforcement.v1"), strict=True):
        assert first_violation(validator(schema), decoded(message)) is None


async def test_a_decision_fits_the_contract(house: House) -> None:
    recorder = Recorder()
    said = house.inspect(publication({"content": {"id": "t", "mime": "text/plain", "text": "x", "synthetic": "yes"}}))
    await outbox(recorder).publish(said)
    assert first_violation(validator("decision.v2"), decoded(recorder.published[0][0])) is None


async def test_what_observed_packs_would_decide_is_in_the_message_and_counted(
    credentials: InProcessCredentialService,
) -> None:
    recorder = Recorder()
    box = outbox(recorder)
    watching = House(credentials, jurisdictions=("KR",), observed=("kr-ai-basic-act",))
    said = watching.inspect(
        publication({"content": {"id": "t", "mime": "text/plain", "text": "x", "synthetic": "yes"}})
    )
    await box.publish(said)
    message = decoded(recorder.published[0][0])
    assert first_violation(validator("decision.v2"), message) is None
    assert message["observed"]["decision"] == "hold"
    assert b'sealstream_observed_total{decision="hold",pack="kr-ai-basic-act"} 1.0' in box.metrics.render()


async def test_a_replay_is_published_in_the_same_bytes(house: House) -> None:
    recorder = Recorder()
    event = publication({"content": {"id": "t", "mime": "text/plain", "text": "x", "synthetic": "yes"}})
    for _ in range(2):
        said = house.inspect(event)
        await outbox(recorder).publish(said)
    assert recorder.published[0] == recorder.published[1]


async def test_a_dead_letter_keeps_the_input_byte_for_byte_and_explains_beside() -> None:
    recorder = Recorder()
    await outbox(recorder).dead_letter(RECORD, EnvelopeError(what="No JSON.", remedy="Send JSON."), 1)
    ((message,),) = recorder.published
    assert (message.topic, message.key, message.value) == ("sealstream.dead-letters", RECORD.key, RECORD.value)
    assert message.headers[: len(HEADERS)] == HEADERS
    added = dict(message.headers[len(HEADERS) :])
    assert added["__connect.errors.topic"] == b"sealstream.generation"
    assert (added["__connect.errors.partition"], added["__connect.errors.offset"]) == (b"3", b"41")
    explanation = decoded(KafkaMessage(topic="", key=None, value=added[DEAD_LETTER_HEADER]))
    assert first_violation(validator("dead-letter.v1"), explanation) is None
    assert explanation["input"]["timestamp"] == 1500


@pytest.mark.parametrize(
    ("topic", "alerts"), [("generation", 0), ("publication", 1), ("activities", 1), ("reviews", 0)]
)
async def test_a_dead_letter_of_what_was_to_be_judged_has_an_alert_beside(topic: str, alerts: int) -> None:
    recorder = Recorder()
    box = outbox(recorder)
    await box.dead_letter(replace(RECORD, topic=f"sealstream.{topic}"), EnvelopeError(what="No JSON.", remedy=""), 1)
    (messages,) = recorder.published
    assert [message.topic for message in messages[1:]] == ["sealstream.alerts"] * alerts
    assert all(first_violation(validator("alert.v2"), decoded(message)) is None for message in messages[1:])


async def test_what_was_not_delivered_is_not_counted(house: House) -> None:
    recorder = Recorder()
    recorder.away = True
    box = outbox(recorder)
    said = house.inspect(publication({"content": {"id": "t", "mime": "text/plain", "text": "x", "synthetic": "yes"}}))
    with pytest.raises(WorldError):
        await box.publish(said)
    assert b"sealstream_alerts_total{" not in box.metrics.render()
