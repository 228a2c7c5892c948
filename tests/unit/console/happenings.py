"""What happens to events, as records of the topics: examples of the contract, with identities of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
import orjson

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Read
from agents.topics import Topics
from pipeline.events.identity import (
    alert_id,
    case_uid,
    decision_id,
    event_uid,
    retraction_id,
    review_id,
    review_update_id,
)
from pipeline.events.outgoing import Output, dead_letter_header, encode
from pipeline.events.outputs import (
    Alert,
    Announcement,
    Case,
    DeadLetter,
    Decision,
    Enforcement,
    EnforcementReversal,
    EventReference,
    InputPosition,
    ManifestRecord,
    RetractionOutcome,
    ReviewClaim,
    ReviewOutcome,
    ReviewUpdate,
    RunningClock,
    TakenCaseAct,
)

EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"
TOPICS = Topics("sealstream.")
BEGINNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PARTITIONS = 3

Message = TypeVar("Message")


def example(of: type[Message], schema: str, name: str) -> Message:
    return msgspec.json.decode((EXAMPLES / schema / "valid" / f"{name}.json").read_bytes(), type=of)


HELD = example(Decision, "decision.v2", "hold-unlabeled")
BLOCKED = example(Decision, "decision.v2", "block-prohibited")
SEALED = example(ManifestRecord, "manifest-record.v2", "text-held")
ALERT = example(Alert, "alert.v2", "content-tampered")
STEP = example(Enforcement, "enforcement.v1", "first-is-a-warning")
REVERSAL = example(EnforcementReversal, "enforcement-reversal.v1", "after-an-appeal")
CASE = example(Case, "case.v1", "an-order-that-came-in")
CASE_DONE = example(Case, "case.v1", "an-order-that-was-carried-out-in-time")
CLOCK = example(RunningClock, "clock.v1", "three-hours-for-an-order")
CLOCK_MET = example(RunningClock, "clock.v1", "met-in-time")
MISSED = example(Announcement, "clock-announcement.v1", "an-order-that-was-missed")


def at(minutes: float) -> str:
    return (BEGINNING + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


class Happenings:
    """Records as they lie in the partitions of the topics, each key in a partition of its own."""

    def __init__(self) -> None:
        self.partitions: dict[TopicPartition, list[InputRecord]] = {}

    def put(self, topic: str, key: str, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> None:
        partition = TopicPartition(topic, int(sha256(key.encode()).hexdigest(), 16) % PARTITIONS)
        records = self.partitions.setdefault(partition, [])
        record = InputRecord(
            topic=topic,
            partition=partition.partition,
            offset=len(records),
            key=key.encode(),
            value=value,
            headers=tuple(headers),
            timestamp=BEGINNING.timestamp() + len(records),
        )
        records.append(record)

    def say(self, message: Output) -> None:
        outgoing = encode(message, source="sealstream")
        self.put(TOPICS.of(outgoing.channel), outgoing.key.decode(), outgoing.value, outgoing.headers)

    def seal(self, name: str, outcome: str = "hold", minute: float = 0) -> str:
        """A generation event that was sealed; returns its identity."""
        event = EventReference(source="//studio.example", id=name, type="sealstream.generation.v1", time=None)
        uid = event_uid(event.source, name)
        content = msgspec.structs.replace(SEALED.content, id=f"{name}.txt")
        changes = {"event_uid": uid, "event": event, "content": content, "decision": outcome, "sealed_at": at(minute)}
        self.say(msgspec.structs.replace(SEALED, **changes))
        return uid

    def decide(self, name: str, outcome: str = "hold", minute: float = 0) -> str:
        """A publication event that was judged; returns its identity."""
        event = EventReference(source="//feed.example", id=name, type="sealstream.publication.v1", time=None)
        uid = event_uid(event.source, name)
        base = HELD if outcome == "hold" else BLOCKED
        assert base.content is not None
        content = msgspec.structs.replace(base.content, id=f"{name}.jpg")
        changes = {"event_uid": uid, "event": event, "content": content, "decision": outcome, "decided_at": at(minute)}
        self.say(msgspec.structs.replace(base, decision_id=decision_id(uid), supersedes=None, review=None, **changes))
        self.say(msgspec.structs.replace(ALERT, alert_id=alert_id(uid, ALERT.rule.id), event_uid=uid, event=event))
        return uid

    def send(self, uid: str, what: str, actor: str, act: str, reason: str = "") -> EventReference:
        """What a person sends about an event."""
        reason = reason or f"Because of {act}."
        is_act = what in {"claim", "unclaim", "note"}
        event_type = "sealstream.review-act.v1" if is_act else "sealstream.review.v2"
        data = {
            "event_uid": uid,
            "act" if is_act else "verdict": what,
            "actor": {"id": actor, "role": "reviewer"},
            "auth": {"issuer": "sealstream-console", "at": at(0)},
            "seen": decision_id(uid),
            "reason": reason,
        }
        event = {"specversion": "1.0", "id": act, "source": "sealstream-console", "type": event_type, "data": data}
        self.put(TOPICS.reviews, uid, orjson.dumps(event), [("content-type", b"application/cloudevents+json")])
        return EventReference(source="sealstream-console", id=act, type=event_type, time=None)

    def act_on_case(self, case: Case, what: str, actor: str, act: str) -> EventReference:
        """What a person sends about a case."""
        data = {
            "act": what,
            "case": case.id,
            "actor": {"id": actor, "role": "complaints-officer"},
            "auth": {"issuer": "sealstream-console", "at": at(0)},
            "seen": case.version,
            "reason": f"Because of {act}.",
        }
        event_type = "sealstream.case-act.v1"
        event = {"specversion": "1.0", "id": act, "source": "sealstream-console", "type": event_type, "data": data}
        self.put(TOPICS.cases, case.id or "", orjson.dumps(event), [("content-type", b"application/cloudevents+json")])
        return EventReference(source="sealstream-console", id=act, type=event_type, time=None)

    def look_at_alerts(self, uid: str, state: str, actor: str, act: str, version: int = 1) -> None:
        """A person looks at the alert of an event, and the worker takes it."""
        case = msgspec.structs.replace(CASE, kind="alert", id=uid, case_uid=case_uid("alert", f"#{uid}"))
        event = self.act_on_case(case, f"alert.{state}", actor, act)
        done = {"event_uid": event_uid(event.source, event.id), "event": event, "version": version, "state": state}
        said = TakenCaseAct(
            act=f"alert.{state}",
            actor=actor,
            role="complaints-officer",
            seen=version - 1,
            seen_decision=None,
            reason=f"Because of {act}.",
            operators=None,
            at=at(version),
        )
        facts = {"alert.ids": (alert_id(uid, ALERT.rule.id),)}
        self.say(msgspec.structs.replace(case, **done, facts=facts, act=said, clocks=(), events=(done["event_uid"],)))

    def review(
        self, uid: str, verdict: str, actor: str, act: str, number: int = 1, minute: float = 10, reason: str = ""
    ) -> None:
        """A person decides, and the worker takes it."""
        event = self.send(uid, verdict, actor, act, reason)
        outcome = {"release": "allow", "refuse": "block", "escalate": "hold"}[verdict]
        review = ReviewOutcome(
            verdict=verdict, reviewer=actor, reason=reason or f"Because of {act}.", reviewed_at=at(minute), event=event
        )
        changes = {"decision_id": review_id(uid, number), "event_uid": uid, "decision": outcome, "review": review}
        before = decision_id(uid) if number == 1 else review_id(uid, number - 1)
        self.say(msgspec.structs.replace(HELD, supersedes=before, decided_at=at(minute), **changes))

    def retract(self, uid: str, actor: str, act: str, minute: float = 20) -> None:
        event = self.send(uid, "illegal", actor, act)
        retraction = RetractionOutcome(
            verdict="illegal",
            categories=(),
            reviewer=actor,
            reason="It is.",
            found_at=at(minute),
            event=event,
            event_digest="0" * 64,
        )
        changes = {
            "decision_id": retraction_id(uid),
            "event_uid": uid,
            "decision": "retracted",
            "retraction": retraction,
        }
        self.say(msgspec.structs.replace(HELD, supersedes=decision_id(uid), decided_at=at(minute), **changes))

    def claim(self, uid: str, actor: str, act: str, number: int = 1, minute: float = 5, what: str = "claim") -> None:
        event = self.send(uid, what, actor, act)
        claim = ReviewClaim(actor=actor, until=at(minute + 15)) if what == "claim" else None
        update = ReviewUpdate(
            update_id=review_update_id(uid, number),
            event_uid=uid,
            number=number,
            act=what,
            actor=actor,
            role="reviewer",
            seen=decision_id(uid),
            claim=claim,
            notes=0,
            operators="0" * 16,
            event=event,
            at=at(minute),
        )
        self.say(update)

    def refuse(self, uid: str, what: str, actor: str, act: str, why: str = "Somebody else decided first.") -> None:
        """A person sends something that the worker does not take."""
        event = self.send(uid, what, actor, act)
        sent = next(
            records[-1]
            for at, records in self.partitions.items()
            if at.topic == TOPICS.reviews and records[-1].value is not None and act.encode() in records[-1].value
        )
        letter = DeadLetter(
            dead_letter_id="1" * 64,
            event_uid=event_uid(event.source, event.id),
            stage="review",
            error="ActOvertakenError",
            what=why,
            remedy="Look again.",
            path=None,
            rule=None,
            value_type=None,
            input=InputPosition(
                topic=TOPICS.reviews, partition=0, offset=0, timestamp=int((sent.timestamp or 0) * 1000)
            ),
            attempts=1,
        )
        self.put(TOPICS.dead_letters, uid, sent.value, [*sent.headers, dead_letter_header(letter)])

    def look(self, uid: str, actor: str, look: str) -> None:
        """Somebody is shown the content of an event."""
        actor_and_role = {"id": actor, "role": "reviewer"}
        auth = {"issuer": "sealstream-console", "at": at(0)}
        data = {"act": "content.shown", "event_uid": uid, "sha256": "0" * 64, "actor": actor_and_role, "auth": auth}
        event = {"specversion": "1.0", "id": look, "source": "sealstream-console", "type": "sealstream.access.v1"}
        headers = [("content-type", b"application/cloudevents+json")]
        self.put(TOPICS.audit, actor, orjson.dumps({**event, "data": data}), headers)

    def operator(self, name: str, *roles: str, version: int = 1) -> None:
        entry = {"id": name, "version": version, "roles": roles, "jurisdictions": ["*"]}
        headers = [("ce_specversion", b"1.0"), ("ce_id", f"{name}/{version}".encode()), ("ce_source", b"//people")]
        headers += [("ce_type", b"sealstream.operator.v1"), ("content-type", b"application/json")]
        self.put(TOPICS.operators, name, orjson.dumps(entry), headers)

    def remove_operator(self, name: str) -> None:
        self.put(TOPICS.operators, name, None)

    def reads(self, order: Sequence[int] = (), sizes: Sequence[int] = (100,)) -> list[Read]:
        """All of it in pieces: which partition comes next is said by `order`, how much of it by `sizes`."""
        left = {partition: list(records) for partition, records in sorted(self.partitions.items())}
        reads, turn = [], 0
        while left:
            partition = sorted(left)[(order[turn % len(order)] if order else 0) % len(left)]
            size = sizes[turn % len(sizes)]
            records, left[partition] = left[partition][:size], left[partition][size:]
            reads.append(Read(records, {partition: records[-1].offset + 1}))
            if not left[partition]:
                del left[partition]
            turn += 1
        return reads


def a_day() -> Happenings:
    """A bit of everything."""
    day = Happenings()
    for name, *roles in (
        ("r-1", "reviewer"),
        ("r-2", "reviewer", "second-reviewer"),
        ("v-1", "viewer"),
        ("gone", "admin"),
    ):
        day.operator(name, *roles)
    day.operator("r-1", "viewer", version=2)
    day.operator("r-1", "reviewer", version=1)  # overtaken
    day.remove_operator("gone")
    day.seal("sealed-allowed", "allow", 1)
    day.seal("sealed-held", "hold", 2)
    released = day.seal("sealed-released", "hold", 3)
    day.review(released, "release", "r-1", "a-1")
    held = day.decide("held", "hold", 4)
    day.claim(held, "r-1", "a-2", 1)
    day.claim(held, "r-1", "a-3", 2, minute=6, what="unclaim")
    day.claim(held, "r-2", "a-4", 3, minute=7)
    day.look(held, "r-2", "l-1")
    escalated = day.decide("escalated", "hold", 5)
    day.review(escalated, "escalate", "r-1", "a-5", 1)
    twice = day.decide("twice", "hold", 6)
    day.review(twice, "escalate", "r-1", "a-6", 1, minute=11)
    day.review(twice, "refuse", "r-2", "a-7", 2, minute=12)
    day.refuse(twice, "release", "r-1", "a-8")
    retracted = day.decide("retracted", "hold", 7)
    day.retract(retracted, "r-2", "a-9")
    day.look_at_alerts(day.decide("blocked", "block", 8), "acknowledged", "r-2", "a-13")
    day.look_at_alerts(twice, "acknowledged", "r-2", "a-14")
    day.look_at_alerts(twice, "closed", "r-2", "a-15", version=2)
    day.send(held, "release", "r-2", "a-10")
    taken, _ = (
        day.act_on_case(CASE, "takedown.done", "r-2", "a-11"),
        day.act_on_case(CASE, "takedown.done", "r-1", "a-12"),
    )
    done = event_uid(taken.source, taken.id)
    case_done = msgspec.structs.replace(CASE_DONE, event_uid=done, event=taken, events=(*CASE_DONE.events[:-1], done))
    for message in (STEP, REVERSAL, CASE, case_done, CASE, CLOCK, CLOCK_MET, CLOCK, MISSED):
        day.say(message)
    return day
