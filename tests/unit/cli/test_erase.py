"""`sealstream erase`: what a person types, what they are told, and what is sent to the topics."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.messages import KafkaMessage
from pipeline.errors import WorldError
from pipeline.events.identity import account_of
from pipeline.events.outputs import ManifestRecord
from pipeline.store.simulator import EraserSimulator
from tests.unit.cli.typing import Run
from tests.unit.house import House, generation, png


class Brokers:
    """Take what is published, or do not answer."""

    def __init__(self) -> None:
        self.sent: list[KafkaMessage] = []
        self.away = False

    @asynccontextmanager
    async def open(self, _: object) -> AsyncIterator["Brokers"]:
        if self.away:
            raise WorldError(what="No broker answers.", remedy="Start one.")
        yield self

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        self.sent += messages


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    brokers = Brokers()
    monkeypatch.setattr("agents.kafka.open_publisher", brokers.open)
    return brokers


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, brokers: Brokers) -> Run:
    assert brokers is not None
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda *_, **__: house.store)
    monkeypatch.setattr("pipeline.store.s3_erasing.S3Eraser", lambda _: EraserSimulator(house.store))

    return lambda *arguments, command="erase": typed(command, *arguments)


@pytest.fixture
def record(house: House) -> ManifestRecord:
    asset = house.put("hers.png", png(), "image/png")
    return house.seal(generation({"content": {**asset, "operation": "generated"}, "user": {"id_hash": "anna"}})).record


def test_a_user_is_erased_and_it_is_said_what_went_what_stays_and_why(
    run: Run, house: House, brokers: Brokers, record: ManifestRecord
) -> None:
    code, out, _ = run("--user", "anna")
    assert code == 0
    assert f"erased  sealed asset or manifest  {record.sealed.uri}" in out
    assert "erased  inbox copy  s3://sealstream-inbox/hers.png" in out
    assert "GDPR Art. 17(3)" in out
    assert [(message.topic, message.key, message.value) for message in brokers.sent] == [
        ("sealstream.manifests", b"hers.png", None)
    ]
    (written,) = [line.removeprefix("recorded  ") for line in out.splitlines() if line.startswith("recorded")]
    assert json.loads(house.stored(written))["events"] == 1


def test_a_dry_run_asks_no_broker_and_lists_the_same(
    run: Run, house: House, brokers: Brokers, record: ManifestRecord
) -> None:
    brokers.away = True
    before = dict(house.store.objects)
    code, out, _ = run("--user", "anna", "--dry-run", "--json")
    looked = json.loads(out)
    assert (code, looked["dry_run"], looked["events"]) == (0, True, [record.event_uid])
    assert house.store.objects == before
    brokers.away = False
    did = json.loads(run("--user", "anna", "--json")[1])
    assert sorted(map(str, looked["erased"])) == sorted(map(str, did["erased"]))


def test_nothing_is_deleted_while_no_broker_answers(
    run: Run, house: House, brokers: Brokers, record: ManifestRecord
) -> None:
    brokers.away, before = True, dict(house.store.objects)
    assert run("--content", record.content.id)[0] == 75
    assert house.store.objects == before


def test_by_a_digest_and_again_and_both_times_with_success(run: Run, record: ManifestRecord) -> None:
    assert run("--content", record.sealed.sha256.upper())[0] == 0
    code, out, _ = run("--content", record.sealed.sha256)
    assert code == 0
    assert "1 events, 1 of them erased before" in out


def test_what_nobody_knows_ends_with_1(run: Run, record: ManifestRecord) -> None:
    code, _, err = run("--user", f"not-{record.content.id}")
    assert code == 1
    assert "Nothing is known" in err


def test_whose_ledger_alone_is_there_is_known_and_it_is_said_what_is_left(run: Run, house: House) -> None:
    entry = house.layout.account_entry(account_of("anna"), 1)
    house.store.create(entry, b"{}", media_type="application/json")
    code, out, err = run("--user", "anna")
    assert (code, err) == (0, "")
    assert "left  account  1" in out


def test_without_saying_what_it_ends_with_2(run: Run) -> None:
    code, _, err = run()
    assert code == 2
    assert "--user ID or --content ID|DIGEST" in err


def test_only_among_some_events_no_other_record_is_read(
    run: Run, house: House, record: ManifestRecord, tmp_path: Path
) -> None:
    listed = tmp_path / "events"
    listed.write_text(f"{record.event_uid}\n{'0' * 64}\n")
    house.store._calls.clear()
    code, out, _ = run("--user", "anna", "--among", listed, "--json")
    assert (code, json.loads(out)["events"]) == (0, [record.event_uid])
    assert not [call for call in house.store.calls if call.uri.startswith("s3://sealstream-records/v1/records/00/")][1:]


def test_what_goes_on_and_what_is_listed_are_not_asked_for_together(run: Run, tmp_path: Path) -> None:
    code, _, err = run("--user", "anna", "--among", tmp_path / "events", "--go-on", tmp_path / "progress")
    assert code == 2
    assert "Leave out one of them" in err


def test_a_run_that_was_cut_off_goes_on_where_it_was(
    run: Run, house: House, record: ManifestRecord, tmp_path: Path
) -> None:
    progress = tmp_path / "progress"
    house.store._calls.clear()
    assert run("--user", "anna", "--dry-run")[0] == 0
    parts = [number for number, call in enumerate(house.store.calls, 1) if "/v1/records/" in call.uri]
    house.store._calls.clear()
    house.store.fail(parts[-1] + 8)  # what is found is deleted on the way, which takes some calls more
    code = run("--user", "anna", "--go-on", progress)[0]
    assert (code, progress.exists()) == (75, True)
    assert run("--user", "berta", "--go-on", progress)[0] == 1, "another's progress is not taken up"
    house.store._calls.clear()
    code, out, _ = run("--user", "anna", "--go-on", progress, "--json")
    assert (code, json.loads(out)["events"], progress.exists()) == (0, [record.event_uid], False)
    assert "s3://sealstream-inbox/hers.png" not in {at.uri for at in house.store.objects}
    assert len([call for call in house.store.calls if "/v1/records/" in call.uri]) < 256


def test_a_later_lookup_says_that_it_was_erased(run: Run, record: ManifestRecord) -> None:
    run("--user", "anna")
    for digest in (record.original.sha256, record.sealed.sha256):
        code, out, _ = run("--sha256", digest, command="lookup")
        assert code == 0
        assert "is gone" in out
    _, out, _ = run("--event", "/studio", "1", "--json", command="lookup")
    assert json.loads(out)["found"][0]["erased"]["basis"] == ["GDPR Art. 17", "PIPL Art. 47"]
