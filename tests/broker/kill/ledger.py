"""The ledgers of accounts as they lie in the records bucket, read by the layout and not by the product's functions."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.broker.kill.bucket import entry_key
from tests.broker.kill.cases import enforcement_id

__all__ = ["Entry", "entries_by_event", "is_of_ledger", "read_entries"]

_ENTRY: Final = re.compile(r"v1/accounts/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})/([0-9]{8})\.json")
_LEDGER: Final = ("v1/accounts/", "v1/counted/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of an account's ledger.

    Args:
        account: whose it is, by its key.
        number: which one, by its key.
        body: as it is stored.
        document: what it says.
    """

    account: str
    number: int
    body: bytes
    document: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Where it lies."""
        return entry_key(self.account, self.number)

    @property
    def event_uid(self) -> str:
        """The event that it is about."""
        return str(self.document["event_uid"])

    @property
    def is_correction(self) -> bool:
        """Whether it takes back what another entry counts."""
        return self.document.get("corrects") is not None

    @property
    def enforcement_id(self) -> str | None:
        """The identity of the step that it leads to; None where it leads to none."""
        return None if self.document["step"] is None else enforcement_id(self.account, self.number)


def is_of_ledger(key: str) -> bool:
    """Whether a key of the records bucket is one of a ledger, and no record or review."""
    return key.startswith(_LEDGER)


def read_entries(records: Mapping[str, bytes]) -> Iterator[Entry]:
    """Every entry of every account, each account's in the order of their numbers."""
    found = ((match, body) for key, body in records.items() if (match := _ENTRY.fullmatch(key)))
    entries = (
        Entry(account=match[1], number=10**8 - int(match[2]), body=body, document=json.loads(body))
        for match, body in found
    )
    yield from sorted(entries, key=lambda entry: (entry.account, entry.number))


def entries_by_event(records: Mapping[str, bytes]) -> dict[tuple[str, bool], Entry]:
    """The first entry of each event, and the first that takes back what it counts."""
    entries: dict[tuple[str, bool], Entry] = {}
    for entry in read_entries(records):
        entries.setdefault((entry.event_uid, entry.is_correction), entry)
    return entries
