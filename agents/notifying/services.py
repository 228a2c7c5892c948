"""Delivers to what apprise knows: Slack, mail, Teams, Matrix and a hundred more, each by one address."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from agents.notifying.items import NotifiedItem
from agents.notifying.port import Deliver, Notification, NotTakenError
from pipeline.errors import OperatorError

__all__ = ["open_service", "title_and_text"]

_MOST_LINES: Final = 10


@asynccontextmanager
async def open_service(name: str, apprise_file: Path) -> AsyncIterator[Deliver]:
    """What delivers to the service whose address is in a file.

    Raises:
        OperatorError: apprise is not installed, or cannot use the address.
    """
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise OperatorError(
            what=f"targets.{name} needs apprise, which is not installed.",
            remedy="Install it with: pip install 'sealstream[notify]'.",
        ) from error
    # It logs addresses and answers, and both have secrets in them.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    address = await asyncio.to_thread(_address, name, apprise_file)
    service = apprise.Apprise()
    if "\n" in address or not service.add(address):
        raise OperatorError(
            what=f"targets.{name}.apprise_file has no address that apprise knows.",
            remedy="See https://github.com/caronc/apprise/wiki for how it is written; one line, one address.",
        )

    async def deliver(told: Notification) -> None:
        title, text = title_and_text(told)
        if not await asyncio.to_thread(service.notify, body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
            raise NotTakenError(what="The service did not take it.", remedy="It is tried again.")

    yield deliver


def _address(name: str, apprise_file: Path) -> str:
    try:
        return apprise_file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(
            what=f"targets.{name}.apprise_file cannot be read ({type(error).__name__}).",
            remedy="Let it have one address as apprise writes it, such as slack://TOKEN_A/TOKEN_B/TOKEN_C/#channel.",
        ) from error


def title_and_text(told: Notification) -> tuple[str, str]:
    """A notification in words, for people."""
    first = told.items[0]
    more = f" and {len(told.items) - 1} more" if len(told.items) > 1 else ""
    place = f" ({first.jurisdiction})" if first.jurisdiction else ""
    lines = [_line(item) for item in told.items[:_MOST_LINES]]
    if len(told.items) > _MOST_LINES:
        lines.append(f"... and {len(told.items) - _MOST_LINES} more")
    if told.event_uid is not None:
        lines.append(f"{'Case' if first.about == 'clocks' else 'Event'} {told.event_uid}")
    lines += [told.link] if told.link else []
    return f"[{told.severity}] {first.kind}{place}{more}", "\n".join([*lines, f"({told.id})"])


def _line(item: NotifiedItem) -> str:
    due = f", due {item.due_at}" if item.due_at else ""
    return f"{item.severity}: {item.kind}{due} - {item.citation or item.rule or item.about}, {item.at}"
