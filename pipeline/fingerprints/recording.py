"""What an asset is recognised by, as its record says it."""

from pipeline.events.outputs import AssetFingerprint, ManifestRecord, RecognisedBy, RecordedLook
from pipeline.fingerprints.fingerprint import ALGORITHM, Fingerprint
from pipeline.fingerprints.traits import Look, Traits

__all__ = ["named", "recognised_by", "recorded_looks"]


def named(fingerprint: Fingerprint | None) -> AssetFingerprint | None:
    """A fingerprint as records say it."""
    return None if fingerprint is None else _named(fingerprint)


def _named(fingerprint: Fingerprint) -> AssetFingerprint:
    return AssetFingerprint(algorithm=ALGORITHM, kind=fingerprint.kind, code=fingerprint.code)


def recognised_by(traits: Traits) -> RecognisedBy | None:
    """What an asset is recognised by beside its fingerprint, as records say it; None where there is nothing."""
    if not traits.codes and not traits.looks:
        return None
    return RecognisedBy(
        codes=tuple(_named(code) for code in traits.codes),
        looks=tuple(RecordedLook(kind=look.kind, data=look.data, at=look.at) for look in traits.looks),
    )


def recorded_looks(record: ManifestRecord) -> tuple[Look, ...]:
    """What copies of a sealed asset are told by; empty for records that were stored before there was that."""
    looks = () if record.recognition is None else record.recognition.looks
    return tuple(Look(kind=look.kind, data=look.data, at=look.at) for look in looks)
