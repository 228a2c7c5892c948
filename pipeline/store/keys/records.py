"""Keys in the records bucket: of what was decided, by whom, and of how it is found."""

from dataclasses import dataclass

from pipeline.store.keys.parts import (
    HEX,
    account_prefix,
    acts_prefix,
    case_prefix,
    checked,
    consented_prefix,
    erasure_prefix,
    fan,
    key_place,
    published_prefix,
    review_prefix,
)

__all__ = [
    "AccountEntryKey",
    "CaseEventKey",
    "CaseKey",
    "ConsentedKey",
    "CountedKey",
    "ErasedEventKey",
    "ErasureKey",
    "PublishedKey",
    "RecordKey",
    "RefusedKey",
    "ReportKey",
    "RetractionKey",
    "ReviewActKey",
    "ReviewKey",
]


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The key of an event's record in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/records/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReviewKey:
    """The key of a decision that a person took about an event, in the records bucket; they are numbered from 1."""

    event_uid: str
    number: int = 1

    def __str__(self) -> str:
        if self.number == 1:
            return f"v1/reviews/{fan(self.event_uid)}.json"
        return f"{review_prefix(self.event_uid)}{key_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class ErasedEventKey:
    """The key of what says that the content of an event was erased, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/erased/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ErasureKey:
    """The key of the record of one run of an erasure, in the records bucket; runs are numbered from 1."""

    erasure_uid: str
    number: int

    def __str__(self) -> str:
        return f"{erasure_prefix(self.erasure_uid)}{key_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The key by which a publication is found by the bytes that it published, in the records bucket."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{published_prefix(self.sha256)}{checked(HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ConsentedKey:
    """The key by which an event is found by the consent that it names, in the records bucket."""

    consent: str
    event_uid: str

    def __str__(self) -> str:
        return f"{consented_prefix(self.consent)}{checked(HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RetractionKey:
    """The key of the retraction of an event whose content was found illegal later, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/retractions/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReviewActKey:
    """The key of an entry of the log of what people did about an event without deciding; numbered from 1."""

    event_uid: str
    number: int

    def __str__(self) -> str:
        return f"{acts_prefix(self.event_uid)}{key_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class AccountEntryKey:
    """The key of one entry of an account's ledger, in the records bucket; entries are numbered from 1."""

    account: str
    number: int

    def __str__(self) -> str:
        return f"{account_prefix(self.account)}{key_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class CountedKey:
    """The key of the copy of a ledger entry that is found by its event, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/counted/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The key of one version of a case, in the records bucket; versions are numbered from 1."""

    case_uid: str
    version: int

    def __str__(self) -> str:
        return f"{case_prefix(self.case_uid)}{key_place(self.version)}.json"


@dataclass(frozen=True, slots=True)
class CaseEventKey:
    """The key by which an event of a case is found that the newest versions do not name any more."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/told/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RefusedKey:
    """The key of why an act of a person was refused, in the records bucket, by the act's own identity."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/refused/{fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReportKey:
    """The key of a sealed report, in the records bucket, by what it says."""

    report_uid: str

    def __str__(self) -> str:
        return f"v1/reports/{fan(self.report_uid)}.pdf"
