"""How a run divides its files among workers."""

from pathlib import Path

from tests import lanes

BROKER, FAMILIES, MEDIA, UNIT = (
    "tests/broker/test_people.py",
    "tests/media/test_families.py",
    "tests/media/test_copies_matrix.py",
    "tests/unit/test_errors.py",
)


def test_a_worker_takes_its_own_kind_first_and_then_what_is_left() -> None:
    files = [UNIT, BROKER, MEDIA, FAMILIES]
    assert lanes.next_of(files, waiting=True) == BROKER
    assert lanes.next_of([UNIT, MEDIA], waiting=True) == MEDIA
    assert lanes.next_of([BROKER], waiting=False) == BROKER


def test_what_takes_long_to_compute_is_begun_first() -> None:
    files = [UNIT, BROKER, MEDIA, FAMILIES]
    taken = []
    while files:
        taken.append(lanes.next_of(files, waiting=False))
        files.remove(taken[-1])
    assert taken == [FAMILIES, MEDIA, UNIT, BROKER]


def test_some_worker_waits_however_few_there_are_and_most_compute() -> None:
    assert [lanes.waits_first(f"gw{number}") for number in range(4)] == [True, False, False, True]
    assert lanes.workers() >= 2


def test_what_is_named_is_there() -> None:
    root = Path(__file__).parents[2]
    assert all((root / name).exists() for name in (*lanes.WAITING, *lanes.LONG, BROKER, FAMILIES, MEDIA, UNIT))
