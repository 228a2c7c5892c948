"""An account's ledger on the simulator and on a real S3 server: create-only numbers, listed newest first."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest

from pipeline.events.identity import account_of, event_uid
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import EventReference
from pipeline.policy.ladder import parse_ladder
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import AccountEntryKey, account_prefix, parse_key
from pipeline.usecases.escalation import Counted, Escalation, LedgerEntry
from tests.contract.store.conftest import SETTINGS

LAYOUT = Layout(content_bucket=SETTINGS.content_bucket, records_bucket=SETTINGS.records_bucket)
WORKERS = 2
EVENTS = 4


@pytest.fixture
def account() -> str:
    """An account that nobody has counted anything against."""
    return account_of(uuid.uuid4().hex)


def escalation(store: ObjectStore) -> Escalation:
    ladder = parse_ladder("warn:1,restrict:2,suspend:3", 365)
    return Escalation(store=store, layout=LAYOUT, ladder=ladder, now=lambda: datetime.now(UTC))


def violation(account: str, name: int) -> Counted:
    uid = event_uid(account, str(name))
    return Counted(
        account=account,
        rules=(),
        event_uid=uid,
        event=EventReference(source=account, id=str(name), type="sealstream.publication.v1", time=None),
        record_uri=LAYOUT.record(uid).uri,
    )


def ledger(store: ObjectStore, account: str) -> list[LedgerEntry]:
    keys = store.list_keys(SETTINGS.records_bucket, account_prefix(account), limit=100)
    bodies = [store.require(Location(SETTINGS.records_bucket, key)).body for key in keys]
    return [msgspec.json.decode(body, type=LedgerEntry) for body in bodies]


def test_the_newest_entry_is_the_first_that_is_listed(store: ObjectStore, account: str) -> None:
    escalate = escalation(store)
    for name in range(3):
        escalate(violation(account, name))
    keys = store.list_keys(SETTINGS.records_bucket, account_prefix(account), limit=100)
    assert [parse_key(key) for key in keys] == [AccountEntryKey(account, number) for number in (3, 2, 1)]
    assert store.list_keys(SETTINGS.records_bucket, account_prefix(account), limit=1) == keys[:1]


def test_workers_that_count_the_same_violations_at_the_same_time_count_each_once(
    store: ObjectStore, account: str
) -> None:
    def work(_: int) -> list[bytes]:
        escalate = escalation(store)
        said = [escalate(violation(account, name)) for name in range(EVENTS)]
        return [to_json(enforcement) for enforcement in said if enforcement]

    with ThreadPoolExecutor(WORKERS) as threads:
        said = list(threads.map(work, range(WORKERS)))
    assert all(by_worker == said[0] for by_worker in said)
    entries = ledger(store, account)[::-1]
    assert [entry.number for entry in entries] == list(range(1, EVENTS + 1))
    assert [entry.step for entry in entries] == ["warn", "restrict", "suspend", "suspend"]
    assert {entry.event_uid for entry in entries} == {violation(account, name).event_uid for name in range(EVENTS)}


def test_different_violations_at_the_same_time_get_numbers_without_a_gap(store: ObjectStore, account: str) -> None:
    with ThreadPoolExecutor(WORKERS) as threads:
        said = list(threads.map(lambda name: escalation(store)(violation(account, name)), range(EVENTS)))
    assert sorted(enforcement.violations for enforcement in said if enforcement) == list(range(1, EVENTS + 1))
    assert [entry.number for entry in ledger(store, account)] == list(range(EVENTS, 0, -1))


def test_a_worker_that_starts_anew_finds_the_ledger_as_it_was(store: ObjectStore, account: str) -> None:
    before = [escalation(store)(violation(account, name)) for name in range(2)]
    restarted = escalation(store)
    assert [restarted(violation(account, name)) for name in range(2)] == before
    later = restarted(violation(account, 2))
    assert [enforcement.step for enforcement in (*before, later) if enforcement] == ["warn", "restrict", "suspend"]
