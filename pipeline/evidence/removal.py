"""Recognition: content without marks that resembles content which was sealed has lost them on the way.

Nobody may take labels off (Deep Synthesis Provisions Art. 18; Labeling Measures Art. 10). What was sealed is known by
its fingerprint; the index says what comes near, the record in the store says what that was, and has the last word.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.assets import Asset
from pipeline.credentials import Credential
from pipeline.errors import EnvelopeError
from pipeline.events.outputs import AssetFingerprint, Evidence, Finding, ManifestRecord
from pipeline.fingerprints import NEAR, Fingerprint
from pipeline.fingerprints.fingerprint import ALGORITHM, BITS
from pipeline.fingerprints.port import Fingerprinter, KnownFingerprints
from pipeline.labels.implicit.marks import FoundMarks
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.records import stored_record

__all__ = ["Recognition", "named"]

_LAW: Final = "CAC, MIIT, MPS Order No. 12 (Deep Synthesis Provisions) Art. 18; Labeling Measures (2025) Art. 10"
_SPEAKING: Final = ("valid", "invalid", "remote")
"""What a credential can be and still speak for its asset, if only to say that it was tampered with, or is elsewhere."""

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
        """What is to be said of an asset, given its credential and marks.

        Nothing where a credential can be judged, or a label says something: they speak for it. The rest of a manifest,
        or of a label, does not. Where labels could not be read, nobody is accused of having removed them.

        Raises:
            WorldError: the store does not answer.
        """
        if credential.state in _SPEAKING or (found is not None and found.label is not None):
            return ()
        fingerprint = self.fingerprinter.fingerprint(asset.body, asset.media_type)
        if fingerprint is None:
            return ()
        for match in self.known.nearest(fingerprint, limit=_CANDIDATES):
            record = self._record(match.key.hex())
            if record is None or _is_source(asset, record):
                continue
            distance = _distance(fingerprint, record)
            if distance is not None and self._confirmed(fingerprint, asset, record):
                evidence = _evidence(fingerprint, distance, record)
                unread = found is not None and found.refused is not None
                return (_unread(evidence) if unread else _removed(evidence),)
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


def _evidence(fingerprint: Fingerprint, distance: int, record: ManifestRecord) -> Evidence:
    return {
        "similarity": round(1 - distance / BITS, 4),
        "distance": distance,
        "kind": fingerprint.kind,
        "event_uid": record.event_uid,
        "manifest_uri": record.manifest.uri,
    }


def _removed(evidence: Evidence) -> Finding:
    return Finding(
        rule="label.label-removed",
        kind="label-removed",
        severity="critical",
        action="block",
        outcome="violation",
        code=None,
        message="The content carries no usable mark, and resembles content that was sealed: its labels were removed.",
        citation=_LAW,
        evidence=evidence,
        remedy="Publish the asset as it was sealed; have a new version sealed with it as its parent.",
    )


def _unread(evidence: Evidence) -> Finding:
    return Finding(
        rule="label.unread-copy",
        kind="unread-copy",
        severity="high",
        action="hold",
        outcome="unknown",
        code=None,
        message="The content resembles content that was sealed, and whether its labels are there could not be read.",
        citation=_LAW,
        evidence=evidence,
        remedy="Publish the asset as it was sealed; have a new version sealed with it as its parent.",
    )
