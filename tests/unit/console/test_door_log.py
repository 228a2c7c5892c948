"""The log of records, as outsiders read it at the public doors: with a client of others, while the log grows."""

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash

from agents.door_settings import DoorSettings
from console.doors.app import doors_application
from console.doors.opening import logs_shown
from console.doors.parts import Doors
from pipeline.errors import OperatorError
from pipeline.events.identity import event_uid
from pipeline.settings import StoreSettings
from pipeline.store import Layout, Location
from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log import Leaf, TileLogs
from pipeline.tile_log.exporting import exported
from pipeline.tile_log.serving import ServedLog
from pipeline.tile_log.tree import tile_path
from tests.unit.tile_log.logs import BUCKET, PLACE, SIGNER, a_store, leaves, opened, reader, writer

AT = f"/log/{PLACE.topic}/{PLACE.partition}"
BOTH = "log,log-entries"
nothing: Any = None


def doors(store: StoreSimulator, named: str = BOTH, **settings: Any) -> TestClient:
    """A browser before doors that show the logs of a store."""
    logs = TileLogs(store=store, bucket=BUCKET, name=PLACE.name, keys=(SIGNER.public,))
    parts = Doors.of(
        DoorSettings(**{"open": named, "requests_a_minute": 100_000, **settings}), nothing, nothing, logs=logs
    )
    return TestClient(doors_application(parts), base_url="http://127.0.0.1:8788")


class OverHttp:
    """What a client of others reads by."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, *path: str) -> bytes | None:
        answer = self.client.get("/".join((AT, *path)))
        return answer.content if answer.status_code == 200 else None


@pytest.fixture
def store() -> StoreSimulator:
    store = a_store()
    log = writer(store)
    for first in range(0, 700, 100):
        log.append(leaves(first, 100))
    return store


def test_a_client_of_others_verifies_the_log_and_that_it_grew(store: StoreSimulator) -> None:
    client = OverHttp(doors(store))
    first = TilesReader(client)
    before = first.get_checkpoint()
    (shown,) = client.client.get("/log.json").json()["logs"]
    assert (shown["origin"], shown["path"]) == (PLACE.origin, f"{AT}/")
    before.verify(Vkey.from_string(shown["keys"][0]))
    assert (before.size, before.root_hash) == (700, first.calculate_root_hash())
    for index in (0, 255, 256, 511, 512, 699):
        assert first.get_entry(index) == leaves(index)[0]
        first.get_inclusion_proof(index, 700).check(leaf_hash(leaves(index)[0]), before.root_hash)
    writer(store).append(leaves(700, 1000))
    second = TilesReader(OverHttp(doors(store)))
    after = second.get_checkpoint()
    assert after.size == 1700
    second.get_consistency_proof(700, 1700).check(before.root_hash, after.root_hash)


def test_what_is_full_and_what_is_begun_never_changes_and_may_be_kept_and_the_checkpoint_may_not(
    store: StoreSimulator,
) -> None:
    client = doors(store)
    tiles = [tile_path(level, index, width) for level, index, width in ((0, 0, 256), (0, 2, 188), (None, 2, 7))]
    for path in tiles:
        answer = client.get(f"{AT}/{path}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["access-control-allow-origin"] == "*"
    before = [client.get(f"{AT}/{path}").content for path in tiles]
    writer(store).append(leaves(700, 600))
    assert [doors(store).get(f"{AT}/{path}").content for path in tiles] == before
    answer = client.get(f"{AT}/checkpoint")
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/003", "tile/0/002", "tile/0/002.p/189", "tile/0/002.p/256", "tile/0/002.p/0", "tile/0/000.p/007"),
        *("tile/0/2.p/1", "tile/0/x000/002.p/1", "tile/0/x002.p/1", "tile/1/000", "tile/7/000.p/1", "tile/entries/003"),
        *("tile/0/999999", "batches/000000000001.json", "tile/entries/"),
    ],
)
def test_what_a_log_has_not_and_what_is_written_otherwise_is_not_there(store: StoreSimulator, path: str) -> None:
    client = doors(store)
    assert client.get(f"{AT}/checkpoint").status_code == 200
    assert client.get(f"{AT}/{path}").status_code == 404


@pytest.mark.parametrize("at", ["/log/other/0", f"/log/{PLACE.topic}/4", "/log/%2E%2E/0", f"/log/{'a' * 300}/0"])
def test_a_log_that_strangers_make_up_is_not_there(store: StoreSimulator, at: str) -> None:
    assert doors(store).get(f"{at}/checkpoint").status_code == 404


def test_hashes_are_shown_without_what_leaves_say_and_both_are_shut_unless_they_are_named(
    store: StoreSimulator,
) -> None:
    client = doors(store, "log")
    assert client.get(f"{AT}/tile/0/000").status_code == 200
    assert client.get(f"{AT}/tile/entries/000").status_code == 404
    assert "/log.json" in client.get("/openapi.json").json()["paths"]
    shut = doors(store, ",".join(DoorSettings().open))
    assert [shut.get(path).status_code for path in ("/log.json", f"{AT}/checkpoint", f"{AT}/tile/0/000")] == [404] * 3


def test_a_leaf_is_a_digest_and_a_key_that_is_made_of_digests() -> None:
    layout, uid = Layout(content_bucket="sealstream", records_bucket=BUCKET), event_uid("/of jane", "holiday of jane")
    for at in (layout.record(uid), layout.review(uid), layout.review(uid, 2), layout.retraction(uid)):
        said = Leaf.of(at, b'{"content": "holiday of jane"}').entry.decode()
        pattern = (
            r"[0-9a-f]{64}  v1/(records|reviews|retractions)/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(/[0-9]{8})?\.json"
        )
        assert re.fullmatch(pattern, said), said


def test_who_asks_too_often_is_told_so(store: StoreSimulator) -> None:
    client = doors(store, requests_a_minute=2)
    answers = [client.get(f"{AT}/tile/0/000") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"]


def test_strangers_do_not_make_the_store_be_asked_for_news_more_than_once_a_second(store: StoreSimulator) -> None:
    now = [0.0]
    log = ServedLog(reader=reader(store), clock=lambda: now[0])
    assert log.checkpoint()
    store._calls.clear()
    for _ in range(50):
        assert log.checkpoint()
        assert log.tile(0, 9) is None
        assert log.tile(0, 2, 188)
    assert not store.calls
    now[0] = 1.0
    log.checkpoint()
    assert len(store.calls) == 1


def test_while_it_is_served_the_log_grows_and_what_is_served_is_what_would_be_exported(store: StoreSimulator) -> None:
    now = [0.0]
    log = ServedLog(reader=reader(store), clock=lambda: now[0])
    size = 700
    for step in (1, 55, 12, 300, 4000):
        writer(store).append(leaves(size, step))
        size += step
        now[0] += 1.0
        assert log.checkpoint() == opened(store).batch.checkpoint
        for path, body in exported(reader(store), opened(store)):
            found = re.fullmatch(r"tile/(entries|[0-9])/([0-9]{3})(?:\.p/([0-9]+))?", path)
            if found:
                level = None if found[1] == "entries" else int(found[1])
                assert log.tile(level, int(found[2]), int(found[3] or 256)) == body, path


def test_a_log_that_is_not_what_was_written_is_not_shown_and_strangers_are_told_no_more(store: StoreSimulator) -> None:
    at = PLACE.batch(7)
    body = store._buckets[BUCKET].pop(at.key).body.replace(b"v1/records/650.json", b"v1/records/651.json")
    store.create(Location(BUCKET, at.key), body, media_type="application/json")
    answer = doors(store).get(f"{AT}/checkpoint")
    assert answer.status_code == 503
    assert PLACE.origin not in answer.text


def test_the_doors_take_the_public_key_alone_and_say_so_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "log.pem", tmp_path / "log.pub"
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(*form))
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_KEY", str(private))
    for named in ("log", "log-entries"):
        with pytest.raises(OperatorError, match="public key is not configured"):
            logs_shown(DoorSettings(open=named), StoreSettings(), a_store())
    monkeypatch.setenv("SEALSTREAM_TILE_LOG_PUBLIC_KEY", str(public))
    logs = logs_shown(DoorSettings(open="log"), StoreSettings(), a_store())
    assert logs is not None
    assert logs.signer is None
    assert logs_shown(DoorSettings(), StoreSettings(), a_store()) is None
