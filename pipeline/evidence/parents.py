"""Lineage: what an asset was made from, what the store knows of that, and what is handed down with it.

Parents become ingredients of the manifest, are named in the record, and hand down what was found about them: an asset
that is held cannot be set free by editing it. A parent that a review has released hands down nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from pipeline.assets import AssetFetcher, sha256_hex
from pipeline.assets.sniffing import sniffed
from pipeline.credentials import Parent
from pipeline.errors import BugError
from pipeline.events.inputs import GenerationEvent, ParentReference
from pipeline.events.outputs import SEVERITIES, Action, Decision, Finding, ManifestRecord, RecordedParent
from pipeline.events.prepared import prepare
from pipeline.evidence.sealing import SEALED_BESIDE
from pipeline.media_types import UNKNOWN
from pipeline.policy.seen import Observation
from pipeline.store import Layout, ObjectStore
from pipeline.store.lookup import Found, find_by_digest

__all__ = ["KnownParent", "known_parents", "makers", "parent_observations"]

SEEN: Final = "lineage.parent-finding"

_MOST_EVENTS: Final = 64
"""The most events that are looked at for the bytes of one parent."""

_STRICTNESS: Final[tuple[Action, ...]] = ("record", "alert", "hold", "block")

prepare(ManifestRecord, Decision)


class KnownParent(msgspec.Struct, frozen=True, kw_only=True):
    """A parent of an asset that is sealed.

    Attributes:
        ingredient: what the manifest says of it.
        recorded: what the record says of it.
        handed_down: what was found about it, by the event_uid of who found it, and has not been released.
    """

    ingredient: Parent
    recorded: RecordedParent
    handed_down: tuple[tuple[str, Finding], ...] = ()


def known_parents(
    event: GenerationEvent, *, store: ObjectStore, layout: Layout, fetcher: AssetFetcher
) -> tuple[KnownParent, ...]:
    """The parents of an event's asset, with what the store knows of them.

    Raises:
        ProducerError: the event says where a parent is, and it is not there or something else.
        WorldError: the store does not answer; try again.
    """
    return tuple(_known(parent, event.uid, store, layout, fetcher) for parent in event.content.parents)


def _known(
    parent: str | ParentReference, event_uid: str, store: ObjectStore, layout: Layout, fetcher: AssetFetcher
) -> KnownParent:
    """A parent with its bytes and manifest where the event says where they are, by its digest or id otherwise."""
    if isinstance(parent, str):
        parent = ParentReference(id=parent)
    body = None if parent.uri is None else fetcher.fetch_reference(parent.uri, parent.sha256, parent.size)
    digest = parent.sha256 if body is None else sha256_hex(body)
    events = () if digest is None else makers(find_by_digest(store, layout, digest, limit=_MOST_EVENTS), event_uid)
    first = events[0] if events else None
    manifest = None if first is None or first.role != "sealed" or first.manifest is None else store.get(first.manifest)
    return KnownParent(
        ingredient=Parent(
            media_type=(parent.mime or UNKNOWN) if body is None else sniffed(body, parent.mime).media_type,
            instance_id=parent.id,
            asset=body,
            manifest=None if body is None or manifest is None else manifest.body,
        ),
        recorded=RecordedParent(
            content_id=parent.id,
            sha256=digest,
            event_uid=None if first is None else first.event_uid,
            manifest=None if first is None or first.manifest is None else first.manifest.uri,
        ),
        handed_down=tuple(_handed_down(events)),
    )


def makers(found: Iterable[Found], event_uid: str | None = None) -> Sequence[Found]:
    """The events that made these bytes; where none did, those that took them in. Never the event in question."""
    others = [event for event in found if event.event_uid != event_uid]
    return [event for event in others if event.role == "sealed"] or others


def _handed_down(events: Iterable[Found]) -> Iterator[tuple[str, Finding]]:
    for event in events:
        if event.record is None or _is_released(event):
            continue
        for finding in _decoded(event, ManifestRecord).findings:
            if finding.kind == SEALED_BESIDE:
                continue
            if finding.outcome == "violation" or finding.action in ("hold", "block"):
                yield event.event_uid, finding


def _is_released(found: Found) -> bool:
    return found.review is not None and msgspec.json.decode(found.review, type=Decision).decision == "allow"


def _decoded(found: Found, kind: type[ManifestRecord]) -> ManifestRecord:
    try:
        return msgspec.json.decode(found.record or b"", type=kind)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"The record of the event {found.event_uid}, which sealed something, is no manifest record.",
            remedy="See who else writes to the records bucket.",
        ) from error


def parent_observations(parents: Iterable[KnownParent]) -> tuple[Observation, ...]:
    """What an asset inherits: one observation for all its parents, as bad as the worst that was found about any."""
    heirs = [(parent, uid, finding) for parent in parents for uid, finding in parent.handed_down]
    if not heirs:
        return ()
    findings = [finding for _, _, finding in heirs]
    return (
        Observation(
            name=SEEN,
            severity=max((finding.severity for finding in findings), key=SEVERITIES.index),
            outcome="violation" if any(finding.outcome == "violation" for finding in findings) else "unknown",
            evidence={
                "worst": max((finding.action for finding in findings), key=_STRICTNESS.index),
                "parents": tuple(dict.fromkeys(parent.recorded.content_id for parent, _, _ in heirs)),
                "event_uids": tuple(dict.fromkeys(uid for _, uid, _ in heirs)),
                "rules": tuple(dict.fromkeys(finding.rule for finding in findings)),
            },
        ),
    )
