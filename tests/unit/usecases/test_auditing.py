"""The audit: whatever is changed or taken away in the records bucket or in a log is found."""

import hashlib
from collections.abc import Callable

import pytest

from pipeline.store import Layout
from pipeline.store.erased import ErasedEvent, note_erased
from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log import Leaf, LogFaultError, TileLogs
from pipeline.tile_log.finding import proved
from pipeline.usecases.auditing import Auditing, AuditReport
from tests.unit.tile_log.logs import BUCKET, NOON, SIGNER, STRANGER

TOPIC = "any.publication"
PREFIX = f"v1/log/{TOPIC}/0/"
LAYOUT = Layout(content_bucket="sealstream", records_bucket=BUCKET)


class Office:
    """An installation whose records are noise: a store, its logs, and what can be done to both."""

    def __init__(self, count: int = 0) -> None:
        self.store = StoreSimulator(BUCKET, "sealstream")
        self.logs = TileLogs(
            store=self.store, bucket=BUCKET, name="log", keys=(SIGNER.public,), signer=SIGNER, now=lambda: NOON
        )
        self.log = self.logs.log(TOPIC, 0)
        self.count = 0
        for _ in range(count):
            self.work(1)

    def record(self) -> Leaf:
        """Store a record, and log nothing."""
        self.count += 1
        at = LAYOUT.record(hashlib.sha256(str(self.count).encode()).hexdigest())
        body = f'{{"decided_at": "{NOON.isoformat()}", "number": {self.count}}}'.encode()
        self.store.create(at, body, media_type="application/json")
        return Leaf.of(at, body)

    def work(self, count: int) -> list[Leaf]:
        """Store records, and put their leaves into the log."""
        leaves = [self.record() for _ in range(count)]
        self.log.append([leaf.entry for leaf in leaves])
        self.log.settle()
        return leaves

    def audit(self, *kept: str, digests: bool = True, pause: Callable[[], object] = lambda: None) -> AuditReport:
        return Auditing(store=self.store, logs=self.logs, pause=lambda: (pause(), None)[1])(kept=kept, digests=digests)

    def put(self, key: str, body: bytes | None) -> None:
        """What the port cannot do: change an object, or take it away."""
        objects = self.store._buckets[BUCKET]
        stored = objects.pop(key)
        if body is not None:
            objects[key] = type(stored)(
                media_type=stored.media_type, metadata=stored.metadata, size=len(body), body=body
            )

    def body(self, key: str) -> bytes:
        return self.store._buckets[BUCKET][key].body

    def batch(self, number: int) -> str:
        return self.logs.place(TOPIC, 0).batch(number).key


def found(report: AuditReport) -> list[tuple[str, str]]:
    return [(finding.kind, finding.subject) for finding in report.findings]


def checkpoint(report: AuditReport) -> str:
    (log,) = report.logs
    return log.checkpoint


@pytest.fixture
def office() -> Office:
    office = Office()
    for count in (3, 600, 5, 1):
        office.work(count)
    return office


def test_where_nothing_was_touched_nothing_is_found(office: Office) -> None:
    report = office.audit()
    assert not report.findings
    assert (report.records, report.leaves, report.repeated) == (609, 609, 0)
    (log,) = report.logs
    assert (log.origin, log.leaves, log.batches) == (f"log/{TOPIC}/0", 609, 4)
    assert log.key == SIGNER.public.vkey(log.origin)


def test_an_installation_without_any_record_is_well() -> None:
    assert Office().audit().findings == ()


def test_a_record_that_is_taken_away_changed_or_put_in_is_found(office: Office) -> None:
    gone, changed = office.work(2)
    office.put(gone.key, None)
    office.put(changed.key, b"{}")
    strange = office.record()
    assert found(office.audit()) == [
        ("not-logged", strange.key),
        ("record-missing", gone.key),
        ("record-changed", changed.key),
    ]
    assert found(office.audit(digests=False)) == [("not-logged", strange.key), ("record-missing", gone.key)]


def test_a_record_that_was_erased_on_request_is_named_and_no_finding(office: Office) -> None:
    leaf = office.work(1)[0]
    uid = leaf.key.split("/")[-1].removesuffix(".json")
    erasure = ErasedEvent(event_uid=uid, erased_at=NOON.isoformat(), erasure="e-1", basis=("GDPR Art. 17",))
    note_erased(office.store, LAYOUT, erasure, ())
    assert office.audit().erased == (), "its record is there still"
    office.put(leaf.key, None)
    report = office.audit()
    assert (report.erased, report.findings) == ((leaf.key,), ())


def test_a_record_that_is_taken_away_with_its_leaf_breaks_the_log(office: Office) -> None:
    leaf = office.work(3)[1]
    office.put(leaf.key, None)
    batch = office.body(office.batch(5))
    office.put(office.batch(5), batch.replace(f'"{leaf.entry.decode()}",'.encode(), b""))
    (kind, subject), *others = found(office.audit())
    assert (kind, subject) == ("log-broken", f"log/{TOPIC}/0")
    assert {kind for kind, _ in others} == {"not-logged"}


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/001"])
def test_a_tile_that_is_changed_is_found(office: Office, path: str) -> None:
    body = office.body(PREFIX + path)
    office.put(PREFIX + path, body[:-1] + bytes([body[-1] ^ 1]))
    assert ("log-broken", f"log/{TOPIC}/0") in found(office.audit())


def test_a_log_that_is_set_back_is_found_by_a_checkpoint_that_was_kept(office: Office) -> None:
    kept = checkpoint(office.audit())
    assert found(office.audit(kept)) == []
    leaf = office.work(1)[0]
    newer = checkpoint(office.audit(kept))
    office.put(leaf.key, None)
    office.put(office.batch(5), None)
    assert found(office.audit()) == [], "by itself it is whole"
    assert found(office.audit(kept)) == []
    assert found(office.audit(newer)) == [("not-consistent", f"log/{TOPIC}/0")]


def test_a_fork_that_our_own_key_signed_is_found_by_a_checkpoint_that_was_kept(office: Office) -> None:
    kept = checkpoint(office.audit())
    office.put(office.batch(4), None)
    office.log = office.logs.log(TOPIC, 0)
    office.work(2)
    report = office.audit(kept)
    assert ("not-consistent", f"log/{TOPIC}/0") in found(report)


def test_a_log_that_is_gone_is_found_by_a_checkpoint_that_was_kept(office: Office) -> None:
    kept = checkpoint(office.audit())
    for at in list(office.store.objects):
        office.put(at.key, None)
    assert found(office.audit()) == []
    assert found(office.audit(kept)) == [("not-consistent", f"log/{TOPIC}/0")]


def test_a_checkpoint_that_somebody_else_signed_is_none(office: Office) -> None:
    other = Office()
    other.logs = TileLogs(store=other.store, bucket=BUCKET, name="log", keys=(STRANGER.public,), signer=STRANGER)
    other.log = other.logs.log(TOPIC, 0)
    other.work(2)
    forged = checkpoint(other.audit())
    assert found(office.audit(forged)) == [("not-consistent", f"log/{TOPIC}/0")]


def test_a_leaf_that_is_there_twice_says_the_same_and_two_that_differ_are_found(office: Office) -> None:
    leaf = office.work(1)[0]
    office.work(300)
    office.log.append([leaf.entry])
    report = office.audit()
    assert (report.findings, report.repeated) == ((), 1)
    office.log.append([Leaf(key=leaf.key, sha256="0" * 64).entry, b"something else"])
    assert [kind for kind, _ in found(office.audit())] == ["record-changed", "strange-leaf"]


def test_a_leaf_that_is_on_its_way_is_waited_for(office: Office) -> None:
    late = office.record()

    def pause() -> None:
        if late is not None:
            office.log.append([late.entry])

    assert found(office.audit(pause=pause)) == []


def test_what_another_worker_left_half_written_is_whole(office: Office) -> None:
    leaves = [office.record() for _ in range(500)]
    office.log.append([leaf.entry for leaf in leaves])  # and dies before it writes the tiles
    assert found(office.audit()) == []


def test_what_was_stored_before_there_was_a_log_is_named_and_can_be_adopted() -> None:
    office = Office()
    old = [office.record() for _ in range(5)]
    office.work(2)
    auditing = Auditing(store=office.store, logs=office.logs)
    assert list(auditing.unlogged()) == sorted(leaf.key for leaf in old)
    office.logs.log("adopted", 0).append([leaf.entry for leaf in old])
    assert auditing.unlogged() == ()
    assert found(office.audit()) == []


def test_nothing_is_adopted_while_a_log_is_broken(office: Office) -> None:
    office.put(PREFIX + "tile/0/000", None)
    with pytest.raises(LogFaultError):
        Auditing(store=office.store, logs=office.logs).unlogged()


@pytest.mark.parametrize("since", [NOON, None], ids=["by its time", "without it"])
def test_the_leaf_of_a_record_is_found_and_proved_and_the_proof_stays_the_same(since: object) -> None:
    office = Office()
    leaves = [leaf for count in (3, 600, 5, 1) for leaf in office.work(count)]
    for number in (0, 2, 3, 300, 602, 603, 608):
        first = proved(office.logs, leaves[number], since)
        assert first is not None
        assert (first.index, first.origin) == (number, f"log/{TOPIC}/0")
    before = proved(office.logs, leaves[300], since)
    office.work(700)
    assert proved(office.logs, leaves[300], since) == before
    stray = Leaf(key="v1/records/x.json", sha256="0" * 64)
    assert proved(office.logs, stray, since) is None


def test_an_object_is_read_once_and_nothing_is_written_by_an_audit(office: Office) -> None:
    begun = len(office.store.calls)
    office.audit()
    calls = office.store.calls[begun:]
    assert {call.operation for call in calls} <= {"get", "list", "head"}
    records = [call.uri for call in calls if "/v1/records/" in call.uri and call.operation == "get"]
    assert len(records) == len(set(records)) == 609
