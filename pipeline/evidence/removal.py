"""Recognition: content without marks that is a copy of content which was sealed has lost them on the way.

Nobody may take labels off (Deep Synthesis Provisions Art. 18; Labeling Measures Art. 10). What was sealed is known by
its codes; the index says what comes near, the record in the store says what that was, and has the last word. That
something comes near accuses nobody: photographs of products, reports of two days are near each other. A second look
tells which one it is a copy of, if any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from pipeline.assets import Asset
from pipeline.credentials import Credential
from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.outputs import FindingEvidence, ManifestRecord
from pipeline.fingerprints import NEAR, Fingerprint
from pipeline.fingerprints.fingerprint import BITS
from pipeline.fingerprints.originals import one_original
from pipeline.fingerprints.port import Fingerprinter, KnownFingerprints
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.fingerprints.recording import recorded_looks
from pipeline.fingerprints.traits import SAME, Look, Traits
from pipeline.isolation.parsers import is_marked
from pipeline.labels.implicit.model import FoundLabels
from pipeline.policy.seen import Observation
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.erased import erased_event
from pipeline.store.records import stored_record

__all__ = ["REMOVED", "RESEMBLES", "Recognition"]

REMOVED: Final = "label.label-removed"
RESEMBLES: Final = "label.resembles"

_CANDIDATES: Final = 64
"""So many of the nearest are looked at: each costs a request to the store and some milliseconds."""
_FETCHED: Final = 3
"""So many sealed assets are fetched of records that hold no looks."""
_MARGIN: Final = 0.05
"""By so much a copy is more like its original than like another one that it might be a copy of, too."""


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed asset that comes near, and in how many bits it differs."""

    record: ManifestRecord
    kind: str
    distance: int
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Finds the sealed original of content that has lost its marks; safe to call from several threads.

    Args:
        store: where records and sealed assets are kept.
        layout: which object goes where.
        fingerprinter: finds out what an asset is recognised by.
        known: the fingerprints of what was sealed.
    """

    store: ObjectStore
    layout: Layout
    fingerprinter: Fingerprinter
    known: KnownFingerprints

    def __call__(
        self, asset: Asset, credential: Credential, found: FoundLabels | None, traits: Traits | None = None
    ) -> tuple[Observation, ...]:
        """What is to be said of an asset, given its credential and marks; nothing where one of them speaks for it.

        Where labels could not be read, nobody is accused of having removed them.

        Args:
            asset: the asset.
            credential: what it says of itself.
            found: its implicit labels; None of a format that has no place for them.
            traits: what it would be recognised by; None where that is to be found out here.

        Raises:
            WorldError: the store does not answer, or not everything that was sealed could be asked about.
        """
        if is_marked(credential, found):
            return ()
        traits = traits or self.fingerprinter.traits(asset.body, asset.media_type, asked=True)
        codes = traits.all_codes
        keys, more = self._near(codes)
        candidates = self._candidates(asset, codes, keys)
        if not candidates:
            return ()
        found_alike = self.fingerprinter.likenesses(
            asset.body, asset.media_type, [candidate.looks for candidate in candidates]
        )
        cut: FindingEvidence = {"not_looked_at": more} if more else {}
        original = _original(candidates, found_alike)
        if original is None:
            return (_resemblance(candidates, cut),)
        evidence: FindingEvidence = {
            **_evidence(candidates[original]),
            "likeness": round(found_alike[original], 2),
            **cut,
        }
        return (_unread(evidence) if found is not None and found.refused is not None else _removal(evidence),)

    def _near(self, codes: Sequence[Fingerprint]) -> tuple[tuple[str, ...], int]:
        """The events whose assets come near, the nearest first, and how many more there are at least."""
        answers = self.known.nearest(codes, limit=_CANDIDATES)
        if not all(answer.complete for answer in answers):
            raise WorldError(
                what="A part of the fingerprints of what was sealed cannot be asked.",
                remedy="It is tried again; see that every replica of `sealstream recogniser` is up and ready.",
            )
        nearest: dict[str, int] = {}
        for match in (match for answer in answers for match in answer.matches):
            uid = match.key.hex()
            nearest[uid] = min(match.distance, nearest.get(uid, BITS))
        keys = sorted(nearest, key=lambda uid: (nearest[uid], uid))
        beyond = max((answer.more for answer in answers), default=0)
        return tuple(keys[:_CANDIDATES]), max(beyond, len(keys[_CANDIDATES:]))

    def _candidates(self, asset: Asset, codes: Sequence[Fingerprint], keys: Sequence[str]) -> tuple[_Candidate, ...]:
        found: list[_Candidate] = []
        left = _FETCHED
        for uid in keys:
            record = self._record(uid)
            nearest = None if record is None or _is_source(asset, record) else _nearest(codes, recorded_codes(record))
            if record is None or nearest is None or erased_event(self.store, self.layout, uid) is not None:
                continue  # what was erased is not recognised any more, whoever still has its codes in memory
            looks = recorded_looks(record)
            if not looks and left:
                looks, left = self._looks_again(record), left - 1
            kind, distance = nearest
            found.append(_Candidate(record=record, kind=kind, distance=distance, looks=looks))
        return tuple(sorted(found, key=lambda candidate: candidate.distance))

    def _record(self, event_uid: str) -> ManifestRecord | None:
        try:
            return stored_record(self.store, self.layout.record(event_uid), ManifestRecord)
        except IdentityReusedError:
            return None  # It is that of an event that sealed nothing.

    def _looks_again(self, record: ManifestRecord) -> tuple[Look, ...]:
        """What copies are told by, of an asset whose record was stored before records said that."""
        sealed = self.store.get(Location.parse(record.sealed.uri))
        return () if sealed is None else self.fingerprinter.traits(sealed.body, record.content.mime).looks


def _is_source(asset: Asset, record: ManifestRecord) -> bool:
    """Whether what was sealed was made from this very asset, which nobody here made: it never had a mark."""
    return any(parent.sha256 == asset.sha256 and parent.event_uid is None for parent in record.parents)


def _nearest(codes: Sequence[Fingerprint], known: Sequence[Fingerprint]) -> tuple[str, int] | None:
    """Of which kind the two nearest codes are, and in how many bits they differ; None where none are near."""
    pairs = [(code.distance(other), code.kind) for code in codes for other in known if code.kind == other.kind]
    near = [(distance, kind) for distance, kind in pairs if distance <= NEAR[kind]]
    if not near:
        return None
    distance, kind = min(near)
    return kind, distance


def _original(candidates: Sequence[_Candidate], found: Sequence[float]) -> int | None:
    """Which of the candidates an asset is a copy of; None where it is of none, or might as well be one of another."""
    best = max(range(len(candidates)), key=lambda number: (found[number], -number))
    if found[best] < SAME:
        return None
    rivals = [
        rival
        for rival, score in zip(candidates, found, strict=True)
        if score >= max(SAME, found[best] - _MARGIN) and not one_original(candidates[best].looks, rival.looks)
    ]
    return None if rivals else best


def _evidence(candidate: _Candidate) -> FindingEvidence:
    return {
        "similarity": round(1 - candidate.distance / BITS, 4),
        "distance": candidate.distance,
        "kind": candidate.kind,
        "event_uid": candidate.record.event_uid,
        "manifest_uri": candidate.record.manifest.uri,
    }


def _removal(evidence: FindingEvidence) -> Observation:
    return Observation(name=REMOVED, severity="critical", evidence=evidence)


def _resemblance(candidates: Sequence[_Candidate], cut: FindingEvidence) -> Observation:
    return Observation(
        name=RESEMBLES,
        severity="low",
        outcome="unknown",
        evidence={**_evidence(candidates[0]), "candidates": len(candidates), **cut},
    )


def _unread(evidence: FindingEvidence) -> Observation:
    return Observation(name="label.unread-copy", severity="high", outcome="unknown", evidence=evidence)
