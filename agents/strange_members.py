"""Members of events that the contract does not know: taken, counted, and named in the log once each."""

import logging
import re
from collections.abc import Mapping
from typing import Final

from prometheus_client import Counter

from pipeline.events.outputs import EventReference
from schemas.members import unknown_members

__all__ = ["StrangeMembers"]

logger = logging.getLogger(__name__)

_MOST_NAMED: Final = 200
"""Producers write the names, and the log is not theirs to fill."""

_INDEX: Final = re.compile(r"\[\d+\]")


class StrangeMembers:
    """Notes what events say that nobody reads; not safe to call from several threads.

    Args:
        counted: how many events had such members, by topic.
    """

    def __init__(self, counted: Counter) -> None:
        self._counted = counted
        self._named: set[tuple[str, str]] = set()

    def note(self, topic: str, schema: str, event: EventReference, data: Mapping[str, object]) -> None:
        """Count the event if it has such members, and name those that were not named before."""
        found = unknown_members(schema, data)
        if not found:
            return
        self._counted.labels(topic).inc()
        fresh = [member for member in found if (topic, _INDEX.sub("[]", member.path)) not in self._named]
        if not fresh or len(self._named) >= _MOST_NAMED:
            return
        self._named.update((topic, _INDEX.sub("[]", member.path)) for member in fresh)
        logger.warning(
            "Events on %s have members that the contract does not know and nobody reads: %s. Seen first in %r of %r.",
            topic,
            ", ".join(map(str, fresh)),
            event.id,
            event.source,
        )
