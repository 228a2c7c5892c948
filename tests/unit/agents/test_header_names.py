"""Header names that are not UTF-8 must not stop a partition."""

from collections.abc import Sequence

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder

import agents.kafka
from agents.header_names import LenientRecords

NAMES = ("first", "zz", "third")


def batch(names: Sequence[str], *, offset: int = 0, compression: int = 0) -> bytes:
    """A batch with one record for each name of a header, as aiokafka writes it."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=2**20,
    )
    for number, name in enumerate(names):
        builder.append(number, 0, b"key", b"value", [(name, b"x"), ("ce_id", b"1")])
    return offset.to_bytes(8, "big") + bytes(builder.build())[8:]


def unpacked(fetched: bytes) -> list[tuple[int, bytes, list[tuple[str, bytes]]]]:
    records = LenientRecords(fetched)
    found = []
    while records.has_next():
        taken = records.next_batch()
        assert taken is not None
        found += [(record.offset, record.value, list(record.headers)) for record in taken]
    return found


def test_every_record_comes_out_and_the_odd_name_is_readable() -> None:
    odd = batch(NAMES).replace(b"zz", b"\xff\xfe")
    records = unpacked(odd + batch(["later"], offset=3))
    assert [(offset, value) for offset, value, _ in records] == [
        (0, b"value"),
        (1, b"value"),
        (2, b"value"),
        (3, b"value"),
    ]
    names = [headers[0][0] for _, _, headers in records]
    assert names == ["first", r"\xff\xfe", "third", "later"]
    assert all(headers[1] == ("ce_id", b"1") for _, _, headers in records)


@pytest.mark.parametrize("compression", [0, 1, 3], ids=["plain", "gzip", "lz4"])
def test_ordinary_batches_come_out_as_they_are(compression: int) -> None:
    records = unpacked(batch(NAMES, compression=compression))
    assert [headers[0][0] for _, _, headers in records] == list(NAMES)


def test_an_unfinished_batch_at_the_end_is_left_for_the_next_fetch() -> None:
    assert len(unpacked(batch(NAMES) + batch(NAMES, offset=3)[:-5])) == 3


def test_every_consumer_of_a_worker_is_lenient() -> None:
    assert agents.kafka is not None
    assert fetcher.MemoryRecords is LenientRecords
