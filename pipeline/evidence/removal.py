"""Recognition: content without marks that resembles content which was sealed has lost them on the way.

Nobody may take labels off (Deep Synthesis Provisions Art. 18; Labeling Measures Art. 10). What was sealed is known by
its fingerprint; the index says what comes near, the record in the store says what that was, and has the last word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.assets import Asset
from pipeline.credentials import Credential
from pipeline.errors import EnvelopeError, WorldError
from pipeline.events.outputs import AssetFingerprint, Finding, ManifestRecord
from pipeline.fingerprints import NEAR, Fingerprint
from pipeline.fingerprints.fingerprint import ALGORITHM, BITS
from pipeline.fingerprints.port import Fingerprinter, KnownFingerprints
from pipeline.fingerprints.similarity import Match
from pipeline.labels.implicit.marks import FoundMarks
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.records import stored_record

__all__ = ["Recognition", "candidates", "named"]

_CANDIDATES: Final = 5
"""So many neighbours are looked at: the record of the nearest may be gone, or a recording only of the same sort."""


def named(fingerprint: Fingerprint | None) -> AssetFingerprint | None:
    """A fingerprint as records say it."""
    if fingerprint is None:
        return None
    return AssetFingerprint(algorithm=ALGORITHM, kind=fingerprint.kind, code=fingerprint.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Finds the sealed original of content that has lost its marks; safe to call from several threads.

    Args:
        store: where records and sealed assets are kept.
        layout: which object goes where.
        fingerprinter: takes fingerprints.
        known: the fingerprints of what was sealed.
    """

    store: ObjectStore
    layout: Layout
    fingerprinter: Fingerprinter
    known: KnownFingerprints

    def __call__(self, asset: Asset, credential: Credential, found: FoundMarks | None) -> tuple[Finding, ...]:
        """What is to be said of an asset, given its credential and marks; nothing where it has one or the other.

        Raises:
            WorldError: the store does not answer, or not everything that was sealed could be asked about.
        """
        if credential.state != "absent" or (found is not None and found.aigc):
            return ()
        fingerprint = self.fingerprinter.fingerprint(asset.body, asset.media_type)
        if fingerprint is None:
            return ()
        for match in candidates(self.known, (fingerprint,)):
            record = self._record(match.key.hex())
            if record is None or _is_source(asset, record):
                continue
            distance = _distance(fingerprint, record)
            if distance is not None and self._confirmed(fingerprint, asset, record):
                return (_finding(fingerprint, distance, record),)
        return ()

    def _record(self, event_uid: str) -> ManifestRecord | None:
        try:
            return stored_record(self.store, self.layout.record(event_uid), ManifestRecord)
        except EnvelopeError:
            return None  # It is that of an event that sealed nothing.

    def _confirmed(self, fingerprint: Fingerprint, asset: Asset, record: ManifestRecord) -> bool:
        """Whether a match is a copy: recordings of one sort come near each other, and both are at hand."""
        if fingerprint.kind != "audio":
            return True
        sealed = self.store.get(Location.parse(record.sealed.uri))
        return sealed is not None and self.fingerprinter.same_recording(
            asset.body, asset.media_type, sealed.body, record.content.mime
        )


def candidates(known: KnownFingerprints, fingerprints: Sequence[Fingerprint]) -> tuple[Match, ...]:
    """What is near any of an asset's fingerprints, the nearest first.

    Raises:
        WorldError: not everything that is known could be asked; what was sealed may be in the rest.
    """
    answers = known.nearest(fingerprints, limit=_CANDIDATES)
    if not all(answer.complete for answer in answers):
        raise WorldError(
            what="A part of the fingerprints of what was sealed cannot be asked.",
            remedy="It is tried again; see that every replica of `sealstream recogniser` is up and ready.",
        )
    found: dict[bytes, Match] = {}
    for match in sorted((match for answer in answers for match in answer.matches), key=_by_distance):
        found.setdefault(match.key, match)
    return tuple(found.values())


def _by_distance(match: Match) -> tuple[int, bytes]:
    return match.distance, match.key


def _is_source(asset: Asset, record: ManifestRecord) -> bool:
    """Whether what was sealed was made from this very asset, which nobody here made: it never had a mark."""
    return any(parent.sha256 == asset.sha256 and parent.event_uid is None for parent in record.parents)


def _distance(fingerprint: Fingerprint, record: ManifestRecord) -> int | None:
    """In how many bits an asset differs from what was sealed; None where that is no near copy."""
    known = None if record.fingerprint is None else Fingerprint.parse(record.fingerprint.code)
    if known is None or known.kind != fingerprint.kind:
        return None
    distance = fingerprint.distance(known)
    return distance if distance <= NEAR[fingerprint.kind] else None


def _finding(fingerprint: Fingerprint, distance: int, record: ManifestRecord) -> Finding:
    return Finding(
        rule="label.label-removed",
        kind="label-removed",
        severity="critical",
        action="block",
        outcome="violation",
        code=None,
        message="The content carries no mark, and resembles content that was sealed: its labels were removed.",
        citation="CAC, MIIT, MPS Order No. 12 (Deep Synthesis Provisions) Art. 18; Labeling Measures (2025) Art. 10",
        evidence={
            "similarity": round(1 - distance / BITS, 4),
            "distance": distance,
            "kind": fingerprint.kind,
            "event_uid": record.event_uid,
            "manifest_uri": record.manifest.uri,
        },
        remedy="Publish the asset as it was sealed; have a new version sealed with it as its parent.",
    )
