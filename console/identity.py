"""Who somebody is, by the word of another: the port. `console.oidc` is its adapter."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from console.texts import text
from pipeline.policy.words import Language

__all__ = ["IdentityProvider", "LoginRefusedError", "VouchedPerson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchedPerson:
    """Somebody whom the provider knows.

    Args:
        pseudonym: what the operators set calls the person.
        issuer: who vouches for it.
        acr: how certain the login was, where the provider says so.
        at: when the person logged in at the provider, in seconds since 1970; None where it does not say so.
    """

    pseudonym: str
    issuer: str
    acr: str | None
    at: float | None


class LoginRefusedError(Exception):
    """A login did not come about.

    Args:
        key: of the text that says what happened, and what to do.
        status: the HTTP status that says whose fault it is.
        parts: what stands in the text's braces.
    """

    def __init__(self, key: str, status: int = 403, **parts: object) -> None:
        super().__init__(text(key, "en", **parts))
        self.key = key
        self.status = status
        self.parts = parts

    def told(self, language: Language) -> str:
        """What happened and what to do, in a language."""
        return text(self.key, language, **self.parts)


class IdentityProvider(Protocol):
    """Vouches for people; each method may raise `LoginRefusedError`."""

    @property
    def issuer(self) -> str:
        """Who it is."""

    async def begin(self, request: Request, callback: str) -> Response:
        """Send a browser to the provider, which sends it back to `callback`."""

    async def finish(self, request: Request) -> VouchedPerson:
        """Who came back."""

    def logout_url(self, back: str) -> str | None:
        """Where people end their login at the provider, as far as that is known by now, and come back from."""
