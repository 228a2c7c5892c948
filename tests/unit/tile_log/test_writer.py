"""Adding leaves: whatever is interrupted, and whoever else writes, there is one log, and every leaf is in it."""

import contextlib
import itertools
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BugError, WorldError
from pipeline.store.location import Location
from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log import LogFaultError, TileLog
from pipeline.tile_log.tree import tile_path
from tests.unit.tile_log.logs import NOON, PLACE, SIGNER, STRANGER, a_store, all_entries, leaves, opened, reader, writer


def test_leaves_are_in_the_log_in_the_order_in_which_they_came() -> None:
    store = a_store()
    log = writer(store)
    first = log.append(leaves(0, 3))
    second = log.append(leaves(3, 300))
    assert first is not None
    assert second is not None
    assert (first.size, second.size) == (3, 303)
    assert all_entries(store) == leaves(0, 303)
    assert opened(store).checkpoint == second


def test_whoever_takes_a_log_up_goes_on_where_it_ends() -> None:
    store = a_store()
    for number in range(600):
        if number % 37 == 0:
            log = writer(store)
        log.append(leaves(number))
    assert all_entries(store) == leaves(0, 600)
    assert opened(store).edge.size == 600


def test_two_owners_of_a_partition_make_one_log() -> None:
    store = a_store()
    owner, other = writer(store), writer(store)
    owner.append(leaves(0, 5))
    other.append(leaves(5, 2))
    owner.append(leaves(7, 3))
    for round_of in range(12):  # one sleeps meanwhile
        other.append(leaves(100 + 100 * round_of, 100))
    owner.append(leaves(10, 1))
    assert sorted(all_entries(store)) == sorted([*leaves(0, 11), *leaves(100, 1200)])
    assert opened(store).checkpoint.size == 1211
    log = reader(store)
    assert [log.batch(number).number for number in range(1, log.newest() + 1)] == list(range(1, 17))


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 200), st.sampled_from(["ok", "fail", "lose"])), max_size=12)
)
def test_whatever_two_owners_meet_no_checkpoint_is_inconsistent_with_another(
    story: list[tuple[int, int, str]],
) -> None:
    store = a_store()
    owners = [writer(store), writer(store)]
    expected: list[bytes] = []
    for number, (who, count, trouble) in enumerate(story):
        entries = leaves(1000 * number, count)
        expected += entries
        {"ok": lambda: None, "fail": store.fail, "lose": store.lose_answer}[trouble]()
        for _ in range(3):
            try:
                owners[who].append(entries)
            except LogFaultError:
                raise
            except WorldError:
                continue
            break
    assert all_entries(store) == expected, "each leaf once, none lost"
    if expected:
        assert opened(store).edge.size == len(expected), "every batch leads to the root that its checkpoint signs"


def until_it_works(call: Callable[[], object]) -> None:
    while True:
        with contextlib.suppress(WorldError):
            call()
            return


def test_whichever_call_of_the_store_is_interrupted_every_leaf_is_in_the_log_once() -> None:
    for answer_lost in (False, True):
        for call in itertools.count(1):
            store = a_store()
            log = writer(store)
            log.append(leaves(0, 250))
            (store.lose_answer if answer_lost else store.fail)(call)
            before = len(store.calls)
            for first, count in ((250, 300), (550, 20)):
                until_it_works(partial(log.append, leaves(first, count)))
                until_it_works(log.settle)
            if len(store.calls) - before < call:
                break
            assert all_entries(store) == leaves(0, 570)
            assert tile_path(0, 1) in {at.key.removeprefix(PLACE.prefix) for at in store.objects}
        assert call > 4, "there were calls to interrupt"


def test_a_crash_before_the_tiles_are_written_is_made_good_by_whoever_comes_next() -> None:
    store = a_store()
    log = writer(store)
    log.append(leaves(0, 700))  # and dies, without `settle`
    assert not any("/tile/" in at.key for at in store.objects)
    assert opened(store).edge.size == 700, "a reader needs no tiles for what the newest batch filled"
    writer(store).append(leaves(700))
    tiles = {at.key.removeprefix(PLACE.prefix) for at in store.objects if "/tile/" in at.key}
    assert tiles == {"tile/0/000", "tile/0/001", "tile/entries/000", "tile/entries/001"}
    assert opened(store).edge.size == 701


def test_nothing_is_written_over_and_an_event_costs_its_share_of_one_batch() -> None:
    store = a_store()
    log = writer(store)
    log.append(leaves(0, 1))
    begun = len(store.calls)
    log.append(leaves(1, 100))
    assert [call.operation for call in store.calls[begun:]] == ["create"]


def test_the_same_leaf_is_not_added_again_by_whoever_takes_the_partition_over() -> None:
    store = a_store()
    writer(store).append(leaves(0, 10))
    assert writer(store).append(leaves(0, 10)) is None
    again = writer(store).append(leaves(8, 4))
    assert again is not None
    assert again.size == 12


def replaced(store: StoreSimulator, key: str, change: bytes | None) -> None:
    """What nobody can do by way of the port: another object in the place of one, or none."""
    objects = store._buckets[PLACE.bucket]
    stored = objects.pop(PLACE.prefix + key)
    if change is not None:
        objects[PLACE.prefix + key] = type(stored)(
            media_type=stored.media_type, metadata=stored.metadata, size=len(change), body=change
        )


def batch_key(number: int) -> str:
    return PLACE.batch(number).key.removeprefix(PLACE.prefix)


def body_of(store: StoreSimulator, key: str) -> bytes:
    return next(stored.body for at, stored in store.objects.items() if at.key == PLACE.prefix + key)


@pytest.fixture
def written() -> StoreSimulator:
    store = a_store()
    log = writer(store)
    log.append(leaves(0, 600))
    log.append(leaves(600, 5))
    log.append(leaves(605, 5))
    return store


@pytest.mark.parametrize("what", ["strange", "leaf", "checkpoint", "stranger", "tile", "no tile", "no batch", "noise"])
def test_nothing_is_added_to_a_log_that_is_not_what_was_written(written: StoreSimulator, what: str) -> None:
    newest = body_of(written, batch_key(3))
    if what == "leaf":
        replaced(written, batch_key(2), body_of(written, batch_key(2)).replace(b"v1/records/602", b"v1/records/999"))
    elif what == "checkpoint":
        replaced(written, batch_key(3), newest.replace(b"610", b"611"))
    elif what == "stranger":
        other = a_store()
        log = TileLog(other, PLACE, STRANGER, lambda: NOON)
        for first, count in ((0, 600), (600, 5), (605, 5)):
            log.append(leaves(first, count))
        replaced(written, batch_key(3), body_of(other, batch_key(3)))
    elif what == "tile":
        tile = body_of(written, "tile/0/001")
        replaced(written, "tile/0/001", tile[:32] + bytes(32) + tile[64:])
    elif what == "no tile":
        replaced(written, "tile/0/000", None)
    elif what == "strange":
        written.create(Location(PLACE.bucket, f"{PLACE.batches}0"), b"", media_type="text/plain")
    elif what == "no batch":
        replaced(written, batch_key(2), None)
    else:
        replaced(written, batch_key(3), b"noise")
    before = written.objects
    with pytest.raises(LogFaultError, match=r"log\.example/records/any\.publication/3"):
        writer(written).append(leaves(610))
    assert written.objects == before


def test_a_log_set_back_to_an_earlier_checkpoint_meets_the_tiles_that_were_filled_since(
    written: StoreSimulator,
) -> None:
    writer(written).append(leaves(610, 300))
    writer(written).append(leaves(910, 1))
    for number in (4, 5):
        replaced(written, batch_key(number), None)
    log = writer(written)
    log.append(leaves(5000, 200))  # a fork, which nobody can see yet
    with pytest.raises(LogFaultError, match="another tile/entries/002 lies there"):
        log.settle()


def test_a_batch_has_leaves_and_not_too_many() -> None:
    for count in (0, 4097):
        with pytest.raises(BugError):
            writer(a_store()).append(leaves(0, count))


def test_after_the_key_was_changed_the_log_goes_on_where_the_former_one_is_named() -> None:
    store = a_store()
    writer(store).append(leaves(0, 3))
    with pytest.raises(LogFaultError, match="no signature of a key that is known here"):
        writer(store, STRANGER).append(leaves(3))
    changed = TileLog(store, PLACE, STRANGER, lambda: NOON, former=(SIGNER.public,))
    checkpoint = changed.append(leaves(3))
    assert checkpoint is not None
    assert checkpoint.size == 4
