"""`sealstream restamp`: what a person types, and what they are told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.events.outputs import ManifestRecord
from pipeline.store import Location
from pipeline.store.simulator import EraserSimulator
from tests.authorities import Authority, answering
from tests.unit.cli.typing import Run
from tests.unit.house import House, generation, png


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, tmp_path: Path, authority: Authority) -> Run:
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda *_, **__: house.store)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.root)
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SEALSTREAM_TRUST_LISTS", "none")
    monkeypatch.setenv("SEALSTREAM_TRUST_ANCHORS", str(roots))
    monkeypatch.setenv("SEALSTREAM_TIME_STAMP_URL", authority.url)
    monkeypatch.setenv("SEALSTREAM_TIME_STAMP_POLICY", "later")

    return lambda *arguments, command="restamp": typed(command, *arguments)


@pytest.fixture
def record(house: House) -> ManifestRecord:
    asset = house.put("a.png", png(), "image/png")
    return house.seal(generation({"content": {**asset, "operation": "generated"}})).record


def test_a_stamp_that_is_missing_is_added_and_the_look_up_knows_it(
    run: Run, house: House, record: ManifestRecord, tmp_path: Path
) -> None:
    progress = tmp_path / "progress"
    progress.write_text(json.dumps({"parts": int(record.event_uid[:2], 16), "have": 41}))
    code, out, _ = run("--go-on", progress, "--rate", "1000")
    assert (code, out) == (0, "41 had a time stamp, 1 got one.\n")
    assert not progress.exists()
    stamped = house.layout.stamped_manifest(record.sealed.sha256, record.event_uid)
    code, out, _ = run("--event", "/studio", "1", "--json", command="lookup")
    (found,) = json.loads(out)["found"]
    assert found["later_stamp"]["manifest"] == stamped.uri
    assert found["later_stamp"]["stamped_at"] == house.store.objects[stamped].metadata["stamped-at"]
    assert "stamped later" in run("--sha256", record.sealed.sha256, command="lookup")[1]


def test_a_look_lists_what_lacks_one_and_what_gets_none_and_ends_with_1(
    run: Run, house: House, record: ManifestRecord, tmp_path: Path
) -> None:
    asset = house.put("b.png", png(5), "image/png")
    gone = house.seal(generation({"content": {**asset, "operation": "generated"}}, event_id="2")).record
    assert EraserSimulator(house.store).erase(Location.parse(gone.sealed.uri)) == "erased"
    before = house.store.objects
    listed = tmp_path / "events"
    listed.write_text(f"{record.event_uid}\n{gone.event_uid}\n")
    code, out, _ = run("--dry-run", "--among", listed, "--json")
    left = {"event_uid": gone.event_uid, "why": "Sealed asset or manifest are not there, or not what the record says."}
    said = {"dry_run": True, "have": 0, "stamped": 0, "barred": 0, "lacking": [record.event_uid], "left": [left]}
    assert (code, json.loads(out)) == (1, said)
    assert house.store.objects == before


def test_while_no_authority_answers_it_ends_with_75_and_keeps_how_far_it_got(
    run: Run, house: House, record: ManifestRecord, authority: Authority, tmp_path: Path
) -> None:
    progress = tmp_path / "progress"
    authority.status = 503
    try:
        code, _, err = run("--go-on", progress)
    finally:
        authority.status = 200
    assert code == 75
    assert "No time-stamp authority gave a time stamp" in err
    assert json.loads(progress.read_text())["parts"] == int(record.event_uid[:2], 16)


def test_without_an_authority_only_a_look_can_be_had(
    run: Run, record: ManifestRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SEALSTREAM_TIME_STAMP_URL")
    code, _, err = run()
    assert code == 2
    assert "SEALSTREAM_TIME_STAMP_URL" in err
    code, _, err = run("--dry-run", "--among", tmp_path / "events", "--go-on", tmp_path / "progress")
    assert code == 2
    assert "do not go together" in err
    nonsense = tmp_path / "events"
    nonsense.write_text(f"{record.event_uid}x\n")
    assert run("--dry-run", "--among", nonsense)[0] == 1
