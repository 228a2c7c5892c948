"""Evidence about one event in one archive, and the script in it that verifies it."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import AssetRefusedError
from pipeline.events.outputs import ManifestRecord
from pipeline.policy.pack_files import packs_in_use
from pipeline.tile_log import Leaf, TileLogs
from pipeline.usecases.bundling import Bundle, Bundling
from tests.unit.house import House, activity, generation, png, publication, review
from tests.unit.tile_log.logs import SIGNER, STRANGER

Unpacked = Callable[[Bundle], Path]


@pytest.fixture
def bundling(house: House) -> Bundling:
    return Bundling(store=house.store, layout=house.layout, packs=packs_in_use(()))


@pytest.fixture
def unpacked(tmp_path: Path) -> Unpacked:
    def unpacked(bundle: Bundle) -> Path:
        with zipfile.ZipFile(io.BytesIO(bundle.body)) as archive:
            archive.extractall(tmp_path / "bundle")
        return tmp_path / "bundle"

    return unpacked


def verify(folder: Path, *arguments: object, without_c2pa: bool = False) -> tuple[int, str]:
    """Run the script of a bundle as whoever got it would: without anything of ours."""
    isolated = ["-I", *(["-S"] if without_c2pa else [])]
    done = subprocess.run(
        [sys.executable, *isolated, folder / "verify.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def sealed(house: House) -> ManifestRecord:
    content = {**house.put("harbour.png", png(7), "image/png"), "operation": "generated"}
    return house.seal(generation({"content": content, "jurisdictions": ["CN"]}, event_id="harbour")).record


def decided_again(house: House) -> str:
    """A publication that was refused, then released on appeal, with the case of the complaint; and its ledger."""
    content = {"id": "letter", "mime": "text/plain", "text": "A letter.\n"}
    data = {"content": content, "jurisdictions": ["CN"], "user": {"id_hash": "a" * 64}}
    uid = house.inspect(publication(data, event_id="letter")).record.event_uid
    house.review(review({"event_uid": uid, "verdict": "refuse", "reviewer": {"id": "r-1"}, "reason": "no"}))
    for number, said in enumerate(({"received_at": "2026-06-01T10:00:00Z"}, {"answered_at": "2026-06-01T11:00:00Z"})):
        about = {"id": "K-1", **said}
        data = {"event_type": "complaint.updated", "jurisdictions": ["CN"], "complaint": about}
        house.keep(activity(data, event_id=f"c{number}"))
    return uid


def found_illegal(house: House) -> str:
    """A publication whose bytes a person found illegal later."""
    user = {"id_hash": "author", "identity": {"status": "verified", "method": "mobile"}}
    content = {"id": "ferry", "mime": "text/plain", "text": "The ferry leaves at seven.\n", "synthetic": "no"}
    record = house.inspect(publication({"content": content, "user": user}, event_id="ferry")).record
    verdict = {"content": {"sha256": record.content.sha256}, "review": {"verdict": "illegal"}}
    event = activity({"event_type": "review.completed", **verdict}, event_id="verdict")
    house.retract.of_activity(event, house.assess(event).record)
    return str(record.event_uid)


def names(bundle: Bundle) -> set[str]:
    return {member.path for member in bundle.members}


def only(made: Bundle | None) -> Bundle:
    assert made is not None
    return made


def test_a_sealed_asset_has_record_manifest_and_the_packs_that_judged_it(house: House, bundling: Bundling) -> None:
    bundle = only(bundling(sealed(house).event_uid))
    assert {"record.json", "manifest.c2pa"} <= names(bundle)
    assert any(path.startswith("packs/cn-deep-synthesis-2023@") for path in names(bundle))
    assert not any(path.startswith("asset") for path in names(bundle))
    assert any("Reference sets" in said for said in bundle.not_held)


def test_an_archive_says_that_it_names_persons_and_by_what(
    house: House, bundling: Bundling, unpacked: Unpacked
) -> None:
    folder = unpacked(only(bundling(sealed(house).event_uid)))
    stored = json.loads((folder / "record.json").read_text())
    readme = (folder / "README.txt").read_text()
    assert "data_subjects" in stored
    assert "Persons are named in it by hashes: account and data_subjects" in readme


def test_a_publication_has_what_persons_decided_and_its_ledger(house: House, bundling: Bundling) -> None:
    assert {"record.json", "reviews/1.json"} <= names(only(bundling(decided_again(house))))


def test_the_cases_of_an_event_come_in_all_their_versions(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    decided_again(house)
    (case,) = {key.split("/")[4] for key in house.records() if key.startswith("v1/cases/")}
    newest = json.loads(house.stored(house.layout.case(case, 2).uri))
    house.assess(activity({"event_type": "complaint.updated", "complaint": {"id": "K-1"}}, event_id="c1"))
    bundle = only(bundling(newest["event_uid"]))
    assert {f"cases/{case}/1.json", f"cases/{case}/2.json"} <= names(bundle)
    code, said = verify(unpacked(bundle))
    assert code == 0, said
    assert "the case K-1 has all its 2 versions" in said


def long_case(house: House, bundling: Bundling) -> Bundle:
    """Evidence about an event of a case that has more versions than one of them names events."""
    for number in range(40):
        said = {"id": "K-2", "received_at": f"2026-06-01T10:{number:02}:00Z"}
        event = activity({"event_type": "complaint.updated", "complaint": said}, event_id=f"long-{number}")
        uid = house.assess(event).record.event_uid
        house.keep(event)
    return only(bundling(uid))


def test_a_case_of_many_versions_is_whole(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    code, said = verify(unpacked(long_case(house, bundling)), without_c2pa=True)
    assert code == 0, said
    assert "the case K-2 has all its 40 versions" in said


def test_a_case_of_which_a_version_was_taken_out_is_found(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    folder = unpacked(long_case(house, bundling))
    gone = next(folder.glob("cases/*/7.json"))
    gone.unlink()
    path = gone.relative_to(folder).as_posix()

    def forget(index: dict[str, Any]) -> None:
        index["members"] = [member for member in index["members"] if member["path"] != path]

    rewrite(folder, "evidence.json", forget, also_index=False)
    code, said = verify(folder, without_c2pa=True)
    assert code == 1
    assert "FAULT  the case K-2 has all its 39 versions" in said


def test_the_same_archive_is_made_each_time(house: House, bundling: Bundling) -> None:
    uid = sealed(house).event_uid
    assert only(bundling(uid)).body == only(bundling(uid)).body


def test_an_event_that_is_not_known_has_none(bundling: Bundling) -> None:
    assert bundling("0" * 64) is None


def test_the_asset_of_a_publication_cannot_be_put_in(house: House, bundling: Bundling) -> None:
    with pytest.raises(AssetRefusedError, match="not stored here"):
        bundling(decided_again(house), with_asset=True)


# The script


def test_it_finds_nothing_wrong_where_nothing_is(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    code, said = verify(unpacked(only(bundling(decided_again(house)))), without_c2pa=True)
    assert code == 0, said
    assert "FAULT" not in said
    assert "decision 1 of a person supersedes the one before it" in said
    assert said.endswith("checks, all hold.\n")


def test_with_the_asset_and_the_library_the_signature_is_checked(
    house: House, bundling: Bundling, unpacked: Unpacked
) -> None:
    bundle = only(bundling(sealed(house).event_uid, with_asset=True))
    assert "asset.png" in names(bundle)
    code, said = verify(unpacked(bundle))
    assert code == 0, said
    assert "the signature fits manifest and asset" in said


def test_without_the_library_it_says_that_the_signature_was_not_checked(
    house: House, bundling: Bundling, unpacked: Unpacked
) -> None:
    code, said = verify(unpacked(only(bundling(sealed(house).event_uid, with_asset=True))), without_c2pa=True)
    assert code == 0, said
    assert "the signature was not checked" in said


def test_an_asset_may_be_given_that_is_not_in_it(
    house: House, bundling: Bundling, unpacked: Unpacked, tmp_path: Path
) -> None:
    record = sealed(house)
    folder = unpacked(only(bundling(record.event_uid)))
    (tmp_path / "asset").write_bytes(house.stored(record.sealed.uri))
    (tmp_path / "other").write_bytes(png(9))
    assert verify(folder, "--asset", tmp_path / "asset")[0] == 0
    code, said = verify(folder, "--asset", tmp_path / "other")
    assert code == 1
    assert "FAULT  the asset is the one that the record names" in said


def rewrite(folder: Path, path: str, change: Callable[[Any], object], *, also_index: bool) -> None:
    """Change a JSON member; with `also_index` as somebody would who knows how the bundle is made."""
    value = json.loads((folder / path).read_bytes())
    change(value)
    (folder / path).write_text(json.dumps(value))
    if also_index:
        reindex(folder, path)


def reindex(folder: Path, path: str) -> None:
    body = (folder / path).read_bytes()

    def change(index: dict[str, Any]) -> None:
        (member,) = (candidate for candidate in index["members"] if candidate["path"] == path)
        member |= {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}

    rewrite(folder, "evidence.json", change, also_index=False)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a member was changed": (
        lambda folder: rewrite(folder, "record.json", lambda it: it.update(decision="allow"), also_index=False),
        "record.json is as it was",
    ),
    "a member is gone": (lambda folder: (folder / "reviews/1.json").unlink(), "reviews/1.json is as it was"),
    "a file was put in": (lambda folder: (folder / "reviews/2.json").write_text("{}"), "nothing was put in"),
    "the record of another event": (
        lambda folder: rewrite(folder, "record.json", lambda it: it.update(event_uid="b" * 64), also_index=True),
        "the record is that of the event",
    ),
    "another event under the same identity": (
        lambda folder: rewrite(folder, "record.json", lambda it: it["event"].update(id="other"), also_index=True),
        "of which this identity is made",
    ),
    "a decision about another event": (
        lambda folder: rewrite(folder, "reviews/1.json", lambda it: it.update(event_uid="b" * 64), also_index=True),
        "decision 1 of a person is about this event",
    ),
    "a decision that supersedes nothing known": (
        lambda folder: rewrite(folder, "reviews/1.json", lambda it: it.update(supersedes="b" * 64), also_index=True),
        "decision 1 of a person supersedes the one before it",
    ),
    "a pack of another version": (
        lambda folder: (
            (pack := next(folder.glob("packs/c2pa@*.yaml"))).write_text("pack: c2pa\nversion: 0.0.1\n"),
            reindex(folder, f"packs/{pack.name}"),
        ),
        "is the one that the record names",
    ),
    "a member outside of the folder": (
        lambda folder: rewrite(
            folder, "evidence.json", lambda it: it["members"][0].update(path="../../secret"), also_index=False
        ),
        "../../secret is as it was",
    ),
    "no index": (lambda folder: (folder / "evidence.json").write_text("{}"), "the bundle cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    plant, said_of_it = FAULTS[fault]
    folder = unpacked(only(bundling(decided_again(house))))
    plant(folder)
    code, said = verify(folder, without_c2pa=True)
    assert code == 1
    assert any(line.startswith("FAULT") and said_of_it in line for line in said.splitlines()), said


LATER: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "a ledger entry of another event": (
        "ledger/0.json",
        lambda it: it.update(event_uid="b" * 64),
        "ledger/0.json counts this event",
    ),
    "a ledger entry by another record": (
        "ledger/0.json",
        lambda it: it.update(record_uri="s3://elsewhere/x"),
        "ledger/0.json counts this event",
    ),
    "a verdict about other bytes": (
        "illegal.json",
        lambda it: it.update(sha256="b" * 64),
        "the bytes that were found illegal are those of this event",
    ),
    "a retraction of another event": (
        "retraction.json",
        lambda it: it.update(event_uid="b" * 64),
        "the retraction is that of this event",
    ),
    "a retraction of another decision": (
        "retraction.json",
        lambda it: it.update(supersedes="b" * 64),
        "the retraction supersedes a decision about this event",
    ),
}


def test_what_was_found_illegal_later_is_in_it(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    bundle = only(bundling(found_illegal(house)))
    assert {"retraction.json", "illegal.json", "ledger/0.json"} <= names(bundle)
    code, said = verify(unpacked(bundle), without_c2pa=True)
    assert code == 0, said


@pytest.mark.parametrize("fault", LATER)
def test_a_fault_in_what_was_found_later_is_found(
    fault: str, house: House, bundling: Bundling, unpacked: Unpacked
) -> None:
    path, change, said_of_it = LATER[fault]
    folder = unpacked(only(bundling(found_illegal(house))))
    rewrite(folder, path, change, also_index=True)
    code, said = verify(folder, without_c2pa=True)
    assert code == 1
    assert f"FAULT  {said_of_it}" in said


def test_a_manifest_of_another_asset_is_found(house: House, bundling: Bundling, unpacked: Unpacked) -> None:
    folder = unpacked(only(bundling(sealed(house).event_uid)))
    (folder / "manifest.c2pa").write_bytes(b"another")
    reindex(folder, "manifest.c2pa")
    code, said = verify(folder, without_c2pa=True)
    assert code == 1
    assert "FAULT  the manifest is the one that the record names" in said


@pytest.fixture
def logged(house: House) -> tuple[Bundling, str]:
    """Who bundles what is in a tile log, and an event that is: its record, and what a person decided about it."""
    uid = decided_again(house)
    logs = TileLogs(store=house.store, bucket="sealstream-records", name="log", keys=(SIGNER.public,), signer=SIGNER)
    log = logs.log("any.publication", 0)
    log.append([Leaf(key=f"v1/records/{number}.json", sha256="0" * 64).entry for number in range(300)])
    for at in (house.layout.record(uid), house.layout.review(uid)):
        log.append([Leaf.of(at, house.stored(at.uri)).entry])
    return Bundling(store=house.store, layout=house.layout, packs=packs_in_use(()), logs=logs), uid


@pytest.mark.parametrize("without_c2pa", [False, True], ids=["with libraries", "with Python alone"])
def test_that_record_and_decisions_are_in_the_tile_log_is_proved_offline(
    logged: tuple[Bundling, str], unpacked: Unpacked, *, without_c2pa: bool
) -> None:
    bundling, uid = logged
    bundle = only(bundling(uid))
    assert {"log/record.tlog-proof", "log/reviews-1.tlog-proof", "log/leaves.json"} <= names(bundle)
    code, said = verify(unpacked(bundle), without_c2pa=without_c2pa)
    assert code == 0, said
    assert "the leaf of record.json is one of the 301 that the checkpoint of log/any.publication/0 is about" in said
    assert ("the checkpoint is signed with this key" in said) is not without_c2pa
    assert ("cryptography is not installed" in said) is without_c2pa
    assert bundling(uid) == bundle, "the log grows, the proof stays"


def test_what_is_in_no_log_is_said_and_so_is_that_there_is_none(
    house: House, logged: tuple[Bundling, str], bundling: Bundling
) -> None:
    uid = sealed(house).event_uid
    assert "record.json is in no tile log." in only(logged[0](uid)).not_held
    assert any("No tile log is configured" in said for said in only(bundling(uid)).not_held)


@pytest.mark.parametrize("what", ["entry", "proof", "key", "signature"])
def test_a_proof_that_proves_something_else_is_found(
    logged: tuple[Bundling, str], unpacked: Unpacked, what: str
) -> None:
    bundling, uid = logged
    folder = unpacked(only(bundling(uid)))
    leaves, proof = folder / "log" / "leaves.json", folder / "log" / "record.tlog-proof"
    told = json.loads(leaves.read_bytes())
    if what == "entry":
        told["record.json"]["entry"] = f"{'0' * 64}  v1/records/0.json"
    elif what == "key":
        told["record.json"]["key"] = STRANGER.public.vkey("log/any.publication/0")
    leaves.write_text(json.dumps(told))
    text = proof.read_text(encoding="utf-8")
    if what == "proof":
        proof.write_text(text.replace("index 300", "index 299"), encoding="utf-8")
    elif what == "signature":
        line = text.splitlines()[-1]
        blob = base64.b64decode(line.split(" ")[2])
        forged = base64.b64encode(blob[:-1] + bytes([blob[-1] ^ 1])).decode()
        proof.write_text(text.replace(line.split(" ")[2], forged), encoding="utf-8")
    index = folder / "evidence.json"
    said = json.loads(index.read_bytes())
    for member in said["members"]:
        body = (folder / member["path"]).read_bytes()
        member.update(sha256=hashlib.sha256(body).hexdigest(), size=len(body))
    index.write_text(json.dumps(said))
    code, printed = verify(folder)
    assert code == 1
    assert "FAULT" in printed
    assert "leaf" in printed.split("FAULT")[1] or "checkpoint" in printed.split("FAULT")[1]
