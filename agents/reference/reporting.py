"""What the reader of the reference topics says of its work: log lines, numbers and alerts, never content."""

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from agents.delivery.tracebacks import without_content
from agents.reference.alerting import AlertSender
from agents.reference.book import EntryRefusal
from agents.reference.observing import ReferenceObserver
from agents.reference.records import held
from pipeline.errors import BugError
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["Reporter"]

logger = logging.getLogger(__name__)

_MOST_LINES: Final = 20
"""So many refused entries of one batch get a line of their own in the log."""


class Reporter:
    """Tells people and programs.

    Args:
        sets_by_topic: which set each topic carries.
        observer: hears the numbers.
    """

    def __init__(self, sets_by_topic: Mapping[str, SetName], observer: ReferenceObserver) -> None:
        self._sets_by_topic = sets_by_topic
        self._observer = observer
        self._absent: set[str] = set()

    def in_force(self, sets: ReferenceSets, updates: Mapping[SetName, int]) -> None:
        """Say what is used from now on of the sets that were updated, and by how many updates."""
        for name, count in updates.items():
            entries, version = held(sets, name)
            logger.info("Reference set %s: %d updates, %d entries now, version %s.", name, count, len(entries), version)
            self._observer.in_force(name, len(entries), version)
            self._observer.updated(name, count)

    def refused(self, refusals: Sequence[EntryRefusal], alerts: AlertSender) -> None:
        """Say which entries were not taken."""
        alerts.send(refusals)
        for refusal in refusals:
            self._observer.refused(refusal.set_name)
        for refusal in refusals[:_MOST_LINES]:
            _log(refusal)
        if len(refusals) > _MOST_LINES:
            logger.warning("%d more updates of reference sets were refused.", len(refusals) - _MOST_LINES)

    def present(self, topics: Collection[str]) -> None:
        """Say once of every topic that is not there, and again after it was."""
        absent = self._sets_by_topic.keys() - topics
        for topic in sorted(absent - self._absent):
            logger.warning(
                "There is no topic %s, so nothing new is learned about the reference set %s. Create it with "
                "`sealstream topics create`, or let this user describe it.",
                topic,
                self._sets_by_topic[topic],
            )
        self._absent = absent


def _log(refusal: EntryRefusal) -> None:
    place, error = refusal.place, refusal.error
    entry = hashlib.sha256(place.key or b"").hexdigest()[:12]
    logger.warning(
        "Reference set %s: the update at %s[%d]@%d (SHA-256 of its key: %s…) was refused. %s",
        refusal.set_name,
        place.topic,
        place.partition,
        place.offset,
        entry,
        error,
    )
    if isinstance(error, BugError):
        logger.error("It met a bug:\n%s", without_content(error))
