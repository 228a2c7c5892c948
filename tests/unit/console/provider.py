"""A provider of OpenID Connect that is not ours, on a port of this machine, and what can be wrong with one."""

import base64
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import httpx2
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.testclient import TestClient
from werkzeug.serving import WSGIRequestHandler, make_server

USERS = (
    oidc_provider_mock.User(sub="v-1", claims={"roles": ["admin"], "email": "v@people.example"}),
    oidc_provider_mock.User(sub="r-1", claims={"email": "r@people.example"}),
    oidc_provider_mock.User(sub="stranger"),
)

Claims = dict[str, Any]
DISCOVERY, KEYS, TOKEN, USERINFO = "/.well-known/openid-configuration", "/jwks", "/oauth2/token", "/userinfo"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Nothing."""


@dataclass
class Provider:
    """The provider as a WSGI application, with an ear and with faults.

    Args:
        app: the provider's own.
        claims: changes what an ID token says; the token is signed anew, by a key that the provider names.
        header: what the header of such a token says.
        changed: by the path of an answer, what becomes of it.
        is_away: it answers nothing that is of use.
    """

    app: Callable[..., Iterable[bytes]]
    claims: Callable[[Claims], Claims] | None = None
    header: Claims = field(default_factory=lambda: {"alg": "RS256"})
    changed: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    is_away: bool = False
    issuer: str = ""
    heard: dict[str, dict[str, str]] = field(default_factory=dict)
    named: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    key: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        said = parse_qs(environ["QUERY_STRING"]) | parse_qs(body.decode())
        self.heard[path] = {name: values[0] for name, values in said.items()}
        if self.is_away:
            start_response("503 Service Unavailable", [("content-type", "text/html")])
            return [b"<h1>maintenance</h1>"]
        kept: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            kept[:] = [status, [header for header in headers if header[0].lower() != "content-length"]]

        answer = b"".join(self.app(environ, keep))
        if self.claims is not None and path == KEYS:
            answer = json.dumps(KeySet([self.named]).as_dict(private=False)).encode()
        if self.claims is not None and path == TOKEN:
            answer = self._signed(answer)
        if path in self.changed:
            answer = json.dumps(self.changed[path](json.loads(answer))).encode()
        start_response(*kept)
        return [answer]

    def _signed(self, answer: bytes) -> bytes:
        token = json.loads(answer)
        payload = token["id_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        claims.pop("at_hash", None)
        assert self.claims is not None
        header = {"kid": self.named.ensure_kid() or self.named.kid, **self.header}
        key = self.key or self.named
        token["id_token"] = jwt.encode(header, self.claims(claims), key, algorithms=[header["alg"]])
        return json.dumps(token).encode()


@contextmanager
def running_provider(users: Iterable[oidc_provider_mock.User] = USERS) -> Iterator[Provider]:
    provider = Provider(oidc_provider_mock.app(require_nonce=True, user_claims=tuple(users)))
    server = make_server("localhost", 0, provider, threaded=True, request_handler=_Quiet)
    provider.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def go_to(browser: TestClient, to: str = "/") -> str:
    """Where a browser is sent that wants to log in."""
    answer = browser.get("/login/start", params={"to": to}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def come_back(at: str, who: str, **form: str) -> str:
    """Where the provider sends a browser whose person says there to be `who`."""
    answer = httpx2.post(at, data={"sub": who, **form})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def log_in(browser: TestClient, who: str, to: str = "/") -> httpx2.Response:
    """The whole way; returns the console's answer to the browser that came back."""
    return browser.get(come_back(go_to(browser, to), who), follow_redirects=False)
