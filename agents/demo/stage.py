"""The stage: samples are stored, events sent, and whatever comes of each is matched to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import msgspec
import orjson

from agents.cli.local_file import media_type_of
from agents.demo.story import BrokenScene, Scene
from agents.messages import KafkaMessage
from agents.topics import Topics
from pipeline.assets import sha256_hex
from pipeline.events.intake import GENERATION, PUBLICATION
from pipeline.events.outgoing import DEAD_LETTER_HEADER
from pipeline.events.outputs import Alert, DeadLetter, Decision, ManifestRecord
from pipeline.store import Location, ObjectStore

__all__ = ["Played", "Stage"]

_SOURCE = "sealstream-demo"
_TIME = "2026-06-01T09:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One event that was sent, and what is known of it so far.

    Args:
        key: content id and Kafka key; unique in the demo, so every output is matched by it.
        title: what a person reads.
        file: the sample, or nothing.
        outcome: what became of it; None while it is under way.
        detail: one line about the outcome.
        alerts: kinds of the alerts it raised, by alert id.
        record: the record of a sealed asset.
    """

    key: str
    title: str
    file: str
    kind: str
    outcome: Literal["sealed", "allow", "hold", "block", "dead letter"] | None = None
    detail: str = ""
    alerts: Mapping[str, str] = field(default_factory=dict)
    record: ManifestRecord | None = None


class Stage:
    """Turns scenes into messages, and messages into what is known of each scene."""

    def __init__(self, store: ObjectStore, topics: Topics, samples: Path, inbox: str) -> None:
        self._store = store
        self._topics = topics
        self._samples = samples
        self._inbox = inbox
        self.played: dict[str, Played] = {}

    @property
    def open(self) -> int:
        """How many events are under way."""
        return sum(one.outcome is None for one in self.played.values())

    def play(self, scene: Scene) -> KafkaMessage:
        """Store the scene's asset and make its event."""
        played = self._enter(scene.title, scene.file, scene.kind)
        body, media_type = self._body(scene)
        content = {
            "id": played.key,
            "mime": media_type,
            **(
                {"text": body.decode()}
                if scene.asset == "inline"
                else self._put(f"{played.key}/{scene.file}", body, media_type)
            ),
            **scene.content,
        }
        if scene.parent is not None:
            content["parents"] = [self._parent(scene.parent)]
        event_type = GENERATION if scene.kind == "generation" else PUBLICATION
        topic = self._topics.generation if scene.kind == "generation" else self._topics.publication
        return _message(topic, played.key, event_type, {**scene.facts, "content": content})

    def play_broken(self, scene: BrokenScene) -> KafkaMessage:
        """Make an input that can never succeed."""
        played = self._enter(scene.title, "", "generation")
        if scene.content is None:
            return KafkaMessage(topic=self._topics.generation, key=played.key.encode(), value=scene.raw)
        if str(scene.content.get("uri", "")).endswith("harbour.jpg"):
            self._put("harbour.jpg", (self._samples / "harbour.jpg").read_bytes()[:1000], "image/jpeg")
        content = {"id": played.key, **scene.content}
        return _message(self._topics.generation, played.key, GENERATION, {"content": content})

    def see(self, message: KafkaMessage) -> bool:
        """Match a message of an output topic to its event; tells whether it was one of the demo's."""
        played = self.played.get((message.key or b"").decode(errors="replace"))
        if played is None:
            return False
        self.played[played.key] = self._known(played, message)
        return True

    def _known(self, played: Played, message: KafkaMessage) -> Played:
        value = message.value or b""
        if message.topic == self._topics.manifests:
            record = msgspec.json.decode(value, type=ManifestRecord)
            detail = f"{record.manifest.binding} manifest, {record.credential.trust}"
            return replace(played, outcome="sealed", detail=detail, record=record)
        if message.topic == self._topics.decisions:
            decision = msgspec.json.decode(value, type=Decision)
            credential = decision.credential
            detail = "" if credential is None else f"credential {credential.credential}, {credential.trust}"
            return replace(played, outcome=decision.decision, detail=detail)
        if message.topic == self._topics.alerts:
            alert = msgspec.json.decode(value, type=Alert)
            return replace(played, alerts={**played.alerts, alert.alert_id: alert.kind})
        letter = msgspec.json.decode(dict(message.headers)[DEAD_LETTER_HEADER] or b"", type=DeadLetter)
        return replace(played, outcome="dead letter", detail=letter.what)

    def _enter(self, title: str, file: str, kind: str) -> Played:
        played = Played(key=f"demo-{len(self.played) + 1:02}", title=title, file=file, kind=kind)
        self.played[played.key] = played
        return played

    def _body(self, scene: Scene) -> tuple[bytes, str]:
        sample = self._samples / scene.file
        media_type = media_type_of(sample, None)
        if scene.asset != "sealed":
            return scene.change(sample.read_bytes()), media_type
        return scene.change(
            self._store.require(Location.parse(self._record_of(scene.file).sealed.uri)).body
        ), media_type

    def _parent(self, file: str) -> dict[str, object]:
        record = self._record_of(file)
        return {"id": record.content.id, "mime": record.content.mime, **msgspec.to_builtins(record.sealed)}

    def _record_of(self, file: str) -> ManifestRecord:
        return next(one.record for one in self._sealed() if one.file == file and one.record is not None)

    def _sealed(self) -> Iterator[Played]:
        return (one for one in self.played.values() if one.record is not None)

    def _put(self, key: str, body: bytes, media_type: str) -> dict[str, object]:
        location = Location(self._inbox, key)
        self._store.create(location, body, media_type=media_type)
        return {"uri": location.uri, "sha256": sha256_hex(body), "size": len(body)}


def _message(topic: str, key: str, event_type: str, data: Mapping[str, object]) -> KafkaMessage:
    attributes = {"specversion": "1.0", "id": key, "source": _SOURCE, "type": event_type, "time": _TIME}
    return KafkaMessage(
        topic=topic,
        key=key.encode(),
        value=orjson.dumps(data),
        headers=(
            *((f"ce_{name}", text.encode()) for name, text in attributes.items()),
            ("content-type", b"application/json"),
        ),
    )
