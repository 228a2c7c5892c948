"""A refused entry becomes an alert, and the alert is published until it is delivered, while reading goes on."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.reference.book import EntryRefusal
from agents.reference.records import ENTRY_TYPES
from pipeline.errors import WorldError
from pipeline.events.identity import alert_id, event_uid
from pipeline.events.outputs import Alert, CitedRule, EventReference, Subject

__all__ = ["RULE", "AlertSender", "PublishAlert", "refusal_alert"]

logger = logging.getLogger(__name__)

RULE: Final = "operations.reference-entry"

PublishAlert = Callable[[Alert], Awaitable[None]]
"""Returns when the brokers have the alert; raises `WorldError` when it is to be tried again."""

_MOST_PENDING: Final = 10_000
"""So many alerts wait for the brokers at most; what writes more bad entries than that is known by then."""


def refusal_alert(refusal: EntryRefusal) -> Alert:
    """Say that an entry of a reference set was refused.

    Its identity derives from where the entry lies, so what is said again (by every worker, and after each start) can
    be told from what is new. Nothing of the entry is quoted: it may be a consent or a prohibited phrase.
    """
    place, name, error = refusal.place, refusal.set_name, refusal.error
    event = EventReference(
        source=f"kafka:{place.topic}", id=f"{place.partition}/{place.offset}", type=ENTRY_TYPES[name], time=None
    )
    uid = event_uid(event.source, event.id)
    return Alert(
        alert_id=alert_id(uid, RULE),
        event_uid=uid,
        event=event,
        kind="operations",
        severity="high",
        rule=CitedRule(id=RULE, citation=None),
        action="alert",
        outcome="violation",
        code=None,
        message=f"The reference set {name} refused an update, and keeps what was known before: {error.what}",
        evidence={"set": name, "partition": place.partition, "offset": place.offset},
        subject=Subject(content_id=None, mime=None, sha256=None),
        record_uri=None,
        remedy=error.remedy,
    )


class AlertSender:
    """Publishes an alert for each refusal, in their order, each until it is delivered.

    Args:
        publish: delivers one alert.
        backoff: how long to wait after a delivery that failed.
    """

    def __init__(self, publish: PublishAlert, backoff: Backoff) -> None:
        self._publish = publish
        self._backoff = backoff
        self._pending: deque[EntryRefusal] = deque()
        self._arrived = asyncio.Event()
        self._left_out = 0

    def send(self, refusals: Iterable[EntryRefusal]) -> None:
        """Have alerts published; does not wait for them."""
        for refusal in refusals:
            if len(self._pending) < _MOST_PENDING:
                self._pending.append(refusal)
            else:
                self._left_out += 1
        self._arrived.set()

    async def run(self) -> None:
        """Publish what is sent, until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._pending:
                await self._deliver(refusal_alert(self._pending[0]))
                self._pending.popleft()
            if self._left_out:
                logger.error("%d more updates were refused than alerts could be published.", self._left_out)
                self._left_out = 0

    async def _deliver(self, alert: Alert) -> None:
        attempt = 0
        while True:
            try:
                return await self._publish(alert)
            except WorldError as error:
                attempt += 1
                if attempt == 1:
                    logger.warning("An alert waits to be published. %s", error)
            except Exception as error:  # noqa: BLE001 - one alert that cannot be sent must not hold up the others
                logger.error("An alert cannot be published: %s", without_content(error))  # noqa: TRY400
                return None
            await asyncio.sleep(self._backoff.wait(attempt))
