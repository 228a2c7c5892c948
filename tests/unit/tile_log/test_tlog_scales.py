"""A library of others (tlog-scales) reads the logs, accepts them, and finds what is changed in them."""

from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, InclusionProofInvalid

from pipeline.tile_log.exporting import exported
from pipeline.tile_log.tree import tile_path
from tests.unit.tile_log.logs import PLACE, SIGNER, STRANGER, a_store, leaves, opened, reader, writer

SIZE = 1500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with full tiles and begun ones, as `sealstream audit export` writes it."""
    store = a_store()
    log = writer(store)
    for first in range(0, SIZE, 100):
        log.append(leaves(first, 100))
    for path, body in exported(reader(store), opened(store)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    return tmp_path


def read(folder: Path) -> tuple[TilesReader, Checkpoint]:
    log = TilesReader(LocalBackend(folder))
    return log, log.get_checkpoint()


def test_it_accepts_signature_root_every_leaf_and_growth(folder: Path) -> None:
    log, checkpoint = read(folder)
    checkpoint.verify(Vkey.from_string(SIGNER.public.vkey(PLACE.origin)))
    assert (checkpoint.origin, checkpoint.size) == (PLACE.origin, SIZE)
    assert log.calculate_root_hash() == checkpoint.root_hash
    for index in range(SIZE):
        assert log.get_entry(index) == leaves(index)[0]
        log.get_inclusion_proof(index, SIZE).check(leaf_hash(leaves(index)[0]), checkpoint.root_hash)
    for size in (1, 100, 256, 777, 1499):
        log.get_consistency_proof(size, SIZE).check(log.mth(0, size), checkpoint.root_hash)


def test_it_refuses_the_key_of_somebody_else(folder: Path) -> None:
    _, checkpoint = read(folder)
    with pytest.raises(RuntimeError, match="no signature"):
        checkpoint.verify(Vkey.from_string(STRANGER.public.vkey(PLACE.origin)))


def test_it_finds_an_entry_that_was_changed(folder: Path) -> None:
    bundle = folder / tile_path(None, 2)
    bundle.write_bytes(bundle.read_bytes().replace(b"v1/records/600.json", b"v1/records/601.json"))
    log, checkpoint = read(folder)
    with pytest.raises(InclusionProofInvalid):
        log.get_inclusion_proof(600, SIZE).check(leaf_hash(log.get_entry(600)), checkpoint.root_hash)


def test_it_finds_a_tile_that_was_changed(folder: Path) -> None:
    tile = folder / tile_path(0, 2)
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    log, checkpoint = read(folder)
    with pytest.raises(InclusionProofInvalid):
        log.get_inclusion_proof(600, SIZE).check(leaf_hash(log.get_entry(600)), checkpoint.root_hash)


def test_it_finds_a_leaf_that_was_taken_out(folder: Path) -> None:
    bundle = folder / tile_path(None, 2)
    entry = leaves(600)[0]
    bundle.write_bytes(bundle.read_bytes().replace(len(entry).to_bytes(2, "big") + entry, b""))
    log, checkpoint = read(folder)
    with pytest.raises(InclusionProofInvalid):
        log.get_inclusion_proof(600, SIZE).check(leaf_hash(log.get_entry(600)), checkpoint.root_hash)
