"""An issuer of access tokens on a port of this machine: Authlib's authorization server, by RFC 6749, 9068 and 8414."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import httpx2
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.util import list_to_scope, scope_to_list
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

__all__ = ["AUDIENCE", "SCOPE", "Issuer", "issuing"]

AUDIENCE, SCOPE = "https://doors.example/v1", "fetch:manifests"
_SCOPES = {SCOPE, "store:manifests"}


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Nothing."""


class _Client:
    """The one client there is."""

    def get_client_id(self) -> str:
        return "the-verifier"

    def check_client_secret(self, secret: str) -> bool:
        return secret == "s3cret"

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str) -> str:
        return str(list_to_scope([scope_token for scope_token in scope_to_list(scope or "") if scope_token in _SCOPES]))


@dataclass
class Issuer:
    """The issuer, with an ear and with faults.

    Args:
        name: what it calls itself.
        keys: what it signs by.
        described_at: where it describes itself: by OpenID Connect or, without that, by RFC 8414.
        is_away: it answers nothing that is of use.
        described: what of its description of itself is otherwise than it should be.
        heard: the paths that were asked for.
    """

    name: str
    keys: KeySet = field(default_factory=lambda: KeySet([RSAKey.generate_key(2048)]))
    described_at: str = "/.well-known/openid-configuration"
    is_away: bool = False
    described: dict[str, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def token(self, scope: str = SCOPE) -> str:
        """What the client gets for its secret."""
        asked = {"grant_type": "client_credentials", "scope": scope}
        answer = httpx2.post(f"{self.name}/token", data=asked, auth=("the-verifier", "s3cret"))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def signed(self, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A token with these claims, None for one that is left out, that the issuer would not give; in its name."""
        own = json.loads(jwt_part(self.token(), 1))
        said = {name: value for name, value in {**own, **claims}.items() if value is not None}
        said_first = {"alg": "RS256", "typ": "at+jwt", **(header or {})}
        return jwt.encode(said_first, said, key or self.keys, algorithms=[said_first["alg"]])

    def change_keys(self) -> None:
        """Sign by another key from now on."""
        self.keys = KeySet([RSAKey.generate_key(2048)])


def jwt_part(token: str, number: int) -> bytes:
    """One of the three parts of a token."""
    part = token.split(".")[number]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class _Tokens(JWTBearerTokenGenerator):
    def __init__(self, issuer: Issuer) -> None:
        super().__init__("")
        self._issuer = issuer

    def get_extra_claims(self, *_: object) -> dict[str, Any]:
        return {"iss": self._issuer.name}

    def get_jwks(self) -> Any:
        return self._issuer.keys

    def get_audiences(self, *_: object) -> str:
        return AUDIENCE


def _application(issuer: Issuer) -> Flask:
    app = Flask("issuer")
    server = AuthorizationServer(app, query_client=lambda _: _Client(), save_token=lambda *_: None)
    server.register_grant(ClientCredentialsGrant)
    server.register_token_generator("default", _Tokens(issuer))

    @app.before_request
    def before() -> Response | None:
        issuer.heard.append(request.path)
        return Response("<h1>maintenance</h1>", 503) if issuer.is_away else None

    @app.route("/token", methods=["POST"])
    def token() -> Any:
        return server.create_token_response()

    @app.route("/keys")
    def keys() -> Any:
        return issuer.keys.as_dict(private=False)

    @app.route("/.well-known/<which>")
    def description(which: str) -> Any:
        if not issuer.described_at.endswith(f"/{which}"):
            return Response("nothing here", 404)
        said = {"issuer": issuer.name, "jwks_uri": f"{issuer.name}/keys", "token_endpoint": f"{issuer.name}/token"}
        return {**said, **issuer.described}

    return app


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that runs."""
    issuer = Issuer("")
    with mock.patch.dict(os.environ, {"AUTHLIB_INSECURE_TRANSPORT": "1"}):
        server = make_server("localhost", 0, _application(issuer), threaded=True, request_handler=_Quiet)
        issuer.name = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
