"""The stage: samples are stored, messages made, and whatever comes of each is matched to it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, assert_never

import msgspec
import orjson

from agents.demo.circumstances import merged
from agents.demo.played import Played, PlayedKind, PlayedOutcome
from agents.demo.scenes import (
    NOW,
    ActivityScene,
    BrokenScene,
    CaseScene,
    EntryScene,
    ReviewScene,
    Scene,
    SomeScene,
)
from agents.messages import KafkaMessage
from agents.reference.messages import deletion, entry_message, topic_of, understood
from agents.topics import Topics
from pipeline.assets import sha256_hex
from pipeline.errors import AssetDigestError
from pipeline.events.identity import decision_id
from pipeline.events.intake import ACTIVITY, CASE_ACT, GENERATION, PUBLICATION, REVIEW
from pipeline.events.outgoing import DEAD_LETTER_HEADER
from pipeline.events.outputs import Alert, Case, DeadLetter, Decision, Enforcement, EnforcementReversal, ManifestRecord
from pipeline.media_types import UNKNOWN, named_by
from pipeline.policy.decision import worth_an_alert
from pipeline.policy.reference import ReferenceSets, SetName
from pipeline.store import Location, ObjectStore

__all__ = ["Stage"]

_SOURCE: Final = "sealstream-demo"
_OPERATIONS: Final = "operations"
_QUESTION: Final = "question-"
_REVERSAL: Final = b"sealstream.enforcement-reversal.v1"
_HARMLESS: Final[Mapping[str, object]] = {
    "event_type": "interaction.started",
    "jurisdictions": ["KR"],
    "service": {"ai_notice_shown": True},
}


class Stage:
    """Turns scenes into messages, and messages into what is known of each scene."""

    def __init__(self, store: ObjectStore, topics: Topics, samples: Path, inbox: str) -> None:
        self._store = store
        self._topics = topics
        self._samples = samples
        self._inbox = inbox
        self._readers: Mapping[str, Callable[[KafkaMessage], Played | None]] = {
            topics.manifests: self._see_record,
            topics.decisions: self._see_decision,
            topics.alerts: self._see_alert,
            topics.enforcement: self._see_step,
            topics.dead_letters: self._see_dead_letter,
            topics.case_updates: self._see_case,
        }
        self._entries: dict[str, tuple[SetName, PlayedOutcome]] = {}
        self._sets = ReferenceSets.empty()
        self._reversals: dict[str, EnforcementReversal] = {}
        self._versions: dict[str, int] = {}
        self._missing: dict[str, str] = {}
        self._question: str | None = None
        self._questions = 0
        self.played: dict[str, Played] = {}

    @property
    def outputs(self) -> tuple[str, ...]:
        """The topics on which something comes of what is sent."""
        return tuple(self._readers)

    @property
    def is_open(self) -> bool:
        """Whether anything is under way."""
        return not all(played.is_settled for played in self.played.values())

    def play(self, scene: SomeScene) -> KafkaMessage:
        """Store what the scene needs, and make its message."""
        match scene:
            case Scene():
                return self._play(scene)
            case ActivityScene():
                return self._play_activity(scene)
            case ReviewScene():
                return self._play_review(scene)
            case CaseScene():
                return self._play_case(scene)
            case EntryScene():
                return self._play_entry(scene)
            case BrokenScene():
                return self._play_broken(scene)
            case _:
                assert_never(scene)

    def see(self, message: KafkaMessage) -> None:
        """Match a message of an output topic to its scene."""
        played = self._readers[message.topic](message)
        if played is not None:
            self.played[played.key] = played

    def ask(self) -> KafkaMessage | None:
        """An event whose decision will say what the worker knows by then; None if no update of a reference set waits.

        No topic says that an update is in force. But every decision says by which versions of the sets it was made.
        """
        waiting = [key for key, (_, outcome) in self._entries.items() if outcome != "refused"]
        if self._question is not None or all(self.played[key].outcome for key in waiting):
            return None
        self._questions += 1
        self._question = f"{_QUESTION}{self._questions}"
        return _message(self._topics.activities, self._question, ACTIVITY, _HARMLESS)

    def _play(self, scene: Scene) -> KafkaMessage:
        played = self._enter(scene.title, scene.kind, where=_where(scene.facts), file=scene.file)
        body, media_type = self._body(scene)
        bytes_at = (
            {"text": body.decode()}
            if scene.asset == "inline"
            else self._put(f"{played.key}/{scene.file}", body, media_type)
        )
        content: dict[str, object] = {"id": played.key, "mime": media_type, **bytes_at}
        if scene.parent is not None:
            content["parents"] = [self._parent(scene.parent)]
        event_type = GENERATION if scene.kind == "generation" else PUBLICATION
        topic = self._topics.generation if scene.kind == "generation" else self._topics.publication
        return _message(topic, played.key, event_type, merged(scene.facts, {"content": content}), time=scene.time)

    def _play_activity(self, scene: ActivityScene) -> KafkaMessage:
        played = self._enter(scene.title, "activity", where=_where(scene.facts))
        return _message(self._topics.activities, played.key, ACTIVITY, scene.facts)

    def _play_review(self, scene: ReviewScene) -> KafkaMessage:
        held, result = self._result_of(scene.about)
        played = self._enter(scene.title, "review", where=held.where, about=held.key)
        data = {
            "event_uid": result.event_uid,
            "verdict": scene.verdict,
            "actor": {"id": scene.by, "role": scene.role},
            "auth": {"issuer": _SOURCE, "at": NOW},
            "seen": _seen(result),
            "reason": scene.reason,
            **({} if scene.case is None else {"case": scene.case}),
            **({"jurisdictions": held.where.split(",")} if scene.verdict == "illegal" else {}),
        }
        message = _message(self._topics.reviews, played.key, REVIEW, data)
        return msgspec.structs.replace(message, key=result.event_uid.encode())

    def _play_case(self, scene: CaseScene) -> KafkaMessage:
        held, result = (None, None) if scene.about is None else self._result_of(scene.about)
        where = _where(scene.facts) if held is None else held.where
        played = self._enter(scene.title, "case", where=where, about="" if held is None else held.key)
        if scene.is_missed:
            self._missing[scene.number] = played.key
            self.played[played.key] = replace(played, expected_alerts=1)
        now = datetime.now(UTC)
        data: dict[str, object] = {"act": scene.act, "case": scene.number, "at": (now - scene.ago).isoformat()}
        if result is not None:
            data["about"] = {"event_uid": result.event_uid}
        if scene.due is not None:
            data[scene.act.partition(".")[0]] = {"due_at": (now + scene.due).isoformat()}
        if scene.by is not None:
            data |= {
                "actor": {"id": scene.by, "role": scene.role},
                "auth": {"issuer": _SOURCE, "at": NOW},
                "seen": self._versions.get(scene.number, 0),
                "reason": scene.reason,
            }
        if scene.outcome is not None and result is not None:
            data |= {"outcome": scene.outcome, "seen_decision": _seen(result)}
        message = _message(self._topics.cases, played.key, CASE_ACT, merged(scene.facts, data))
        return msgspec.structs.replace(message, key=scene.number.encode())

    def _result_of(self, title: str) -> tuple[Played, ManifestRecord | Decision]:
        """What came of a scene of an act before."""
        for earlier in self.played.values():
            if earlier.title == title and earlier.result is not None:
                return earlier, earlier.result
        raise LookupError(title)

    def _play_entry(self, scene: EntryScene) -> KafkaMessage:
        played = self._enter(scene.title, "reference", file=scene.name)
        outcome: PlayedOutcome = "refused" if not scene.is_good else "deleted" if scene.entry is None else "in force"
        self._entries[played.key] = (scene.name, outcome)
        if scene.entry is None:
            self._sets = self._sets.remove(scene.name, scene.entry_id)
            return deletion(self._topics, scene.name, scene.entry_id)
        message = entry_message(self._topics, scene.name, {"id": scene.entry_id, **scene.entry}, source=_SOURCE)
        if scene.is_good:
            self._sets = self._sets.put(understood(scene.name, message))
        return message

    def _play_broken(self, scene: BrokenScene) -> KafkaMessage:
        played = self._enter(scene.title, "generation")
        if scene.content is None:
            return KafkaMessage(topic=self._topics.generation, key=played.key.encode(), value=scene.raw)
        if str(scene.content.get("uri", "")).endswith("harbour.jpg"):
            self._put("harbour.jpg", (self._samples / "harbour.jpg").read_bytes()[:1000], "image/jpeg")
        content = {"id": played.key, **scene.content}
        return _message(self._topics.generation, played.key, GENERATION, {"content": content})

    def _see_record(self, message: KafkaMessage) -> Played | None:
        record = msgspec.json.decode(message.value or b"", type=ManifestRecord)
        return self._known(record.event.id, record, "sealed", f"{record.manifest.binding} manifest")

    def _see_decision(self, message: KafkaMessage) -> Played | None:
        decision = msgspec.json.decode(message.value or b"", type=Decision)
        if decision.retraction is not None:
            return self._retracted(decision)
        if decision.review is not None:
            played = self._known(
                decision.review.event.id, decision, decision.decision, f"by {decision.review.reviewer}"
            )
            # What there was to wake someone for was said when the event was held.
            return None if played is None else replace(played, expected_alerts=0)
        if decision.event.id == self._question:
            self._hear(decision)
            return None
        credential = decision.credential
        detail = "" if credential is None else f"credential {credential.credential}, {credential.trust}"
        return self._known(decision.event.id, decision, decision.decision, detail)

    def _retracted(self, decision: Decision) -> Played | None:
        """The review that found content illegal; the retractions of other events about the same bytes tell nothing new.

        What was decided before has been told, and stays as it was told.
        """
        played = None if decision.retraction is None else self.played.get(decision.retraction.event.id)
        if played is None or played.about != decision.event.id:
            return None
        return self._known(played.key, decision, "retracted", self.played[played.about].title)

    def _hear(self, answer: Decision) -> None:
        """Updates are in force once a decision was made with all of them."""
        self._question = None
        if answer.judged_by is not None and answer.judged_by.reference_sets == self._sets.versions:
            for key, (_, outcome) in self._entries.items():
                if outcome != "refused":
                    self.played[key] = replace(self.played[key], outcome=outcome)

    def _known(self, key: str, result: ManifestRecord | Decision, outcome: PlayedOutcome, detail: str) -> Played | None:
        played = self.played.get(key)
        if played is None:
            return None
        return replace(
            played,
            outcome=outcome,
            detail=detail,
            result=result,
            expected_alerts=len(worth_an_alert(result.findings)),
            expects_step=_counts(result),
            # Topics are read side by side: the step may have come before the decision that it follows from.
            step=self._reversals.get(result.record_uri, played.step),
        )

    def _see_case(self, message: KafkaMessage) -> Played | None:
        case = msgspec.json.decode(message.value or b"", type=Case)
        if case.id is not None:
            self._versions[case.id] = case.version
        played = self.played.get(case.event.id)
        # Of an act that decides the decision is what there is to tell.
        if played is None or played.kind != "case" or case.outcome is not None:
            return None
        return replace(played, outcome="on record", detail=f"{case.kind} {case.id} {case.state}")

    def _see_alert(self, message: KafkaMessage) -> Played | None:
        alert = msgspec.json.decode(message.value or b"", type=Alert)
        key = self._missing.get(str(alert.evidence.get("takedown.id")), alert.event.id)
        played = self._refused(alert) if alert.kind == _OPERATIONS else self.played.get(key)
        if played is None or alert.alert_id in {known.alert_id for known in played.alerts}:
            return None
        return replace(played, alerts=(*played.alerts, alert))

    def _refused(self, alert: Alert) -> Played | None:
        """The entry that an alert is about; it names the place in the topic, not what is there."""
        for key, (name, outcome) in self._entries.items():
            if outcome == "refused" and alert.event.source == f"kafka:{topic_of(self._topics, name)}":
                return replace(self.played[key], outcome=outcome)
        return None

    def _see_step(self, message: KafkaMessage) -> Played | None:
        if dict(message.headers).get("ce_type") == _REVERSAL:
            reversal = msgspec.json.decode(message.value or b"", type=EnforcementReversal)
            self._reversals[reversal.record_uri] = reversal
            reversing = (
                earlier
                for earlier in self.played.values()
                if earlier.result and earlier.result.record_uri == reversal.record_uri
            )
            return next((replace(earlier, step=reversal) for earlier in reversing), None)
        step = msgspec.json.decode(message.value or b"", type=Enforcement)
        played = self.played.get(step.event.id)
        if played is None:
            return None
        if not played.expects_step and played.decision == "hold":
            # The event was held, so it was its review that made it count.
            played = next((earlier for earlier in self.played.values() if earlier.about == played.key), played)
        return replace(played, step=step)

    def _see_dead_letter(self, message: KafkaMessage) -> Played | None:
        headers = dict(message.headers)
        letter = msgspec.json.decode(headers[DEAD_LETTER_HEADER] or b"", type=DeadLetter)
        played = self.played.get((headers.get("ce_id") or message.key or b"").decode(errors="replace"))
        if played is None:
            return None
        alerts = int(letter.error == AssetDigestError.__name__)
        return replace(played, outcome="dead letter", detail=letter.what, expected_alerts=alerts)

    def _enter(self, title: str, kind: PlayedKind, *, where: str = "", file: str = "", about: str = "") -> Played:
        key = f"demo-{len(self.played) + 1:02}"
        self.played[key] = Played(key=key, title=title, kind=kind, where=where, file=file, about=about)
        return self.played[key]

    def _body(self, scene: Scene) -> tuple[bytes, str]:
        sample = self._samples / scene.file
        body = (
            self._store.require(Location.parse(self._record_of(scene.file).sealed.uri)).body
            if scene.asset == "sealed"
            else sample.read_bytes()
        )
        return scene.change(body), named_by(sample.name) or UNKNOWN

    def _parent(self, file: str) -> dict[str, object]:
        record = self._record_of(file)
        return {"id": record.content.id, "mime": record.content.mime, **msgspec.to_builtins(record.sealed)}

    def _record_of(self, file: str) -> ManifestRecord:
        return next(
            played.result
            for played in self.played.values()
            if played.file == file and isinstance(played.result, ManifestRecord)
        )

    def _put(self, key: str, body: bytes, media_type: str) -> dict[str, object]:
        location = Location(self._inbox, key)
        self._store.create(location, body, media_type=media_type)
        return {"uri": location.uri, "sha256": sha256_hex(body), "size": len(body)}


def _where(facts: Mapping[str, object]) -> str:
    jurisdictions = facts.get("jurisdictions")
    return ",".join(jurisdictions) if isinstance(jurisdictions, list) else ""


def _message(topic: str, key: str, event_type: str, data: Mapping[str, object], *, time: str = NOW) -> KafkaMessage:
    attributes = {"specversion": "1.0", "id": key, "source": _SOURCE, "type": event_type, "time": time}
    return KafkaMessage(
        topic=topic,
        key=key.encode(),
        value=orjson.dumps(data),
        headers=(
            *((f"ce_{name}", text.encode()) for name, text in attributes.items()),
            ("content-type", b"application/json"),
        ),
    )


def _seen(result: ManifestRecord | Decision) -> str:
    """The decision that a person saw."""
    return result.decision_id if isinstance(result, Decision) else decision_id(result.event_uid)


def _counts(result: ManifestRecord | Decision) -> bool:
    """Whether the ledger of an account says something because of it."""
    appeal = isinstance(result, Decision) and result.review is not None and result.review.stage == "appeal"
    return result.counts_against is not None and (result.decision == "block" or (appeal and result.decision == "allow"))
