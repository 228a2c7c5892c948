"""The tree that grows at its edge: its roots, tiles and proofs are those of RFC 6962."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tile_log.proofs import LogTree, leads_to_root, only_grew
from pipeline.tile_log.tree import EMPTY_ROOT, Edge, leaf_hash, tile_path
from tests.unit.tile_log.logs import a_store, leaves, opened, reader, writer

SIZES = (1, 2, 3, 255, 256, 257, 512, 700, 65_700)


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return hashlib.sha256(b"\1" + root_of(hashes[:half]) + root_of(hashes[half:])).digest()


@pytest.mark.parametrize("size", SIZES)
def test_the_root_of_a_grown_tree_is_that_of_its_leaves(size: int) -> None:
    edge = Edge()
    edge.grow(leaves(0, size))
    assert edge.root() == root_of([leaf_hash(entry) for entry in leaves(0, size)])
    assert edge.size == size


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert Edge().root() == EMPTY_ROOT == root_of([])


@pytest.mark.parametrize("size", SIZES)
def test_an_edge_that_is_taken_up_again_grows_as_if_it_had_never_been_put_down(size: int) -> None:
    whole = Edge()
    whole.grow(leaves(0, size))
    again = Edge.at(size, whole.entries, dict(enumerate(whole.levels[1:], start=1)))
    assert again.grow(leaves(size, 300)) == whole.grow(leaves(size, 300))
    assert (again.root(), again.size, again.levels) == (whole.root(), whole.size, whole.levels)


def test_tiles_lie_where_tlog_tiles_has_them() -> None:
    assert tile_path(0, 0) == "tile/0/000"
    assert tile_path(1, 67, 112) == "tile/1/067.p/112"
    assert tile_path(None, 1_234_067) == "tile/entries/x001/x234/067"


def test_full_tiles_come_in_the_order_in_which_they_stand_on_each_other() -> None:
    filled = Edge().grow(leaves(0, 65_536))
    assert [tile.path for tile in filled[-3:]] == ["tile/entries/255", "tile/0/255", "tile/1/000"]
    assert len(filled) == 256 * 2 + 1


def test_an_entry_that_no_bundle_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="65536"):
        Edge().grow([bytes(65_536)])


@pytest.fixture(scope="module")
def tree() -> LogTree:
    store = a_store()
    log = writer(store)
    for first in range(0, 70_000, 3500):
        log.append(leaves(first, 3500))
    return LogTree(reader=reader(store), opened=opened(store))


PAIRS = st.integers(1, 70_000).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


@given(PAIRS)
def test_a_leaf_is_proved_to_be_in_the_log_and_another_one_is_not(tree: LogTree, pair: tuple[int, int]) -> None:
    index, size = pair
    proof, root = tree.inclusion(index, size), tree.root(size)
    leaf = leaf_hash(leaves(index)[0])
    assert leads_to_root(leaf, index, size, proof, root)
    assert not leads_to_root(leaf_hash(leaves(index + 1)[0]), index, size, proof, root)
    assert not leads_to_root(leaf, index, size, (*proof, bytes(32)), root)
    assert not leads_to_root(leaf, size, size, proof, root)
    if proof:
        assert not leads_to_root(leaf, index, size, proof[:-1], root)


@given(PAIRS)
def test_a_log_is_proved_to_have_only_grown(tree: LogTree, pair: tuple[int, int]) -> None:
    first, second = pair
    proof = tree.consistency(first, second)
    roots = tree.root(first), tree.root(second)
    assert only_grew(first, roots[0], second, roots[1], proof)
    assert not only_grew(first, bytes(32), second, roots[1], proof)
    assert not only_grew(second, roots[1], first, roots[0], proof)
    assert not only_grew(first, roots[0], second, roots[1], (*proof, bytes(32)))
    if first:
        assert not only_grew(first, roots[0], second, bytes(32), proof)
