"""The sealed reports that are stored: what each is about, told by the heads of the objects."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

from console.vault import Vault
from pipeline.store import Location
from pipeline.store.keys import ReportKey, parse_key

__all__ = ["ReportList", "ReportRow", "StoredReports"]

_PREFIX: Final = "v1/reports/"
_MOST: Final = 1000
_MOST_ASKED: Final = 20_000
"""Keys say nothing of time, so which are the latest is known of as many as this, each of which is asked once."""

_THREADS: Final = 8


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored report. What builds before did not say of it is null; the document itself says it."""

    report_uid: str
    kind: str | None
    period: str | None
    language: str | None
    document: str | None
    size: int


class ReportList(msgspec.Struct, frozen=True, kw_only=True):
    """The stored reports, those of the latest period first; `is_cut` where there are older ones."""

    reports: tuple[ReportRow, ...]
    is_cut: bool


class StoredReports:
    """Finds them. Objects never change, so what one is about is asked once.

    Args:
        vault: the buckets.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: dict[str, ReportRow] = {}

    def all(self) -> ReportList:
        """Those that are stored, the thousand of the latest periods where there are more.

        Raises:
            WorldError: the store does not answer.
        """
        found = self._vault.store.list_keys(self._vault.layout.records_bucket, _PREFIX, limit=_MOST_ASKED)
        uids = [key.report_uid for key in map(parse_key, found) if isinstance(key, ReportKey)]
        new = [uid for uid in uids if uid not in self._known]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="reports") as threads:
            self._known |= {row.report_uid: row for row in threads.map(self._row, new) if row is not None}
        rows = [self._known[uid] for uid in uids if uid in self._known]
        rows.sort(key=lambda row: (row.period or "", row.kind or "", row.language or "", row.report_uid), reverse=True)
        return ReportList(reports=tuple(rows[:_MOST]), is_cut=len(rows) > _MOST)

    def read(self, report_uid: str) -> bytes | None:
        """The PDF; None where there is none.

        Raises:
            WorldError: the store does not answer.
        """
        stored = self._vault.store.get(self._at(report_uid))
        return None if stored is None else stored.body

    def _row(self, uid: str) -> ReportRow | None:
        head = self._vault.store.head(self._at(uid))
        if head is None:
            return None
        told = head.metadata
        return ReportRow(
            report_uid=uid,
            kind=told.get("kind"),
            period=told.get("period"),
            language=told.get("language"),
            document=told.get("document"),
            size=head.size,
        )

    def _at(self, uid: str) -> Location:
        return self._vault.layout.report(uid)
