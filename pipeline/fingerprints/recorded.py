"""By which codes a sealed asset is recognised, as its record tells them."""

from datetime import datetime

import msgspec

from pipeline.events.outputs import AssetFingerprint, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.fingerprints.fingerprint import Fingerprint

__all__ = ["SealedRecord", "recorded_codes"]


class FurtherCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The part of `RecognisedBy` that an index needs: the codes beside the standard one."""

    codes: tuple[AssetFingerprint, ...]


class SealedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a `ManifestRecord` by which content is recognised; reading only these is several times as quick.

    Attributes:
        event_uid: the identity of the event, in hex.
        sealed_at: when its asset was sealed.
        fingerprint: its standard code; records of version 1 have none.
        recognition: its codes beside that.
    """

    event_uid: str
    sealed_at: datetime
    fingerprint: AssetFingerprint | None = None
    recognition: FurtherCodes | None = None


prepare(SealedRecord)


def recorded_codes(record: ManifestRecord | SealedRecord) -> tuple[Fingerprint, ...]:
    """All codes by which a sealed asset is recognised, each once, its own fingerprint first; none where there are none.

    Raises:
        ValueError: what the record says is no code of a kind that is made here.
    """
    standard = () if record.fingerprint is None else (record.fingerprint,)
    further = () if record.recognition is None else record.recognition.codes
    return tuple(dict.fromkeys(_parsed(recorded.code) for recorded in (*standard, *further)))


def _parsed(code: str) -> Fingerprint:
    fingerprint = Fingerprint.parse(code)
    if fingerprint is None:
        raise ValueError("a record tells a fingerprint that is no code of a kind made here")
    return fingerprint
