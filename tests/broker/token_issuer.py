"""Whoever issues tokens to clients: an endpoint of OAuth 2.0, and the public key by which brokers believe it."""

import base64
import http.server
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers import LeavableServer

__all__ = ["TokenIssuer", "issuing"]


class TokenIssuer:
    """Issues tokens to clients that know their secret.

    Args:
        clients: names and secrets.
        busy: the status of every answer, where it has no time for anybody.
    """

    def __init__(self, clients: Mapping[str, str], busy: int | None = None) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        self._clients = clients
        self._busy = busy
        self.url = ""
        self.issued = 0

    @property
    def keys(self) -> str:
        """The JSON Web Key Set of this issuer."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256"}
        return json.dumps({"keys": [{**key, "n": _number(numbers.n), "e": _number(numbers.e)}]})

    def answer(self, authorization: str, form: Mapping[str, list[str]]) -> tuple[int, dict[str, object]]:
        """What is answered to a client."""
        if self._busy is not None:
            return self._busy, {}
        told = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        name, _, secret = map(unquote, told)
        if form.get("grant_type") != ["client_credentials"] or self._clients.get(name) != secret:
            return 401, {"error": "invalid_client"}
        self.issued += 1
        return 200, {"access_token": self._token(name), "token_type": "Bearer", "expires_in": 300}

    def _token(self, name: str) -> str:
        now = int(time.time())
        parts = [{"alg": "RS256", "kid": "one"}, {"sub": name, "aud": "kafka", "iat": now, "exp": now + 300}]
        signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_text(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@contextmanager
def issuing(issuer: TokenIssuer) -> Iterator[None]:
    """Answer on a port of the loopback interface."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, answer = issuer.answer(self.headers.get("Authorization", ""), form)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with LeavableServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        issuer.url = f"http://127.0.0.1:{server.server_port}/token"
        yield
        server.shutdown()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))
