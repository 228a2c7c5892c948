"""Tile logs to test with: over the simulator, with a key that is the same each time and a clock that stands still."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log import LogPlace, TileLog
from pipeline.tile_log.reading import LogReader, OpenedLog
from pipeline.tile_log.signing import InMemorySigner

BUCKET = "sealstream-records"
PLACE = LogPlace(bucket=BUCKET, topic="any.publication", partition=3, name="log.example/records")
SIGNER = InMemorySigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = InMemorySigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def a_store() -> StoreSimulator:
    return StoreSimulator(BUCKET)


def writer(store: StoreSimulator, signer: InMemorySigner = SIGNER) -> TileLog:
    """A worker that takes the log for its own."""
    return TileLog(store, PLACE, signer, lambda: NOON)


def reader(store: StoreSimulator) -> LogReader:
    return LogReader(store=store, place=PLACE, keys=(SIGNER.public,))


def opened(store: StoreSimulator) -> OpenedLog:
    found = reader(store).open()
    assert found is not None
    return found


def leaves(first: int, count: int = 1) -> list[bytes]:
    return [f"{number:064x}  v1/records/{number}.json".encode() for number in range(first, first + count)]


def all_entries(store: StoreSimulator) -> list[bytes]:
    """The leaves of the log, in order, as its batches have them."""
    read = reader(store)
    batches = [read.batch(number) for number in range(1, read.newest() + 1)]
    return [entry.encode() for batch in batches for entry in batch.entries]
