"""Time stamps from several authorities (RFC 3161), by way of a relay on this machine.

The C2PA library knows one address, waits 30 s for it and takes nothing but status 200; and the process it runs in
reaches nothing but the relay. The relay asks one authority after the other, each with a deadline and a breaker, and
hands on the first answer that is a stamp. Whether the stamp is one for this signature, the library checks.
"""

import logging
import secrets
import sys
import threading
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import urllib3

from pipeline.credentials.der import der_contents
from pipeline.credentials.signers.breaker import Breaker
from pipeline.errors import OperatorError

__all__ = ["StampRelay"]

logger = logging.getLogger(__name__)

_LONGEST_ANSWER: Final = 2**16
_LONGEST_QUESTION: Final = 2**14
_QUERY: Final = "application/timestamp-query"
_REPLY: Final = "application/timestamp-reply"
_GRANTED: Final = (0, 1)
"""PKIStatus: granted, granted with changes."""


class _Authority:
    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OperatorError(
                what="SEALSTREAM_TIME_STAMP_URL is not an http or https URL.",
                remedy="Name the address of an RFC 3161 time-stamp authority.",
            )
        self.host = parts.hostname
        self.breaker = Breaker()
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._headers = {"Content-Type": _QUERY, "Accept": _REPLY}
        if parts.username is not None:
            self._headers |= urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password or ''}")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=seconds), maxsize=8)

    def ask(self, question: bytes) -> bytes | None:
        """The answer to a time-stamp request; None where there is none."""
        try:
            answer = self._pool.request(
                "POST", self._url, body=question, headers=self._headers, redirect=False, preload_content=False
            )
            try:
                body = answer.read(_LONGEST_ANSWER)
            finally:
                answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            self.breaker.failed(f"{self.host}: {_told(error)}")
            return None
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            self.breaker.failed(f"{self.host}: status {answer.status}")
            return None
        if not _is_granted(body):
            self.breaker.failed(f"{self.host}: no stamp was granted")
            return None
        self.breaker.answered()
        return body

    def close(self) -> None:
        self._pool.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say in a line that whoever asked is gone: a child that was replaced, or that waited no longer."""
        error = sys.exception()
        if isinstance(error, ConnectionError):
            logger.info("A time stamp came for a process that waits for it no more.")
        else:
            logger.error("The time-stamp relay failed.", exc_info=error)


class StampRelay:
    """Asks authorities for stamps, for whoever posts to its address; ends with its context.

    Args:
        authorities: their URLs, the preferred one first; an `https` URL may hold a name and a password.
        seconds: longest time for one authority to answer.
        later: what gets no stamp is sealed without.

    Raises:
        OperatorError: a URL cannot be one of an authority.
    """

    def __init__(self, authorities: Sequence[str], *, seconds: float = 5.0, later: bool = False) -> None:
        self.later = later
        self._authorities = [_Authority(url, seconds) for url in authorities]
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def port(self) -> int:
        """The one port of this machine where it answers."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Where to post time-stamp requests to."""
        return f"http://127.0.0.1:{self.port}{self._path}"

    @property
    def trouble(self) -> str | None:
        """What is wrong with each authority; None while one of them answers."""
        reasons = [authority.breaker.why for authority in self._authorities]
        return None if None in reasons else "; ".join(why for why in reasons if why)

    @property
    def pauses(self) -> bool:
        """Whether no authority is asked for a while, since each has failed several times in a row."""
        return all(authority.breaker.pauses for authority in self._authorities)

    def stamped(self, question: bytes) -> bytes | None:
        """The first answer that holds a stamp; None where no authority gave one."""
        closed = [authority for authority in self._authorities if not authority.breaker.is_open]
        return next((answer for authority in closed if (answer := authority.ask(question)) is not None), None)

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self._server.serve_forever, name="time-stamp relay", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        for authority in self._authorities:
            authority.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if self.path != relay._path or not 0 < length <= _LONGEST_QUESTION:
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                answer = relay.stamped(self.rfile.read(length))
                if answer is None:
                    self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                    return
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", _REPLY)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
                """Nothing: what failed is told by the relay."""

        return Handler


def _told(error: urllib3.exceptions.HTTPError) -> str:
    """A failure without its address, which may hold a password."""
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "it did not answer in time"
    return f"it cannot be reached ({type(error).__name__})"


def _is_granted(answer: bytes) -> bool:
    """Whether a `TimeStampResp` says that it holds a stamp: 30 LL { 30 LL { 02 01 status ... } token }."""
    inside = der_contents(answer, 0x30)
    status = None if inside is None else der_contents(inside[0], 0x30)
    number = None if status is None else der_contents(status[0], 0x02)
    if inside is None or status is None or number is None or len(number[0]) != 1:
        return False
    return number[0][0] in _GRANTED and bool(status[1])
