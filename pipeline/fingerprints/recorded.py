"""By which codes a sealed asset is recognised, as its record tells them."""

from datetime import datetime

import msgspec

from pipeline.events.outputs import AssetFingerprint, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.fingerprints.fingerprint import Fingerprint

__all__ = ["SealedRecord", "recorded_codes"]


class SealedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a `ManifestRecord` by which content is recognised; reading only these is several times as quick.

    Attributes:
        event_uid: the identity of the event, in hex.
        sealed_at: when its asset was sealed.
        fingerprint: its standard code; records of version 1 have none.
    """

    event_uid: str
    sealed_at: datetime
    fingerprint: AssetFingerprint | None = None


prepare(SealedRecord)


def recorded_codes(record: ManifestRecord | SealedRecord) -> tuple[Fingerprint, ...]:
    """All codes by which a sealed asset is recognised; none where its record tells none.

    Raises:
        ValueError: what the record says is no code of a kind that is made here.
    """
    if record.fingerprint is None:
        return ()
    fingerprint = Fingerprint.parse(record.fingerprint.code)
    if fingerprint is None:
        raise ValueError("a record tells a fingerprint that is no code of a kind made here")
    return (fingerprint,)
