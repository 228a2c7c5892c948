"""What the eraser makes of large objects, and of answers that a healthy server does not give."""

import hashlib
import tracemalloc
from collections.abc import Callable

import pytest

from pipeline.store import Location, StoreUnavailableError
from pipeline.store.connection import connect
from pipeline.store.erasing import StoredVersion
from pipeline.store.s3_erasing import S3Eraser
from tests.contract.store.scripted import Answer, ScriptedServer

LARGE = bytes(range(256)) * 2**17
VERSION = StoredVersion(at=Location("inbox", "a/b"), version="null", size=len(LARGE))
Connect = Callable[[ScriptedServer], S3Eraser]


@pytest.fixture
def to(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """The eraser, connected to a server."""

    def connected(server: ScriptedServer) -> S3Eraser:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        return S3Eraser(connect())

    return connected


def test_a_large_object_is_never_in_memory_whole(to: Connect) -> None:
    with ScriptedServer(Answer(body=LARGE)) as server:
        eraser = to(server)
        tracemalloc.start()
        try:
            assert eraser.digest(VERSION) == hashlib.sha256(LARGE).hexdigest()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < len(LARGE) / 4


def test_what_is_gone_has_no_digest(to: Connect) -> None:
    with ScriptedServer(Answer(status=404, error="NoSuchVersion")) as server:
        assert to(server).digest(VERSION) is None


def test_an_object_that_is_cut_off_has_none_and_the_store_failed(to: Connect) -> None:
    with ScriptedServer(Answer(body=LARGE, cut=True)) as server, pytest.raises(StoreUnavailableError):
        to(server).digest(VERSION)
