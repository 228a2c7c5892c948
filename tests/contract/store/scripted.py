"""An S3 server that says exactly what a test wants it to say, for answers a healthy server does not give."""

import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

from tests.servers import LeavableServer

CHUNK = 2**18
LAST_MODIFIED = "Sat, 01 Aug 2026 00:00:00 GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; `error` becomes S3's XML with that code."""

    status: int = 200
    error: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    """Seconds of silence before the answer."""
    cut: bool = False
    """Close the connection after half of the body."""

    @property
    def content(self) -> bytes:
        return self.body if self.error is None else f"<Error><Code>{self.error}</Code></Error>".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class ScriptedServer:
    """Gives its answers in order, the last one for ever; notes every request.

    Args:
        answers: what to say.
        upload_rate: bytes a second at which request bodies are read; None reads them at once.
        tls: the server's certificate and key; without it plain HTTP is spoken.
    """

    def __init__(self, *answers: Answer, upload_rate: float | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._answers = list(answers)
        self._upload_rate = upload_rate
        self._lock = threading.Lock()
        self._server = LeavableServer(("127.0.0.1", 0), self._handler())
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://localhost:{self._server.server_port}"

    @property
    def methods(self) -> Sequence[str]:
        return [request.method for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                body, size = bytearray(), int(self.headers.get("Content-Length", 0))
                while len(body) < size:
                    body += self.rfile.read(min(size - len(body), CHUNK))
                    if script._upload_rate:
                        time.sleep(CHUNK / script._upload_rate)
                self._answer(bytes(body))

            def do_GET(self) -> None:
                self._answer(b"")

            def do_HEAD(self) -> None:
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = script._next(Request(method=self.command, path=self.path, headers=headers, body=body))
                time.sleep(answer.delay)
                self.send_response(answer.status)
                for name, value in {"ETag": '"e"', "Last-Modified": LAST_MODIFIED, **answer.headers}.items():
                    self.send_header(name, value.encode().decode("latin-1"))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.content[: len(answer.content) // 2] if answer.cut else answer.content)
                self.close_connection = answer.cut

            def log_message(self, *args: object) -> None:
                """Say nothing; the test has the requests."""

        return Handler
