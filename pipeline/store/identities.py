"""What is stored of checks of users' real identities, so that events need not say each time how their user stands.

A user is known by the account alone, a digest of what events name it by (`pipeline.events.identity.account_of`). Checks
lie in the content bucket, which is under no lock: deleting one lifts it, and deleting all of an account forgets it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from pipeline.events.identity import account_of
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import EventReference
from pipeline.events.prepared import prepare
from pipeline.store.keys import IdentityKey, identity_prefix, parse_key
from pipeline.store.layout import Layout
from pipeline.store.port import ObjectStore

__all__ = ["CheckedIdentity", "account_in", "identity_in", "newest_identity", "note_identity"]

_NOT_SAID: Final = "unsaid"
"""What the key has for a method that nobody named."""


class CheckedIdentity(NamedTuple):
    """What a check came to, and how it was done; None where that was not said."""

    status: str
    method: str | None


class _Check(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a check: which event reported it, and what it came to."""

    event: EventReference
    status: str
    method: str | None


prepare(_Check)


def account_in(facts: Mapping[str, object]) -> str | None:
    """The account of the user that an event names; None for none."""
    user = facts.get("user")
    id_hash = user.get("id_hash") if isinstance(user, dict) else None
    return account_of(id_hash) if isinstance(id_hash, str) and id_hash else None


def identity_in(facts: Mapping[str, object]) -> CheckedIdentity | None:
    """How an event says that the identity of its user stands; None where it does not say it."""
    user = facts.get("user")
    identity = user.get("identity") if isinstance(user, dict) else None
    status = identity.get("status") if isinstance(identity, dict) else None
    if not isinstance(identity, dict) or not isinstance(status, str):
        return None
    method = identity.get("method")
    return CheckedIdentity(status, method if isinstance(method, str) else None)


def note_identity(
    store: ObjectStore,
    layout: Layout,
    account: str,
    check: CheckedIdentity,
    *,
    at: int,
    uid: str,
    event: EventReference,
) -> None:
    """Store what a check of a user came to; the same check again changes nothing.

    Args:
        store: where it is kept.
        layout: which object goes where.
        account: whose identity was checked.
        check: what it came to.
        at: when, in milliseconds since 1970.
        uid: the identity of the event that reports it.
        event: that event.

    Raises:
        WorldError: the store does not answer.
    """
    where = layout.identity(IdentityKey(account, at, check.status, check.method or _NOT_SAID, uid))
    body = _Check(event=event, status=check.status, method=check.method)
    store.create(where, to_json(body), media_type="application/json")


def newest_identity(store: ObjectStore, layout: Layout, account: str) -> CheckedIdentity | None:
    """What the newest check of a user came to, of two at one time the worse; None where none is known; raises as above.

    One request: the key says everything.
    """
    for text in store.list_keys(layout.content_bucket, identity_prefix(account), limit=1):
        key = parse_key(text)
        if isinstance(key, IdentityKey):
            return CheckedIdentity(key.status, None if key.method == _NOT_SAID else key.method)
    return None
