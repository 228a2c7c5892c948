"""Access tokens (OAuth 2.0 client credentials, RFC 6749 §4.4) of whoever may ask the Soft Binding API.

The doors are a resource server: they give no tokens and ask nobody about one, but check signature, issuer, audience,
time and scope by themselves (RFC 9068, RFC 6750).
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from starlette.exceptions import HTTPException
from starlette.requests import Request

from agents.door_settings import DoorSettings
from console.doors.issuer_keys import IssuerKeys
from console.signatures import SIGNED_BY

__all__ = ["AccessTokens"]

_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_LONGEST: Final = 16 * 1024
_BAD, _WITHOUT, _SCOPE_LACKS = 400, 401, 403


class AccessTokens:
    """Checks tokens. For one event loop.

    Args:
        issuer: whose tokens are taken, exactly as it calls itself.
        audience: what it calls this API.
        scope: what a token has to allow.
        skew_seconds: how far its clock may be from ours.
        now: seconds since 1970.
        ticks: seconds that never go back.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        scope: str,
        skew_seconds: int = 0,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scope = scope
        self._keys = IssuerKeys(issuer, ticks=ticks)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=skew_seconds,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )

    @classmethod
    def of(cls, settings: DoorSettings) -> "AccessTokens | None":
        """As the settings have it; None where everybody may ask.

        Raises:
            OperatorError: they say half of it.
        """
        wanted = settings.tokens()
        if wanted is None:
            return None
        issuer, audience = wanted
        return cls(
            issuer=issuer, audience=audience, scope=settings.token_scope, skew_seconds=settings.token_skew_seconds
        )

    async def require(self, request: Request) -> None:
        """See that a request may be answered.

        Raises:
            HTTPException: 401, it has no token or none that holds; 403, one for something else; 503, the issuer's
                keys are not known.
        """
        claims = await self._claimed(self._sent(request))
        if self._scope not in _scopes(claims):
            raise HTTPException(
                _SCOPE_LACKS,
                f"The access token does not have the scope {self._scope}.",
                {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self._scope}"'},
            )

    def _sent(self, request: Request) -> str:
        """The token, from the header alone: addresses end up in logs (RFC 6750 §5.3)."""
        said = request.headers.getlist("authorization")
        if len(said) > 1:
            raise HTTPException(_BAD, "There is more than one Authorization.", _challenge("invalid_request"))
        scheme, _, token = said[0].partition(" ") if said else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            told = {"WWW-Authenticate": f'Bearer scope="{self._scope}"'}
            raise HTTPException(_WITHOUT, "An access token is needed: Authorization: Bearer ….", told)
        if len(token) > _LONGEST:
            raise _refused("is too long")
        return token.strip()

    async def _claimed(self, token: str) -> Mapping[str, Any]:
        keys = await self._keys.at_hand()
        try:
            try:
                read = _read(token, keys)
            except InvalidKeyIdError:
                read = _read(token, await self._keys.newer_than(keys))
            self._claims.validate(read.claims)
        except ExpiredTokenError:
            raise _refused("has ended") from None
        except ClaimError as error:
            raise _refused(f"is not for here, by what it says of {error.claim}") from None
        except InvalidKeyIdError:
            raise _refused("is signed by a key that its issuer does not name") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _refused("is none, or its signature does not hold") from None
        if str(read.header.get("typ", "JWT")).lower() not in _TYPES:
            raise _refused("is a token for something else")
        # Bound to a key of the client (RFC 9449, RFC 8705), of which nothing proves that it has it.
        if "cnf" in read.claims:
            raise _refused("is bound to a key, and only such are taken that are not")
        return read.claims


def _read(token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(token, keys, algorithms=SIGNED_BY)


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """What a token allows: `scope` by RFC 9068, `scp` by some issuers."""
    said = claims.get("scope", claims.get("scp"))
    if isinstance(said, str):
        return said.split(" ")
    return [scope for scope in said if isinstance(scope, str)] if isinstance(said, list) else []


def _refused(why: str) -> HTTPException:
    return HTTPException(_WITHOUT, f"The access token {why}.", _challenge("invalid_token"))


def _challenge(error: str) -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer error="{error}"'}
