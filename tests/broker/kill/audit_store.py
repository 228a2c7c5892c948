"""Whether the stored objects are what the records say of them, and no others are there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tests.broker.kill.bucket import Stored, illegal_key, manifest_key, outcome_key, sealed_key
from tests.broker.kill.cases import Case
from tests.broker.kill.problems import Problem

__all__ = ["Outage", "audit_store", "let_through"]

_MARGIN: Final = 3.0
"""Seconds around an outage in which the store may break its own promise."""


class Outage(NamedTuple):
    """When the store was away, in seconds since 1970."""

    first: float
    last: float


def audit_store(
    cases: Mapping[int, Case],
    records: Mapping[str, bytes],
    versions: Mapping[str, Sequence[int]],
    content: Mapping[str, Stored],
    bucket: str,
    outages: Sequence[Outage] = (),
) -> Iterator[Problem]:
    """Compare the content bucket with the records, byte for byte by digest.

    Args:
        cases: all cases, by number.
        records: what lies in the records bucket, by key.
        versions: when each version of each of its keys was written.
        content: what lies in the content bucket.
        bucket: its name.
        outages: of the store; see `let_through`.
    """
    wanted: set[str] = set()
    for case in cases.values():
        if not case.leaves_record:
            continue
        key = outcome_key(case)
        written = versions.get(key, ())
        if len(written) > 1 and not let_through(written, outages):
            yield Problem.of(case, "duplicated", f"the record was written {len(written)} times")
        if case.expected.outcome == "retraction":
            wanted.add(illegal_key(str(case.expected.original)))
        if case.expected.outcome == "manifest" and key in records:
            record = json.loads(records[key])
            wanted |= _keys(case, record, bucket)
            yield from _objects(case, record, content, bucket)
    for key in sorted(content.keys() - wanted):
        yield Problem(verdict="unexpected", what=f"no record speaks of the object {key}")


def let_through(written: Sequence[int], outages: Sequence[Outage]) -> bool:
    """Whether several versions of a key are the store's own doing.

    Of two creations of one key that were under way when it was frozen, SeaweedFS lets both through when it goes on: its
    lock for the key has expired meanwhile. Right after a start it has no locks for a second, either.
    """
    return any(all(outage.first - _MARGIN <= time <= outage.last + _MARGIN for time in written) for outage in outages)


def _keys(case: Case, record: Mapping[str, Any], bucket: str) -> set[str]:
    """What an event leaves in the content bucket, by the layout and not by what the record says."""
    sealed, original = record["sealed"]["sha256"], record["original"]["sha256"]
    extension = _key(record["sealed"]["uri"], bucket).rpartition(".")[2]
    return {sealed_key(original, str(case.uid), extension), manifest_key(sealed, str(case.uid))}


def _objects(case: Case, record: Mapping[str, Any], content: Mapping[str, Stored], bucket: str) -> Iterator[Problem]:
    for key in sorted(_keys(case, record, bucket) - content.keys()):
        yield Problem.of(case, "lost", f"the object {key} is not there")
    for name in ("sealed", "manifest"):
        stored = content.get(_key(record[name]["uri"], bucket))
        if stored is not None and (stored.sha256, stored.size) != (record[name]["sha256"], record[name]["size"]):
            yield Problem.of(case, "wrong", f"the record's digest of `{name}` is not that of the stored bytes")
    if (record["sealed"]["sha256"] != record["original"]["sha256"]) != case.expected.embedded:
        yield Problem.of(case, "wrong", "the sealed bytes are the original's where they should not be, or the reverse")


def _key(uri: str, bucket: str) -> str:
    return uri.removeprefix(f"s3://{bucket}/")
