"""A receiver of webhooks on this machine, which answers as it is told to and verifies what comes."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SECRET = base64.b64encode(b"a secret of thirty-two bytes ...").decode()


@dataclass
class Receiver:
    """What came, and how it is answered: by the statuses in their order, then by 204; `hang` waits."""

    url: str = ""
    statuses: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


def verify(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """As docs/notifications.md shows it."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        raise ValueError("too old, or from the future")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    if not any(hmac.compare_digest(wanted, signature) for signature in headers["webhook-signature"].split(" ")):
        raise ValueError("not from who has the secret")
    return json.loads(body)


@contextmanager
def receiver(*statuses: int | str) -> Iterator[Receiver]:
    told = Receiver(statuses=list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = told.statuses.pop(0) if told.statuses else 204
            if status == "hang":
                told.over.wait(10)
                return
            self.send_response(int(status))
            if status in (301, 302, 307):
                self.send_header("location", f"{told.url}elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
