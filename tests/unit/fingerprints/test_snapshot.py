"""Snapshots as bytes: what is written is read back, and nothing else is believed, whatever the bytes are."""

import hashlib
import random

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import snapshot as module
from pipeline.fingerprints.columns import Columns
from pipeline.fingerprints.snapshot import (
    LastRecord,
    Part,
    SnapshotDocument,
    columns_in,
    document_bytes,
    document_in,
    parts_of,
)

LAST = LastRecord.of(41, b"key", b"value")


def columns(count: int) -> Columns:
    chance = random.Random(count)
    return Columns.of(
        chance.randbytes(32 * count),
        chance.randbytes(32 * count),
        5,
        np.arange(20_000, 20_000 + count, dtype=np.uint16),
    )


def told(columns: Columns) -> tuple[bytes, bytes, list[int]]:
    return columns.codes.tobytes(), columns.keys.tobytes(), columns.days.tolist()


def test_codes_of_every_kind_are_read_back_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_ROWS", 4)
    texts, pictures = columns(10), columns(3)
    parts = list(parts_of({"text": texts, "image": pictures, "audio": columns(0)}))
    assert [(part_bytes.part.kind, part_bytes.part.count) for part_bytes in parts] == [
        ("text", 4),
        ("text", 4),
        ("text", 2),
        ("image", 3),
    ]
    read = [columns_in(part_bytes.part, part_bytes.body, lot=9, since=0) for part_bytes in parts]
    assert b"".join(part_columns.codes.tobytes() for part_columns in read[:3]) == texts.codes.tobytes()
    assert told(read[3]) == told(pictures)
    assert read[3].lots.tolist() == [9, 9, 9]


def test_a_part_is_32_bytes_of_code_32_of_key_and_two_of_day_for_each() -> None:
    (part_bytes,) = parts_of({"image": columns(2)})
    code, key, days = told(columns(2))
    assert days == [20_000, 20_001]
    assert part_bytes.body == code + key + bytes([0x20, 0x4E, 0x21, 0x4E])
    assert part_bytes.part == Part(kind="image", count=2, sha256=hashlib.sha256(part_bytes.body).hexdigest())


def test_what_was_sealed_too_long_ago_is_left_out() -> None:
    (part_bytes,) = parts_of({"image": columns(5)})
    assert columns_in(part_bytes.part, part_bytes.body, lot=1, since=20_003).days.tolist() == [20_003, 20_004]


@given(st.data())
def test_a_part_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    (part_bytes,) = parts_of({"image": columns(3)})
    place = data.draw(st.integers(0, len(part_bytes.body) - 1))
    body = bytearray(part_bytes.body)
    body[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="has not the bytes"):
        columns_in(part_bytes.part, bytes(body), lot=1, since=0)


@given(st.binary(max_size=300), st.integers(1, 4))
def test_bytes_of_another_length_are_refused_even_with_their_own_digest(body: bytes, count: int) -> None:
    part = Part(kind="text", count=count, sha256=hashlib.sha256(body).hexdigest())
    if len(body) == part.size:
        return
    with pytest.raises(ValueError, match="has not the bytes"):
        columns_in(part, body, lot=1, since=0)


def document(**changes: object) -> bytes:
    (part_bytes,) = parts_of({"image": columns(3)})
    made = document_bytes(SnapshotDocument(topic="t.manifests", partition=3, last=LAST, parts=(part_bytes.part,)))
    return msgspec.json.encode({**msgspec.json.decode(made), **changes})


def test_a_document_is_read_back() -> None:
    read = document_in(document(), topic="t.manifests", partition=3)
    assert (read.last, read.partition, len(read.parts)) == (LAST, 3, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\x80\x04\x95",
        document(version=2),
        document(topic="other.manifests"),
        document(partition=4),
        document(partition=-1),
        document(last={"offset": -1, "sha256": "0" * 64}),
        document(last={"offset": 2**63, "sha256": "0" * 64}),
        document(parts=[{"kind": "image", "count": 2**40, "sha256": "0" * 64}]),
        document(parts=[{"kind": "smell", "count": 1, "sha256": "0" * 64}]),
        document(parts=[{"kind": "image", "count": 1, "sha256": "../secret"}]),
        document(parts=[{"kind": "image", "count": 1, "sha256": "0" * 64}] * 8193),
        document(more="members"),
    ],
)
def test_what_is_no_document_of_this_partition_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's errors, each with words of its own
        document_in(body, topic="t.manifests", partition=3)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_worse(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        document_in(body, topic="t.manifests", partition=3)


def test_the_last_record_is_told_by_key_and_value() -> None:
    assert LastRecord.of(41, b"key", b"other") != LAST
    assert LastRecord.of(41, b"keyv", b"alue") != LAST
    assert LastRecord.of(41, None, None) == LastRecord.of(41, b"", b"")
