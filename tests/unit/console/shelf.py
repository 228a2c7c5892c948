"""Buckets with content in them, events that it belongs to, and what was sent about who saw it."""

import hashlib
from dataclasses import dataclass, field

import msgspec

from agents.messages import KafkaMessage
from console.vault import Vault
from pipeline.events.identity import decision_id, event_uid
from pipeline.events.outputs import EventReference
from pipeline.store import Layout, Location
from pipeline.store.simulator import StoreSimulator
from tests.unit.console.happenings import HELD, SEALED, TOPICS, Happenings, at

LAYOUT = Layout(content_bucket="sealstream", records_bucket="sealstream-records")
INBOX = "sealstream-inbox"
MOST = 1000


@dataclass
class Shelf:
    """The buckets of an installation; what lies in them belongs to events of `day`."""

    day: Happenings
    store: StoreSimulator = field(
        default_factory=lambda: StoreSimulator("sealstream", "sealstream-records", INBOX, "elsewhere")
    )

    most: int = MOST

    @property
    def vault(self) -> Vault:
        return Vault(store=self.store, layout=LAYOUT, buckets=frozenset({"sealstream", INBOX}), max_bytes=self.most)

    def publish(self, name: str, body: bytes, mime: str, bucket: str | None = INBOX, put: bytes | None = None) -> str:
        """A publication that is held, whose bytes lie in a bucket, or came inside of the event; returns its identity.

        `put` is what lies there, if that is not the same.
        """
        uri = None if bucket is None else f"s3://{bucket}/{name}"
        if uri is not None:
            self.store.create(Location.parse(uri), body if put is None else put, media_type="text/html")
        event = EventReference(source="//feed.example", id=name, type="sealstream.publication.v1", time=None)
        uid = event_uid(event.source, name)
        assert HELD.content is not None
        changes = {"id": name, "mime": mime, "sha256": digest(body), "size": len(body), "uri": uri}
        content = msgspec.structs.replace(HELD.content, **changes)
        told = {"event_uid": uid, "event": event, "content": content, "decided_at": at(1), "supersedes": None}
        self.day.say(msgspec.structs.replace(HELD, decision_id=decision_id(uid), review=None, **told))
        return uid

    def seal(self, name: str, body: bytes, mime: str) -> str:
        """A generation that was sealed into these bytes; returns its identity."""
        event = EventReference(source="//studio.example", id=name, type="sealstream.generation.v1", time=None)
        uid, original = event_uid(event.source, name), digest(b"the original of " + body)
        place = LAYOUT.sealed(original, uid, mime)
        self.store.create(place, body, media_type=mime)
        sealed = msgspec.structs.replace(SEALED.sealed, sha256=digest(body), size=len(body), uri=place.uri)
        record = msgspec.structs.replace(
            SEALED,
            event_uid=uid,
            event=event,
            content=msgspec.structs.replace(SEALED.content, id=name, mime=mime),
            original=msgspec.structs.replace(SEALED.original, sha256=original),
            sealed=sealed,
            manifest=msgspec.structs.replace(SEALED.manifest, uri=LAYOUT.manifest(digest(body), uid).uri),
            record_uri=LAYOUT.record(uid).uri,
        )
        self.store.create(LAYOUT.record(uid), msgspec.json.encode(record), media_type="application/json")
        self.store.create(LAYOUT.manifest(digest(body), uid), b"a manifest", media_type="application/c2pa")
        self.day.say(record)
        return uid

    def outlaw(self, body: bytes) -> None:
        """Say of bytes that they were found illegal."""
        self.store.create(LAYOUT.illegal(digest(body)), b"{}", media_type="application/json")


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def audited(day: Happenings, *messages: KafkaMessage) -> None:
    """What was sent is on the topic."""
    for message in messages:
        assert message.topic == TOPICS.audit
        assert message.key is not None
        day.put(message.topic, message.key.decode(), message.value, message.headers)
