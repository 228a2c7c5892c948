"""What an asset was made from, and what was made from it, as far as the manifests topic tells."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from console.readmodel.port import ModelReader
from console.readmodel.standing import Held, in_force, record_as_held
from pipeline.events.outputs import Decision, ManifestRecord, RecordedParent

__all__ = ["Kin", "Kinship", "lineage_of"]

_DEPTH: Final = 16
_MOST: Final = 128
_MOST_CHILDREN: Final = 50
_MOST_MAKERS: Final = 8


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """An asset in a tree, with what it was made from. Null is what is not known.

    `link` is what it is to the one that it hangs from: what that was made from, or the same bytes. `standing` is
    `known` here; `unknown`; `cycle`, one that is nearer to the root already; or `cut`, where the tree got too deep or
    too large. `decision` is the one in force.
    """

    content_id: str
    link: Literal["root", "made-from", "same-bytes"]
    standing: Literal["known", "unknown", "cycle", "cut"]
    event_uid: str | None = None
    mime: str | None = None
    decision: str | None = None
    sealed_at: str | None = None
    parents: tuple["Kin", ...] = ()


class Kinship(msgspec.Struct, frozen=True, kw_only=True):
    """Where an asset comes from, as a tree, and what was made from it, one step far."""

    tree: Kin
    children: tuple[Kin, ...]

    @property
    def is_alone(self) -> bool:
        """Whether neither is known."""
        return not self.tree.parents and not self.children


def lineage_of(db: ModelReader, record: ManifestRecord | None, decision: Decision | None) -> Kinship | None:
    """The lineage of an event's content; None where it has none."""
    grower = _Grower(db)
    if record is not None:
        tree = grower.known(record, "root", ())
        keys = [record.event_uid, record.sealed.sha256, record.original.sha256]
    elif decision is not None and decision.content is not None:
        content = decision.content
        keys = [content.sha256]
        same = [grower.of(uid, "same-bytes", (decision.event_uid,)) for uid in _makers(db, content.sha256)]
        tree = Kin(
            content_id=content.id,
            link="root",
            standing="known",
            event_uid=decision.event_uid,
            mime=content.mime,
            parents=tuple(parent for parent in same if parent is not None),
        )
    else:
        return None
    children = (grower.leaf(uid) for uid in _children(db, keys))
    return Kinship(tree=tree, children=tuple(child for child in children if child is not None))


class _Grower:
    """Grows the trees of one page, all of them together no larger than so many assets."""

    def __init__(self, db: ModelReader) -> None:
        self._db = db
        self._left = _MOST

    def known(
        self, record: ManifestRecord, link: Literal["root", "made-from", "same-bytes"], below: tuple[str, ...]
    ) -> Kin:
        self._left -= 1
        below = (*below, record.event_uid)
        return msgspec.structs.replace(
            self._told(record), link=link, parents=tuple(self._parent(parent, below) for parent in record.parents)
        )

    def of(self, uid: str, link: Literal["made-from", "same-bytes"], below: tuple[str, ...]) -> Kin | None:
        record = self._record(uid)
        return None if record is None else self.known(record, link, below)

    def leaf(self, uid: str) -> Kin | None:
        """An asset without what it was made from."""
        record = self._record(uid)
        return None if record is None else self._told(record)

    def _parent(self, parent: RecordedParent, below: tuple[str, ...]) -> Kin:
        uid = parent.event_uid
        if uid is None and parent.sha256 is not None:
            # Who made it may have come later than who made something from it.
            uid = next(iter(_makers(self._db, parent.sha256)), None)
        told = Kin(content_id=parent.content_id, link="made-from", standing="unknown", event_uid=uid)
        if uid is None:
            return told
        if uid in below:
            return msgspec.structs.replace(told, standing="cycle")
        if len(below) >= _DEPTH or self._left <= 0:
            return msgspec.structs.replace(told, standing="cut")
        return self.of(uid, "made-from", below) or told

    def _told(self, record: ManifestRecord) -> Kin:
        uid = record.event_uid
        known = [
            Held(*found)
            for found in self._db.execute(
                "SELECT decision_id, supersedes, outcome, at, body FROM decisions WHERE event_uid = ?", (uid,)
            )
        ]
        held = in_force([*known, record_as_held(uid, record.decision, 0, b"")])
        return Kin(
            content_id=record.content.id,
            link="made-from",
            standing="known",
            event_uid=uid,
            mime=record.content.mime,
            decision=None if held is None else held.outcome,
            sealed_at=record.sealed_at,
        )

    def _record(self, uid: str) -> ManifestRecord | None:
        found = self._db.execute("SELECT body FROM records WHERE event_uid = ?", (uid,)).fetchone()
        return None if found is None else msgspec.json.decode(found[0], type=ManifestRecord)


def _makers(db: ModelReader, sha256: str) -> Sequence[str]:
    """The events that know these bytes: those that sealed them first, then those that sealed them into others."""
    found = db.execute(
        "SELECT event_uid FROM digests WHERE sha256 = ? ORDER BY is_original, event_uid LIMIT ?", (sha256, _MOST_MAKERS)
    )
    return tuple(dict.fromkeys(uid for (uid,) in found))


def _children(db: ModelReader, keys: Sequence[str]) -> Sequence[str]:
    found: list[tuple[str]] = []
    for key in dict.fromkeys(keys):
        found += db.execute("SELECT child FROM descents WHERE parent = ? ORDER BY child LIMIT ?", (key, _MOST_CHILDREN))
    return tuple(dict.fromkeys(uid for (uid,) in found))[:_MOST_CHILDREN]
