"""A time-stamped manifest, with a time-stamp authority of our own (RFC 3161, by openssl)."""

import http.client
import http.server
import itertools
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.signers import claim_signer
from pipeline.credentials.stamping import StampRelay
from pipeline.errors import TimeStampError
from pipeline.isolation import IsolatedCredentialService, WorkerPool
from tests.authorities import Authority, answering
from tests.media.conftest import Ask, MakeOrder
from tests.servers import LeavableServer


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with answering(tmp_path) as authority:
        yield authority


def test_a_manifest_is_time_stamped_and_both_validators_trust_the_time(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder, ask: Ask
) -> None:
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    service = InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors + authority.root)
    sealed = service.seal(b"Stamped words.\n", make_order("text/markdown"))
    assert (sealed.credential.trust, sealed.credential.time_stamped) == ("trusted", True)
    assert not [code for code in sealed.credential.codes if code.startswith("timeStamp.")]
    report = ask(sealed.asset, "text/markdown", sealed.manifest, tsa_trust_pem=authority.root.decode())
    assert report["validation_state"] == "Trusted"
    assert "timeStamp.trusted" in [status["code"] for status in report["validation_results"]["success"]]


def test_a_time_stamp_of_an_authority_that_nobody_trusts_is_told_by_its_code(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder
) -> None:
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    service = InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors)
    credential = service.seal(b"Words.\n", make_order("text/plain")).credential
    assert "timeStamp.untrusted" in credential.codes
    assert not credential.time_stamped


def test_without_an_authority_there_is_no_time_stamp(chain: DevelopmentChain, make_order: MakeOrder) -> None:
    service = InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)
    assert not service.seal(b"Words.\n", make_order("text/markdown")).credential.time_stamped


def test_a_time_stamp_fits_into_a_text_and_is_asked_for_once(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder, ask: Ask
) -> None:
    """How long a time stamp is shows only when it has come; the first text of a signer is signed twice for that."""
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    service = InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors + authority.root)
    for number in range(4):
        sealed = service.seal(b"Stamped words, number %d.\n" % number, make_order("text/plain"))
        assert (sealed.binding, sealed.credential.trust) == ("embedded", "trusted")
        assert not [code for code in sealed.credential.codes if code.startswith("timeStamp.")]
        assert len(sealed.asset) < 20_000
    report = ask(sealed.asset, "text/plain", tsa_trust_pem=authority.root.decode())
    assert report["validation_state"] == "Trusted"
    assert "timeStamp.trusted" in [status["code"] for status in report["validation_results"]["success"]]
    assert int((authority.directory / "serial").read_text(), 16) - 1 <= 5


REJECTED = bytes.fromhex("3005 3003 020102")
GRANTED_WITHOUT_A_STAMP = bytes.fromhex("3005 3003 020100")


@pytest.fixture
def failing() -> Iterator[dict[str, str]]:
    """Authorities that fail, each in its way: by name, where they are."""
    answers = {
        "error": (503, b""),
        "sends elsewhere": (302, b""),
        "not found": (404, b"<html>"),
        "noise": (200, b"noise"),
        "endless length": (200, bytes.fromhex("3084ffffffff30030201")),
        "rejected": (200, REJECTED),
        "granted nothing": (200, GRANTED_WITHOUT_A_STAMP),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answers[self.path.strip("/").replace("-", " ")]
            self.send_response(status)
            self.send_header("location", "http://127.0.0.1:9/")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = LeavableServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        urls = {name: f"http://127.0.0.1:{server.server_port}/{name.replace(' ', '-')}" for name in answers}
        urls["silent"] = f"http://user:secret@127.0.0.1:{silent.getsockname()[1]}"
        urls["away"] = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        yield urls
    server.shutdown()
    server.server_close()


def test_whatever_is_wrong_with_the_first_authorities_the_next_one_stamps(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder, failing: dict[str, str]
) -> None:
    """In a confined child, which reaches the relay and nothing else; the good one answers 201, as Sigstore's does."""
    authority.status = 201
    signer = claim_signer(chain.material)
    with (
        StampRelay([*failing.values(), authority.url], seconds=1.0) as relay,
        WorkerPool(
            size=1,
            memory_bytes=2**30,
            seconds=30.0,
            trust_anchors=chain.trust_anchors + authority.root,
            stamping_port=relay.port,
        ) as pool,
    ):
        service = IsolatedCredentialService(pool, lambda _: signer, relay)
        seconds = []
        for number in range(5):
            began = time.monotonic()
            sealed = service.seal(b"Words, number %d.\n" % number, make_order("text/markdown"))
            seconds.append(time.monotonic() - began)
            assert (sealed.credential.trust, sealed.credential.time_stamped) == ("trusted", True)
        assert relay.trouble is None
    # The silent one costs its second three times, and then no more.
    assert min(seconds[:3]) > 1.0 > max(seconds[3:])


@pytest.mark.parametrize("name", ["error", "silent", "away", "rejected"])
def test_an_authority_alone_that_fails_is_waited_for_and_named(
    name: str, chain: DevelopmentChain, make_order: MakeOrder, failing: dict[str, str]
) -> None:
    signer = claim_signer(chain.material)
    with (
        StampRelay([failing[name]], seconds=0.5) as relay,
        WorkerPool(size=1, memory_bytes=2**30, seconds=30.0, stamping_port=relay.port) as pool,
    ):
        with pytest.raises(TimeStampError, match=r"No time-stamp authority gave a time stamp: 127\.0\.0\.1: ") as away:
            IsolatedCredentialService(pool, lambda _: signer, relay).seal(b"Words.\n", make_order("text/markdown"))
        assert "secret" not in str(away.value)
        assert relay.trouble is not None


@pytest.mark.parametrize("name", ["silent", "rejected"])
def test_what_gets_no_stamp_is_sealed_without_where_that_is_the_policy(
    name: str, chain: DevelopmentChain, make_order: MakeOrder, failing: dict[str, str]
) -> None:
    """The authority is asked for three assets; then it is left alone for a while, and costs nobody anything."""
    signer = claim_signer(chain.material)
    with (
        StampRelay([failing[name]], seconds=0.2, later=True) as relay,
        WorkerPool(size=1, memory_bytes=2**30, seconds=30.0, stamping_port=relay.port) as pool,
    ):
        service = IsolatedCredentialService(pool, lambda _: signer, relay)
        for number in range(3):
            assert not relay.pauses
            sealed = service.seal(b"Words, number %d.\n" % number, make_order("text/markdown"))
            assert sealed.credential.state == "valid"
            assert not sealed.credential.has_time_stamp
        assert relay.pauses
        assert relay.trouble is not None


def test_a_stamp_of_another_signature_is_none(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder
) -> None:
    """With either policy: what is sealed waits, or does without."""
    authority.replayed = True
    signer = claim_signer(chain.material)
    with (
        StampRelay([authority.url]) as relay,
        WorkerPool(size=1, memory_bytes=2**30, seconds=30.0, stamping_port=relay.port) as pool,
    ):
        service = IsolatedCredentialService(pool, lambda _: signer, relay)
        assert service.seal(b"Words.\n", make_order("text/markdown")).credential.has_time_stamp
        with pytest.raises(TimeStampError, match="did not answer with a time stamp"):
            service.seal(b"More.\n", make_order("text/markdown"))
        relay.later = True
        assert not service.seal(b"More.\n", make_order("text/markdown")).credential.has_time_stamp


def test_a_process_that_left_before_its_stamp_came_is_a_line_in_the_log(
    authority: Authority, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, "pipeline.credentials.stamping")
    with StampRelay([authority.url]) as relay:
        with socket.create_connection(("127.0.0.1", relay.port)) as asking:
            asking.sendall(b"POST %s HTTP/1.1\r\ncontent-length: 9\r\n\r\n" % urlsplit(relay.url).path.encode())
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        deadline = time.monotonic() + 10
        while not caplog.messages and time.monotonic() < deadline:
            time.sleep(0.02)
    assert caplog.messages == ["A time stamp came for a process that waits for it no more."]
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("length", [0, 2**15])
def test_the_relay_answers_time_stamp_requests_and_nothing_else(authority: Authority, length: int) -> None:
    with StampRelay([authority.url]) as relay:
        host, port = "127.0.0.1", relay.port
        for path, body in itertools.product((relay.url.rpartition("/")[2], "guessed"), (bytes(length),)):
            connection = http.client.HTTPConnection(host, port)
            connection.request("POST", f"/{path}", body)
            assert connection.getresponse().status == 404
            connection.close()
