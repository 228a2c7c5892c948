"""Trouble on demand, and a record of every call; that it behaves like a real store is in the contract tests."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.store import Location, StoreRefusedError, StoreUnavailableError
from pipeline.store.simulator import Call, StoreSimulator

AT = Location("content", "a/b")


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


def create(store: StoreSimulator, at: Location = AT) -> bool:
    return store.create(at, b"body", media_type="text/plain")


def test_every_call_is_tracked_in_order_with_those_that_failed(store: StoreSimulator) -> None:
    store.fail()
    with pytest.raises(StoreUnavailableError):
        create(store)
    store.get(AT)
    store.head(AT)
    store.list_keys("content", "a/", limit=1)
    assert store.calls == (
        Call(operation="create", uri="s3://content/a/b"),
        Call(operation="get", uri="s3://content/a/b"),
        Call(operation="head", uri="s3://content/a/b"),
        Call(operation="list", uri="s3://content/a/"),
    )


def test_an_outage_lasts_until_it_is_over_and_changes_nothing(store: StoreSimulator) -> None:
    create(store)
    store.outage = True
    for call in (
        lambda: create(store, Location("content", "c")),
        lambda: store.get(AT),
        lambda: store.head(AT),
        lambda: store.list_keys("content", "a/", limit=1),
    ):
        with pytest.raises(StoreUnavailableError):
            call()
    store.outage = False
    assert list(store.objects) == [AT]


def test_the_nth_call_fails_before_anything_is_written(store: StoreSimulator) -> None:
    store.fail(2)
    assert create(store, Location("content", "one"))
    with pytest.raises(StoreUnavailableError):
        create(store, Location("content", "two"))
    assert create(store, Location("content", "three"))
    assert {at.key for at in store.objects} == {"one", "three"}


def test_a_lost_answer_hides_a_write_that_happened(store: StoreSimulator) -> None:
    store.lose_answer()
    with pytest.raises(StoreUnavailableError):
        create(store)
    assert list(store.objects) == [AT]
    assert not create(store)


def test_a_bucket_nobody_made_is_refused(store: StoreSimulator) -> None:
    with pytest.raises(StoreRefusedError):
        create(store, Location("elsewhere", "a"))


def test_slow_calls_of_several_threads_overlap(store: StoreSimulator) -> None:
    store.latency = 0.2
    started = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(lambda _: create(store), range(8)))
    assert sorted(won) == [False] * 7 + [True]
    assert 0.2 <= time.monotonic() - started < 1.0
