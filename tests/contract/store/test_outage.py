"""A real S3 server that dies or freezes: noticed within seconds, and over as soon as it is back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devstack.seaweedfs import SeaweedServer
from pipeline.store import Location, ObjectStore, StoreUnavailableError
from pipeline.store.buckets import create_buckets
from pipeline.store.s3 import S3ObjectStore
from tests.contract.store.conftest import SETTINGS, connect_to

pytestmark = pytest.mark.s3

AT = Location("content", "a/b")
SECONDS = 10.0
CALLS: dict[str, Callable[[ObjectStore], object]] = {
    "get": lambda store: store.get(AT),
    "create": lambda store: store.create(Location("records", "a/c"), b"new", media_type="text/plain"),
    "head": lambda store: store.head(AT),
    "list": lambda store: store.list_keys("content", "a/", limit=1),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SeaweedServer]:
    with SeaweedServer(tmp_path / "seaweedfs") as server:
        yield server


@pytest.fixture
def store(server: SeaweedServer) -> ObjectStore:
    connection = connect_to(server, server.directory)
    create_buckets(connection, SETTINGS)
    store = S3ObjectStore(connection, locked_buckets=frozenset({"records"}))
    assert store.create(AT, b"kept", media_type="text/plain")
    return store


def assert_every_call_fails_soon(store: ObjectStore) -> None:
    def seconds_until_failure(call: Callable[[ObjectStore], object]) -> float:
        started = time.monotonic()
        with pytest.raises(StoreUnavailableError):
            call(store)
        return time.monotonic() - started

    with ThreadPoolExecutor(len(CALLS)) as threads:
        taken = dict(zip(CALLS, threads.map(seconds_until_failure, CALLS.values()), strict=True))
    assert max(taken.values()) < SECONDS, taken


def assert_it_works_again(store: ObjectStore) -> None:
    """With the same store object, within seconds, and with what was stored before."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            for call in CALLS.values():
                call(store)
        except StoreUnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            break
    assert store.require(AT).body == b"kept"


def test_a_killed_server_is_noticed_and_forgotten(server: SeaweedServer, store: ObjectStore) -> None:
    server.kill()
    assert_every_call_fails_soon(store)
    server.start()
    assert_it_works_again(store)


def test_a_frozen_server_is_noticed_and_forgotten(server: SeaweedServer, store: ObjectStore) -> None:
    server.pause()
    assert_every_call_fails_soon(store)
    server.resume()
    assert_it_works_again(store)
