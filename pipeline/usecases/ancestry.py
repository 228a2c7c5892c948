"""Ancestry: what an asset came from, as far back as the records tell."""

import contextlib
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import event_uid
from pipeline.events.outputs import Decision, ManifestRecord, RecordedParent
from pipeline.events.prepared import prepare
from pipeline.evidence.parents import makers
from pipeline.store import Layout, ObjectStore
from pipeline.store.chain import latest_taken
from pipeline.store.lookup import find_by_digest

__all__ = ["Ancestor", "Ancestry"]

_DEPTH: Final = 16
_MOST: Final = 256
_MOST_EVENTS: Final = 16
"""The most events that are looked at for the same bytes."""

prepare(ManifestRecord, Decision)


class Ancestor(msgspec.Struct, frozen=True, kw_only=True):
    """One asset, and what it was made from. Null is what is not known.

    Attributes:
        standing: `known` here, by its record; `unknown` here; `cycle`, an asset that is further up in the tree
            already; or `cut`, where the tree got too deep or too large.
        review: what a person decided about the event; the last one, where there were more.
        sealed_at: when it was sealed.
    """

    content_id: str
    standing: Literal["known", "unknown", "cycle", "cut"]
    sha256: str | None = None
    event_uid: str | None = None
    media_type: str | None = None
    decision: str | None = None
    review: str | None = None
    manifest_label: str | None = None
    sealed_at: str | None = None
    signer: str | None = None
    parents: tuple["Ancestor", ...] = ()


@dataclass(slots=True, kw_only=True)
class Ancestry:
    """Grows the trees of one question: none deeper than 16 generations, and all of them no larger than 256 assets.

    Args:
        store: where records are kept.
        layout: which object goes where.
    """

    store: ObjectStore
    layout: Layout
    _left: int = field(default=_MOST, init=False)

    def of_event(self, source: str, event_id: str) -> tuple[Ancestor, ...]:
        """The tree of what an event sealed; of a publication, those of whatever sealed the asset; none if unknown.

        Raises:
            WorldError: the store does not answer.
        """
        record = self._record(event_uid(source, event_id))
        if isinstance(record, ManifestRecord):
            return (self._known(record, ()),)
        return () if record is None or record.content is None else self.of_bytes(record.content.sha256)

    def of_bytes(self, sha256: str) -> tuple[Ancestor, ...]:
        """The trees of the events that sealed these bytes, or sealed them into others; none if nobody did.

        Raises:
            WorldError: the store does not answer.
        """
        records = [self._record(uid) for uid in self._events(sha256)]
        return tuple(self._known(record, ()) for record in records if isinstance(record, ManifestRecord))

    def _known(self, record: ManifestRecord, below: tuple[str, ...]) -> Ancestor:
        self._left -= 1
        uid = record.event_uid
        return Ancestor(
            content_id=record.content.id,
            standing="known",
            sha256=record.sealed.sha256,
            event_uid=uid,
            media_type=record.content.mime,
            decision=record.decision,
            review=self._review(record),
            manifest_label=record.manifest.label,
            sealed_at=record.sealed_at,
            signer=None if record.signer is None else record.signer.common_name or record.signer.issuer,
            parents=tuple(self._parent(parent, (*below, uid)) for parent in record.parents),
        )

    def _parent(self, parent: RecordedParent, below: tuple[str, ...]) -> Ancestor:
        uid = parent.event_uid
        if uid is None and parent.sha256 is not None and self._left > 0:
            # Who made it may have come later than who made something from it.
            uid = next(iter(self._events(parent.sha256)), None)
        told = Ancestor(content_id=parent.content_id, standing="unknown", sha256=parent.sha256, event_uid=uid)
        if uid is None:
            return told
        if uid in below:
            return msgspec.structs.replace(told, standing="cycle")
        if len(below) >= _DEPTH or self._left <= 0:
            return msgspec.structs.replace(told, standing="cut")
        record = self._record(uid)
        return self._known(record, below) if isinstance(record, ManifestRecord) else told

    def _events(self, sha256: str) -> list[str]:
        return [
            maker.event_uid for maker in makers(find_by_digest(self.store, self.layout, sha256, limit=_MOST_EVENTS))
        ]

    def _record(self, uid: str) -> ManifestRecord | Decision | None:
        stored = self.store.get(self.layout.record(uid))
        if stored is None:
            return None
        kinds: tuple[type[ManifestRecord | Decision], ...] = (ManifestRecord, Decision)
        for kind in kinds:
            with contextlib.suppress(msgspec.DecodeError):
                return msgspec.json.decode(stored.body, type=kind)
        raise BugError(
            what=f"The record of the event {uid} is neither a decision nor a manifest record.",
            remedy="See who else writes to the records bucket.",
        )

    def _review(self, record: ManifestRecord) -> str | None:
        taken = latest_taken(self.store, self.layout, record.event_uid)
        return None if taken is None else msgspec.json.decode(taken, type=Decision).decision
