"""Logins that count now. They are kept here and not in cookies, so that one that ended cannot be brought back."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

__all__ = ["Session", "Sessions"]

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login that somebody has.

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

    _sessions: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    def open(self, session: Session) -> str:
        """Begin one; returns the key that its browser has."""
        key = secrets.token_urlsafe(32)
        self._sessions[key] = session
        while len(self._sessions) > _MOST:
            self._sessions.popitem(last=False)
        return key

    def find(self, key: object, now: float) -> Session | None:
        """The one of a key; None where there is none, or it ended."""
        session = self._sessions.get(key) if isinstance(key, str) else None
        return session if session is not None and now < session.until else None

    def act_as(self, key: str, role: str) -> None:
        """Choose the role that somebody acts in."""
        self._sessions[key] = replace(self._sessions[key], role=role)

    def close(self, key: object) -> None:
        """End one."""
        if isinstance(key, str):
            self._sessions.pop(key, None)
