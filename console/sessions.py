"""Logins that count now. They are kept here and not in cookies, so that one that ended cannot be brought back."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

__all__ = ["Login", "Sessions"]

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody who logged in.

    Args:
        actor: the pseudonym.
        role: in which role the person acts; None until it is chosen.
        auth: how the person was known to be who it is, as acts say it: issuer, acr where it is known, at.
        until: when it ends, in seconds since 1970.
        form_secret: what forms of this login have in them.
    """

    actor: str
    role: str | None
    auth: Mapping[str, str]
    until: float
    form_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass(slots=True)
class Sessions:
    """The logins of one process: they end with it. For one event loop, read from other threads."""

    _logins: OrderedDict[str, Login] = field(default_factory=OrderedDict)

    def open(self, login: Login) -> str:
        """Begin a login; returns the key that its browser has."""
        key = secrets.token_urlsafe(32)
        self._logins[key] = login
        while len(self._logins) > _MOST:
            self._logins.popitem(last=False)
        return key

    def find(self, key: object, now: float) -> Login | None:
        """The login of a key; None where there is none, or it ended."""
        login = self._logins.get(key) if isinstance(key, str) else None
        return login if login is not None and now < login.until else None

    def act_as(self, key: str, role: str) -> None:
        """Choose the role that somebody acts in."""
        self._logins[key] = replace(self._logins[key], role=role)

    def close(self, key: object) -> None:
        """End a login."""
        if isinstance(key, str):
            self._logins.pop(key, None)
