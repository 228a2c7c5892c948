"""Who acts in an event: only a user's own conduct counts against the user's account."""

from collections.abc import Mapping
from typing import Final

from pipeline.policy.vocabulary import Facts

__all__ = ["USER", "actor_of"]

USER: Final = "user"

_GOES_WITHOUT_SAYING: Final[Mapping[object, str]] = {
    "publish.requested": USER,
    "repost.requested": USER,
    "ingest.completed": "platform",
}
_ASKED_FOR: Final = "requested_removal"
_GENERATION: Final = "generation.completed"


def actor_of(facts: Facts) -> str | None:
    """The role of who acts, as the event states it, or as goes without saying; None where nobody can be named.

    Something is generated at the request of the user whom the event names; without one it is the provider's own doing.
    A mark that gets lost in a transformation was lost by whoever transformed, and that may be a platform's transcoder;
    where its removal was asked for, the user asked.
    """
    stated = facts.get("actor.role")
    if isinstance(stated, str) and stated:
        return stated
    event_type = facts.get("event_type")
    if facts.get("transform.intent") == _ASKED_FOR:
        return USER
    if event_type == _GENERATION:
        return USER if facts.get("user.id_hash") else "provider"
    return _GOES_WITHOUT_SAYING.get(event_type)
