"""The contract of the port, held against the simulator and a real S3 server alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.store import Location, ObjectStore, ObjectTooLargeError, StoredObject, StoreRefusedError
from pipeline.store.connection import S3Connection
from pipeline.store.port import ObjectHead
from pipeline.store.s3 import S3ObjectStore

Place = Callable[..., Location]
WRITERS = 4
TURNS = 5  # a real server takes about a second to settle one race


def create(store: ObjectStore, at: Location, body: bytes = b"body") -> bool:
    return store.create(at, body, media_type="text/plain")


def test_an_object_comes_back_with_its_bytes_media_type_and_metadata(store: ObjectStore, at: Place) -> None:
    metadata = {"event-uid": "ab12", "note": 'two words, "quoted"; 100 %'}
    assert store.create(at(), b"\x00\xff body", media_type="image/svg+xml; charset=utf-8", metadata=metadata)
    assert store.get(at()) == StoredObject(
        media_type="image/svg+xml; charset=utf-8", metadata=metadata, size=7, body=b"\x00\xff body"
    )


@pytest.mark.parametrize("size", [0, 1, 2**20 + 1, 9 * 2**20])
def test_objects_of_any_size_come_back_whole(store: ObjectStore, at: Place, size: int) -> None:
    body = bytes(range(251)) * (size // 251) + bytes(size % 251)
    assert create(store, at(), body)
    assert store.require(at()).body == body


@pytest.mark.parametrize("bucket", ["content", "records"])
def test_what_is_there_is_never_overwritten(store: ObjectStore, at: Place, bucket: str) -> None:
    assert create(store, at(bucket=bucket), b"first")
    assert not create(store, at(bucket=bucket), b"second")
    assert store.require(at(bucket=bucket)).body == b"first"


def test_of_writers_at_the_same_time_exactly_one_wins(store: ObjectStore, at: Place) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        for turn in range(TURNS):
            place = at(str(turn))
            won = list(threads.map(lambda n, place=place: create(store, place, b"%d" % n), range(WRITERS)))
            assert won.count(True) == 1
            assert store.require(place).body == b"%d" % won.index(True)


def test_two_writers_of_one_record_are_told_apart(store: ObjectStore, at: Place) -> None:
    with ThreadPoolExecutor(2) as threads:
        for turn in range(TURNS):
            place = at(str(turn), "records")
            won = list(threads.map(lambda n, place=place: create(store, place, b"%d" % n), range(2)))
            assert sorted(won) == [False, True]
            assert store.require(place).body == b"%d" % won.index(True)


def test_an_object_that_is_not_there_is_none(store: ObjectStore, at: Place) -> None:
    assert store.get(at()) is None
    assert store.head(at()) is None


def test_a_written_object_is_there_at_once(store: ObjectStore, at: Place) -> None:
    assert store.get(at()) is None
    create(store, at())
    assert store.get(at()) is not None
    assert store.list_keys("content", at().key.rpartition("/")[0] + "/", limit=5) == (at().key,)


def test_the_head_says_what_the_object_says_without_its_bytes(store: ObjectStore, at: Place) -> None:
    store.create(at(), b"body", media_type="image/png", metadata={"event-uid": "ab12"})
    head = store.head(at())
    assert head is not None
    assert (head.media_type, head.metadata, head.size) == ("image/png", {"event-uid": "ab12"}, 4)


def test_an_object_of_the_largest_size_is_read(store: ObjectStore, at: Place) -> None:
    create(store, at(), b"1234")
    assert store.require(at()).body == b"1234"
    found = store.get(at(), max_bytes=4)
    assert found is not None
    assert found.body == b"1234"


def test_a_larger_object_is_refused_and_the_store_goes_on(store: ObjectStore, at: Place) -> None:
    create(store, at(), b"x" * 3 * 2**20)
    for _ in range(5):
        with pytest.raises(ObjectTooLargeError) as refusal:
            store.get(at(), max_bytes=2**20)
        assert (refusal.value.size, refusal.value.limit) == (3 * 2**20, 2**20)
    assert create(store, at("next"))


def test_keys_are_listed_in_order_below_whole_segments_up_to_the_limit(store: ObjectStore, at: Place) -> None:
    names = ["b/2", "b/10", "b/1", "b/1.c2pa", "b/1-x", "b/sub/1", "bc/1", "a/1"]
    for name in names:
        create(store, at(name))
    folder = at("b").key
    expected = tuple(f"{folder}/{name}" for name in ["1", "1-x", "1.c2pa", "10", "2", "sub/1"])
    assert store.list_keys("content", f"{folder}/", limit=100) == expected
    assert store.list_keys("content", f"{folder}/", limit=4) == expected[:4]
    assert store.list_keys("content", at("none").key + "/", limit=4) == ()


@pytest.mark.parametrize(
    "name", ["two words.png", "ü/日本.png", "100%.png", "a%2Fb", "a+b&c=d;e", "q?x#y", "~'()*!@$,:"]
)
def test_unusual_keys_of_producers_name_the_same_object_everywhere(store: ObjectStore, at: Place, name: str) -> None:
    assert create(store, at(name), name.encode())
    assert store.require(at(name)).body == name.encode()
    assert store.head(at(name)) is not None
    folder = at("x").key.removesuffix("x")
    assert store.list_keys("content", folder, limit=5) == (at(name).key,)


def test_a_missing_bucket_is_a_refusal_and_no_missing_object(store: ObjectStore) -> None:
    nowhere = Location("nobody-made-this", "a/b")
    for call in (
        lambda: create(store, nowhere),
        lambda: store.get(nowhere),
        lambda: store.head(nowhere),
        lambda: store.list_keys(nowhere.bucket, "a/", limit=1),
    ):
        with pytest.raises(StoreRefusedError):
            call()


def test_many_threads_may_share_one_store(store: ObjectStore, at: Place) -> None:
    def roundtrip(number: int) -> bool:
        place, body = at(str(number)), b"%d" % number * 1000
        return create(store, place, body) and store.require(place).body == body

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(roundtrip, range(200)))


@pytest.mark.s3
def test_a_file_name_in_chinese_that_a_producer_stored_keeps_nobody_from_the_object(
    connection: S3Connection, at: Place
) -> None:
    place, store = at(), S3ObjectStore(connection)
    connection.client.put_object(
        Bucket=place.bucket,
        Key=place.key,
        Body=b"body",
        ContentType="image/png",
        ContentDisposition='attachment; filename="标题.png"',
    )
    assert store.require(place) == StoredObject(media_type="image/png", metadata={}, size=4, body=b"body")
    assert store.head(place) == ObjectHead(media_type="image/png", metadata={}, size=4)
