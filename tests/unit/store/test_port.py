"""What the port promises whatever the implementation does: checked arguments, and nothing but error families."""

from collections.abc import Callable, Mapping

import pytest

from pipeline.errors import AssetRefusedError, BugError
from pipeline.store import Location, ObjectHead, ObjectStore, ObjectTooLargeError, StoreUnavailableError
from pipeline.store.port import OpenObject
from pipeline.store.simulator import StoreSimulator

AT = Location("content", "a/b")

CALLS: list[Callable[[ObjectStore], object]] = [
    lambda store: store.create(AT, b"", media_type="text/plain"),
    lambda store: store.get(AT),
    lambda store: store.require(AT),
    lambda store: store.head(AT),
    lambda store: store.list_keys("content", "a/", limit=1),
]
EACH_CALL = pytest.mark.parametrize("call", CALLS, ids=["create", "get", "require", "head", "list_keys"])


class FaultyStore(ObjectStore):
    """A store in which everything raises the same."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        raise self._error

    def _open(self, location: Location) -> OpenObject | None:
        raise self._error

    def _head(self, location: Location) -> ObjectHead | None:
        raise self._error

    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        raise self._error


class BreakingBody(FaultyStore):
    """A store whose connection breaks while the bytes are on their way."""

    def _open(self, location: Location) -> OpenObject | None:
        return OpenObject(head=ObjectHead(media_type="text/plain", metadata={}, size=3), read=self._read)

    def _read(self) -> bytes:
        raise self._error


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content")


@EACH_CALL
@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), OSError(28, "No space")], ids=repr)
def test_trouble_of_the_world_is_an_unavailable_store(call: Callable[[ObjectStore], object], error: OSError) -> None:
    with pytest.raises(StoreUnavailableError) as raised:
        call(FaultyStore(error))
    assert raised.value.__cause__ is error
    assert "content" in raised.value.what
    assert "a/" not in raised.value.what, "keys come from producers and may be personal; errors end up in logs"


@EACH_CALL
def test_a_mistake_of_ours_is_a_bug(call: Callable[[ObjectStore], object]) -> None:
    error = KeyError("nonsense")
    with pytest.raises(BugError) as raised:
        call(FaultyStore(error))
    assert raised.value.__cause__ is error


@EACH_CALL
@pytest.mark.parametrize(
    "error",
    [AssetRefusedError(what="No.", remedy=""), KeyboardInterrupt(), SystemExit(0)],
    ids=lambda error: type(error).__name__,
)
def test_families_and_interrupts_pass_as_they_are(call: Callable[[ObjectStore], object], error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        call(FaultyStore(error))
    assert raised.value is error


def test_a_body_that_breaks_off_is_an_unavailable_store() -> None:
    with pytest.raises(StoreUnavailableError):
        BreakingBody(ConnectionResetError()).get(AT)


def test_a_body_that_is_too_large_is_never_read() -> None:
    with pytest.raises(ObjectTooLargeError) as refusal:
        BreakingBody(AssertionError("the body was read")).get(AT, max_bytes=2)
    assert (refusal.value.size, refusal.value.limit) == (3, 2)


def test_an_object_that_was_there_and_is_gone_is_an_unavailable_store(store: StoreSimulator) -> None:
    with pytest.raises(StoreUnavailableError):
        store.require(AT)


@pytest.mark.parametrize(
    "media_type", ["", " ", "text/plain\r\nx-amz-acl: public-read", "text/plain\n", "text/ü", "a/b\0"]
)
def test_a_media_type_that_no_header_can_carry_is_a_bug(store: StoreSimulator, media_type: str) -> None:
    with pytest.raises(BugError):
        store.create(AT, b"", media_type=media_type)
    assert not store.calls


@pytest.mark.parametrize(
    "metadata",
    [
        {"": "value"},
        {"Name": "value"},
        {"na_me": "value"},
        {"-name": "value"},
        {"name": ""},
        {"name": " value"},
        {"name": "two  spaces"},
        {"name": "line\nbreak"},
        {"name": "ü"},
        {"content-type": "text/html"},
        {"contenttype": "text/html"},
        {"cache-control": "no-store"},
        {"name": "v" * 2045},
    ],
    ids=lambda metadata: repr(metadata)[:30],
)
def test_metadata_that_would_not_come_back_as_it_is_is_a_bug(
    store: StoreSimulator, metadata: Mapping[str, str]
) -> None:
    with pytest.raises(BugError):
        store.create(AT, b"", media_type="text/plain", metadata=metadata)
    assert not store.calls


@pytest.mark.parametrize(("prefix", "limit"), [("a", 1), ("", 1), ("a/", 0)])
def test_keys_are_listed_by_whole_segments_only(store: StoreSimulator, prefix: str, limit: int) -> None:
    with pytest.raises(BugError):
        store.list_keys("content", prefix, limit=limit)


def test_what_an_object_contains_is_not_in_its_representation(store: StoreSimulator) -> None:
    store.create(AT, b"Jane Doe", media_type="text/plain")
    assert "Jane" not in repr(store.get(AT))
