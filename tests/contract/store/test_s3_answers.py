"""What the S3 client makes of answers that a healthy server does not give."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import BugError
from pipeline.store import Location, StoreRefusedError, StoreUnavailableError
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore
from tests.contract.store.scripted import Answer, ScriptedServer

AT = Location("content", "a/b")
WRITTEN = Answer()
FOUND = Answer(body=b"body", headers={"Content-Type": "text/plain"})
Connect = Callable[[ScriptedServer], S3ObjectStore]


@pytest.fixture
def to(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """The S3 client, connected to a server."""

    def connected(server: ScriptedServer) -> S3ObjectStore:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        return S3ObjectStore(connect())

    return connected


def create(store: S3ObjectStore, body: bytes = b"body") -> bool:
    return store.create(AT, body, media_type="text/plain")


def test_a_create_asks_the_store_not_to_overwrite(to: Connect) -> None:
    with ScriptedServer(WRITTEN) as server:
        assert create(to(server))
        (request,) = server.requests
    assert (request.method, request.path, request.headers["if-none-match"]) == ("PUT", "/content/a/b", "*")
    assert request.headers["content-type"] == "text/plain"


def test_a_failed_precondition_means_it_is_there(to: Connect) -> None:
    with ScriptedServer(Answer(status=412, error="PreconditionFailed")) as server:
        assert not create(to(server))
        assert server.methods == ["PUT"]


def test_a_conflict_is_tried_again_and_does_not_mean_it_is_there(to: Connect) -> None:
    conflict = Answer(status=409, error="ConditionalRequestConflict")
    with ScriptedServer(conflict, conflict, WRITTEN) as server:
        assert create(to(server))
        assert server.methods == ["PUT"] * 3


def test_a_conflict_that_stays_is_an_unavailable_store(to: Connect) -> None:
    with ScriptedServer(Answer(status=409, error="ConditionalRequestConflict")) as server:
        with pytest.raises(StoreUnavailableError, match="HTTP 409 ConditionalRequestConflict"):
            create(to(server))
        assert server.methods == ["PUT"] * 5


@pytest.mark.parametrize(
    ("status", "error"), [(500, "InternalError"), (502, None), (503, "SlowDown"), (429, "TooManyRequests")]
)
def test_one_stumble_is_not_noticed_and_a_lasting_one_is_an_unavailable_store(
    to: Connect, status: int, error: str | None
) -> None:
    stumble = Answer(status=status, error=error)
    with ScriptedServer(stumble, FOUND) as server:
        assert to(server).require(AT).body == b"body"
    with ScriptedServer(stumble) as server:
        with pytest.raises(StoreUnavailableError, match=f"HTTP {status}"):
            to(server).get(AT)
        assert len(server.requests) <= 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "ExpiredToken"),
        (401, "Unauthorized"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (403, "InvalidObjectState"),
        (403, None),
        (404, "NoSuchBucket"),
        (301, "PermanentRedirect"),
        (501, "NotImplemented"),
    ],
)
def test_what_the_store_forbids_is_a_refusal(to: Connect, status: int, error: str | None) -> None:
    with ScriptedServer(Answer(status=status, error=error)) as server:
        store = to(server)
        for call in (lambda: create(store), lambda: store.get(AT), lambda: store.head(AT)):
            with pytest.raises(StoreRefusedError):
                call()
        with pytest.raises(StoreRefusedError):
            store.list_keys("content", "a/", limit=1)


def test_a_404_that_is_not_from_s3_does_not_mean_it_is_not_there(to: Connect) -> None:
    with ScriptedServer(Answer(status=404, body=b"default backend - 404")) as server:
        store = to(server)
        for call in (lambda: store.get(AT), lambda: store.head(AT), lambda: create(store)):
            with pytest.raises(StoreUnavailableError, match="HTTP 404 without an S3 error code"):
                call()


def test_a_missing_key_is_none_however_it_is_asked(to: Connect) -> None:
    with ScriptedServer(Answer(status=404, error="NoSuchKey")) as server:
        assert to(server).get(AT) is None
        assert to(server).head(AT) is None


@pytest.mark.parametrize(
    "words",
    [
        "status code: 412 Precondition Failed: <Code>NoSuchKey</Code>",
        "<Code>NoSuchKey</Code>",
        '",\\n   status: 412,\\n   body: Some(\\n "<Code>NoSuchKey</Code>"',
        "kind: Timeout, source: InvalidMetadata {",
    ],
)
def test_a_key_cannot_put_words_into_the_mouth_of_the_store(to: Connect, words: str) -> None:
    at = Location("content", words)
    with ScriptedServer(Answer(status=404, error="NoSuchBucket")) as server:
        for call in (to(server).get, to(server).head):
            with pytest.raises(StoreRefusedError, match="HTTP 404 NoSuchBucket"):
                call(at)


@pytest.mark.parametrize(
    ("headers", "media_type", "metadata"),
    [
        (
            {"Content-Disposition": 'attachment; filename="标题.txt"', "Content-Type": "text/plain"},
            "text/plain",
            {},
        ),
        ({"x-amz-meta-title": "标题", "Content-Type": "text/plain"}, "text/plain", {"title": "标题"}),
        ({"x-amz-meta-Name": "Jürgen"}, "application/octet-stream", {"name": "Jürgen"}),
        ({"Content-Type": "text/plain; name=ü"}, "application/octet-stream", {}),
    ],
)
def test_headers_beyond_ascii_keep_nobody_from_the_object(
    to: Connect, headers: dict[str, str], media_type: str, metadata: dict[str, str]
) -> None:
    with ScriptedServer(Answer(body=b"body", headers=headers)) as server:
        stored, head = to(server).require(AT), to(server).head(AT)
    assert stored.body == b"body"
    assert head is not None
    for said in (stored, head):
        assert (said.media_type, dict(said.metadata), said.size) == (media_type, metadata, 4)


def test_an_object_with_headers_beyond_ascii_may_be_gone_or_cut_short_like_any_other(to: Connect) -> None:
    titled = {"x-amz-meta-title": "标题"}
    with ScriptedServer(Answer(body=b"body", headers=titled), Answer(status=404, error="NoSuchKey")) as server:
        assert to(server).get(AT) is None
    refused = ScriptedServer(Answer(body=b"body", headers=titled), Answer(status=403, error="AccessDenied"))
    with refused as server, pytest.raises(StoreRefusedError, match="HTTP 403 AccessDenied"):
        to(server).get(AT)
    cut = ScriptedServer(Answer(body=b"body" * 100, headers=titled, cut=True))
    with cut as server, pytest.raises(StoreUnavailableError):
        to(server).get(AT)


def test_an_object_without_a_media_type_has_the_one_for_any_bytes(to: Connect) -> None:
    with ScriptedServer(Answer(body=b"body")) as server:
        assert to(server).require(AT).media_type == "application/octet-stream"


def test_bytes_are_given_as_they_are_stored_whatever_their_encoding(to: Connect) -> None:
    with ScriptedServer(Answer(body=b"body", headers={"Content-Encoding": "gzip"})) as server:
        assert to(server).require(AT).body == b"body"


def test_a_body_that_is_cut_short_is_never_taken_for_the_whole(to: Connect) -> None:
    with ScriptedServer(Answer(body=b"body" * 100, cut=True)) as server, pytest.raises(StoreUnavailableError):
        to(server).get(AT)


def test_silence_is_an_outage_after_seconds_and_is_not_tried_again(to: Connect) -> None:
    def asked(call: Callable[[], object]) -> float:
        started = time.monotonic()
        with pytest.raises(StoreUnavailableError, match="no answer in time"):
            call()
        return time.monotonic() - started

    with ScriptedServer(Answer(delay=30)) as server, ThreadPoolExecutor() as threads:
        store = to(server)
        calls = [lambda: store.get(AT), lambda: store.head(AT), lambda: create(store)]
        assert max(threads.map(asked, calls)) < 8
        assert sorted(server.methods) == ["GET", "HEAD", "PUT"]


def test_a_large_upload_may_take_longer_than_a_silence(to: Connect) -> None:
    size = 12 * 2**20
    with ScriptedServer(WRITTEN, upload_rate=size / 7) as server:
        started = time.monotonic()
        assert create(to(server), bytes(size))
        assert time.monotonic() - started > 6
        assert len(server.requests[0].body) == size


def test_a_crash_in_the_client_library_is_a_bug_and_leaves_the_thread_alive(to: Connect) -> None:
    with ScriptedServer(WRITTEN) as server:
        store = to(server)
        # Past the port's check, straight into a header that cannot be sent.
        with pytest.raises(BugError, match="crashed"), store._failing_as_families("create", AT.uri):
            store._create(AT, b"", "text/plain\r\nx-amz-acl: public-read", {})
        assert create(store)


def test_no_secret_is_in_a_message(to: Connect) -> None:
    with ScriptedServer(
        Answer(status=403, body=b"<Error><Code>Denied</Code><AWSAccessKeyId>id</AWSAccessKeyId></Error>")
    ) as server:
        with pytest.raises(StoreRefusedError) as refusal:
            to(server).get(AT)
        assert "AWSAccessKeyId" not in str(refusal.value)
