"""`sealstream audit`: what is in the tile log, that it is whole, and what outsiders verify it with."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.store import Location
from pipeline.tile_log import TileLogs
from pipeline.tile_log.signing import InMemorySigner
from tests.unit.cli.typing import Run
from tests.unit.house import House, publication

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BUCKET = "sealstream-records"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "log.pem"
    pem, pkcs8, open_to_all = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(KEY.private_bytes(pem, pkcs8, open_to_all))
    return file


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House, tmp_path: Path, key: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_KEY", str(key))
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda _: house.store)
    monkeypatch.setattr("agents.cli.audit._PAUSE_SECONDS", 0.0)

    return lambda *arguments, command="audit": typed(command, *arguments)


@pytest.fixture
def uid(house: House) -> str:
    """An event that was worked on, and its leaf put into the log."""
    content = {"id": "letter", "mime": "text/plain", "text": "A letter.\n"}
    outcome = house.inspect(publication({"content": content, "jurisdictions": ["CN"]}))
    signer = InMemorySigner(KEY)
    logs = TileLogs(store=house.store, bucket=BUCKET, name=f"sealstream/{BUCKET}", keys=(signer.public,), signer=signer)
    logs.log("sealstream.publication", 1).append([outcome.leaf.entry])
    return str(outcome.record.event_uid)


def take_away(house: House, uid: str) -> None:
    at = house.layout.record(uid)
    house.store._buckets[at.bucket].pop(at.key)


def test_all_is_well_until_a_record_is_taken_away(run: Run, uid: str, house: House, tmp_path: Path) -> None:
    code, out, err = run("records", "--keep", "kept")
    assert code == 0, err
    assert "1 records, 1 leaves, 1 logs." in out
    assert "All records are in a log and as they were." in out
    note = (tmp_path / "kept" / "sealstream.publication.1.checkpoint").read_text(encoding="utf-8")
    assert note.startswith("sealstream/sealstream-records/sealstream.publication/1\n1\n")
    take_away(house, uid)
    code, out, _ = run("records", "--keep", "kept", "--json")
    assert code == 1
    (finding,) = json.loads(out)["findings"]
    assert (finding["kind"], finding["subject"]) == ("record-missing", house.layout.record(uid).key)
    code, out, _ = run("records")
    assert code == 1
    assert "record-missing" in out


def test_a_record_that_only_exists_passes_where_only_that_is_asked(run: Run, uid: str, house: House) -> None:
    at = house.layout.record(uid)
    take_away(house, uid)
    house.store.create(Location(at.bucket, at.key), b"{}", media_type="application/json")
    assert run("records")[0] == 1
    code, out, _ = run("records", "--existence-only")
    assert code == 0
    assert "their digests were not compared" in out


def test_the_proof_of_an_event_is_written_for_others(run: Run, uid: str, tmp_path: Path) -> None:
    code, out, err = run("event", uid, "--out", "proofs", "--json")
    assert code == 0, err
    (proof,) = json.loads(out)["proofs"]
    (file,) = (tmp_path / "proofs").glob("records.*.tlog-proof")
    assert file.read_text(encoding="utf-8") == proof["proof"]
    assert proof["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nsealstream/")
    assert proof["verifier_key"].startswith("sealstream/sealstream-records/sealstream.publication/1+")
    assert "In the log" in run("event", uid)[1]


def test_what_is_in_no_log_has_no_proof_and_what_is_no_event_is_refused(run: Run, house: House) -> None:
    content = {"id": "note", "mime": "text/plain", "text": "A note.\n"}
    record = house.inspect(publication({"content": content, "jurisdictions": ["CN"]})).record
    code, out, _ = run("event", record.event_uid)
    assert code == 1
    assert "In no log" in out
    assert run("event", "0" * 64)[0] == 1
    code, _, err = run("event", "letter")
    assert code == 2
    assert "lookup" in err


def test_outsiders_get_keys_and_files(run: Run, uid: str, tmp_path: Path) -> None:
    code, out, _ = run("logs", "--json")
    assert code == 0
    (log,) = json.loads(out)["logs"]
    assert (log["leaves"], log["batches"]) == (1, 1)
    assert run("logs")[0] == 0
    code, out, _ = run("export", "out", "--json")
    assert code == 0
    assert json.loads(out)["logs"] == {log["origin"]: {"folder": "out/sealstream.publication/1", "key": log["key"]}}
    folder = tmp_path / "out" / "sealstream.publication" / "1"
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    assert files == ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"]


def test_after_the_key_was_changed_what_the_former_one_signed_is_given_with_that_key(
    run: Run, uid: str, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = json.loads(run("logs", "--json")[1])["logs"]
    spki, pem = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
    (tmp_path / "former.pub").write_bytes(KEY.public_key().public_bytes(pem, spki))
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_FORMER_KEYS", str(tmp_path / "former.pub"))
    pkcs8, open_to_all = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(pem, pkcs8, open_to_all))
    (log,) = json.loads(run("logs", "--json")[1])["logs"]
    (audited,) = json.loads(run("records", "--json")[1])["logs"]
    (proof,) = json.loads(run("event", uid, "--json")[1])["proofs"]
    (exported,) = json.loads(run("export", "out", "--json")[1])["logs"].values()
    given = [log["key"], audited["key"], proof["verifier_key"], exported["key"]]
    assert given == [before["key"]] * 4
    assert outsiders_take(before["checkpoint"], before["key"])
    assert log["checkpoint"] == before["checkpoint"]


def outsiders_take(note: str, vkey: str) -> bool:
    """Verify a signed note as C2SP says, by the verifier key alone; not with our own code."""
    name, key_id, encoded = vkey.split("+", 2)
    text, _, signatures = note.partition("\n\n")
    blob = base64.b64decode(signatures.removeprefix(f"— {name} ").strip())
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
    public.verify(blob[4:], f"{text}\n".encode())
    return blob[:4].hex() == key_id


def test_records_from_before_are_adopted(run: Run, house: House, uid: str) -> None:
    content = {"id": "note", "mime": "text/plain", "text": "A note.\n"}
    house.inspect(publication({"content": content, "jurisdictions": ["CN"]}, event_id="before"))
    assert run("records")[0] == 1
    code, out, err = run("adopt")
    assert code == 0, err
    assert "1 records got a leaf." in out
    assert run("records")[0] == 0
    assert json.loads(run("adopt", "--json")[1]) == {"adopted": 0}


def test_without_a_key_it_says_what_to_set_and_a_public_one_is_enough_to_verify(
    run: Run, uid: str, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEALSTREAM_TILE_LOG_KEY")
    code, _, err = run("records")
    assert code == 2
    assert "SEALSTREAM_TILE_LOG_KEY" in err
    public = tmp_path / "log.pub"
    pem, spki = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(KEY.public_key().public_bytes(pem, spki))
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_PUBLIC_KEY", str(public))
    assert run("records")[0] == 0
    assert run("adopt")[0] == 2
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_PUBLIC_KEY", str(key))
    code, _, err = run("records")
    assert code == 2
    assert "is no Ed25519 public key" in err


@pytest.mark.parametrize("body", [b"no key", b""])
def test_a_file_that_is_no_key_is_refused(run: Run, key: Path, body: bytes) -> None:
    key.write_bytes(body)
    code, _, err = run("logs")
    assert code == 2
    assert "is no Ed25519 private key" in err
    key.unlink()
    assert "cannot be read" in run("logs")[2]
