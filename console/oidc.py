"""People as a provider of OpenID Connect vouches for them: authorization code flow with PKCE, state and nonce.

Authlib carries the flow and checks the ID token (OpenID Connect Core 1.0, section 3.1.3.7); what it leaves to
its caller is here: that the provider is who it was configured to be, that the token is for us, and by which algorithms.
"""

import hmac
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidClaimError, JoseError
from starlette.requests import Request
from starlette.responses import Response

from agents.oidc_settings import OidcSettings
from agents.settings import is_loopback
from console.identity import LoginRefusedError, VouchedPerson
from console.signatures import SIGNED_BY

__all__ = ["OidcProvider", "pseudonym_of"]

logger = logging.getLogger(__name__)

_NAME: Final = "console"
_SECONDS: Final = 10.0
_BELIEVED_SECONDS: Final = 3600.0
_NOT_AS_IT_SHOULD: Final = (LookupError, TypeError, AttributeError)
"""What is raised over an answer in JSON that lacks a member, or has something else there; Authlib looks at none."""

_TIMES: Final = frozenset({"iat", "nbf", "exp"})
_LONGEST: Final = 1024
_BAD_REQUEST, _NOT_ALLOWED, _BAD_GATEWAY, _UNAVAILABLE = 400, 403, 502, 503

_TOLD: Final[Mapping[str, tuple[str, int]]] = {
    "access_denied": ("login-refused.denied", _NOT_ALLOWED),
    "mismatching_state": ("login-refused.other-browser", _BAD_REQUEST),
    "invalid_client": ("login-refused.client", _BAD_GATEWAY),
    "invalid_grant": ("login-refused.code", _BAD_GATEWAY),
}


class OidcProvider:
    """A provider, known by its discovery document, which is read when somebody logs in and believed for an hour.

    Args:
        settings: which provider, and who we are to it.
        now: seconds since 1970.

    Raises:
        OperatorError: the settings say too little.
    """

    def __init__(self, settings: OidcSettings, *, now: Callable[[], float]) -> None:
        self._settings = settings
        self._issuer, self._client_id = settings.require()
        self._secret, self._key = settings.secret(), settings.pseudonym_key()
        self._now = now
        self._trusted = httpx2.create_ssl_context()  # once: each request would make its own, at 40 ms
        self._client: Any = None
        self._known: dict[str, Any] = {}
        self._known_at = 0.0

    @property
    def issuer(self) -> str:
        """Who it is."""
        return self._issuer

    async def begin(self, request: Request, callback: str) -> Response:
        """Send a browser to the provider, which sends it back to `callback`.

        Raises:
            LoginRefusedError: the provider does not answer, or is not who it should be.
        """
        async with self._told():
            client = await self._ready()
            answer: Response = await client.authorize_redirect(request, callback)
            return answer

    async def finish(self, request: Request) -> VouchedPerson:
        """Who came back.

        Raises:
            LoginRefusedError: nobody whom the provider vouches for, to us and now.
        """
        async with self._told():
            client = await self._ready()
            token = await client.authorize_access_token(
                request,
                leeway=self._settings.skew_seconds,
                claims_options={
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
            )
            claims: Mapping[str, Any] = token.get("userinfo") or {}
            if not claims:
                raise LoginRefusedError("login-refused.no-token", _BAD_GATEWAY)
            return await self._identity(client, token, claims)

    def logout_url(self, back: str) -> str | None:
        """Where people end their login at the provider, as far as that is known by now, and come back from."""
        at = self._known.get("end_session_endpoint")
        if not isinstance(at, str) or urlsplit(at).scheme not in {"https", "http"}:
            return None
        query = urlencode({"client_id": self._client_id, "post_logout_redirect_uri": back})
        return f"{at}{'&' if '?' in at else '?'}{query}"

    async def _identity(self, client: Any, token: Mapping[str, Any], claims: Mapping[str, Any]) -> VouchedPerson:
        name = self._settings.claim
        said = claims.get(name)
        if said is None and self._known.get("userinfo_endpoint"):
            more = await client.userinfo(token=token)
            # OpenID Connect Core 1.0, section 5.3.2: of somebody else, nothing it says is used.
            said = more.get(name) if more.get("sub") == claims["sub"] else None
        if not isinstance(said, str) or not said.strip():
            raise LoginRefusedError("login-refused.no-claim", _BAD_GATEWAY, claim=name)
        acr, at = claims.get("acr"), claims.get("auth_time")
        return VouchedPerson(
            pseudonym=said if self._key is None else pseudonym_of(self._key, self._issuer, said),
            issuer=self._issuer,
            acr=acr if isinstance(acr, str) and 0 < len(acr) <= _LONGEST else None,
            at=min(float(at), self._now()) if isinstance(at, int | float) and at > 0 else None,
        )

    async def _ready(self) -> Any:
        """The client, with the provider's own description of itself."""
        if self._client is None or self._now() - self._known_at > _BELIEVED_SECONDS:
            client = self._registered("client_secret_basic" if self._secret else "none")
            known = dict(await client.load_server_metadata())
            self._require_itself(known)
            ways = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if self._secret and "client_secret_basic" not in ways and "client_secret_post" in ways:
                client = self._registered("client_secret_post")
            known["id_token_signing_alg_values_supported"] = self._algorithms(known)
            client.server_metadata.update(known)
            self._client, self._known, self._known_at = client, known, self._now()
        return self._client

    def _registered(self, way: str) -> Any:
        return OAuth().register(
            _NAME,
            client_id=self._client_id,
            client_secret=self._secret,
            server_metadata_url=f"{self._issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(dict.fromkeys(["openid", *self._settings.scopes.split()])),
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": way,
                "timeout": _SECONDS,
                "verify": self._trusted,
            },
        )

    def _require_itself(self, known: Mapping[str, Any]) -> None:
        if known.get("issuer") != self._issuer:
            called = str(known.get("issuer"))[:200]
            raise LoginRefusedError("login-refused.other-issuer", _BAD_GATEWAY, called=called, meant=self._issuer)
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        # What need not be there is asked, too, where it is: with the token that says who somebody is.
        for name in (*wanted, "userinfo_endpoint") if known.get("userinfo_endpoint") else wanted:
            parts = urlsplit(str(known.get(name, "")))
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise LoginRefusedError("login-refused.no-https", _BAD_GATEWAY, name=name)

    def _algorithms(self, known: Mapping[str, Any]) -> list[str]:
        said = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        usable = [name for name in said if name in SIGNED_BY]
        if not usable:
            usable_by = ", ".join(sorted(SIGNED_BY))
            raise LoginRefusedError("login-refused.no-key", _BAD_GATEWAY, algorithms=usable_by)
        return usable

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """What goes wrong, in words for people; what only operators can mend is in the log, too."""
        try:
            yield
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            ssl.SSLError,
            ValueError,
            RuntimeError,
            *_NOT_AS_IT_SHOULD,
        ) as error:
            where = isinstance(
                error, _NOT_AS_IT_SHOULD
            )  # told by the traceback alone; and a fault of ours is seen there
            logger.warning("The provider of logins, %s, cannot be used: %r", self._issuer, error, exc_info=where)
            why = type(error).__name__
            raise LoginRefusedError("login-refused.no-answer", _UNAVAILABLE, issuer=self._issuer, why=why) from error
        except AuthlibBaseError as error:
            known = _TOLD.get(str(error.error))
            if known is None:
                logger.warning("The provider of logins, %s, refused a login: %.100r", self._issuer, error.error)
            key, status = known or ("login-refused.refused", _BAD_GATEWAY)
            raise LoginRefusedError(key, status) from error
        except JoseError as error:
            raise self._not_believed(error) from error

    def _not_believed(self, error: JoseError) -> LoginRefusedError:
        logger.warning("An ID token of %s is not believed: %s", self._issuer, error)
        late = isinstance(error, ExpiredTokenError)
        if late or (isinstance(error, InvalidClaimError) and error.claim in _TIMES):
            key = "login-refused.ended" if late else "login-refused.future"
            return LoginRefusedError(key, _BAD_GATEWAY, seconds=self._settings.skew_seconds)
        about = f" ({error.claim})" if isinstance(error, ClaimError) else ""
        return LoginRefusedError("login-refused.not-believed", _BAD_GATEWAY, why=error.error, about=about)


def pseudonym_of(key: bytes, issuer: str, claim: str) -> str:
    """Somebody under a name that says nothing to whoever does not have the key: `p-` and 20 hex digits."""
    digest = hmac.digest(key, f"{issuer}\0{claim}".encode(), "sha256")
    return f"p-{digest.hex()[:20]}"
