"""Logging of a process: text for people or JSON lines for machines, always to standard error."""

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

import orjson

from pipeline.events.outputs import EventReference

__all__ = ["configure_logging", "name_event"]

_EVENT: ContextVar[Mapping[str, str]] = ContextVar("event", default=MappingProxyType({}))
"""Of which event the lines are that are written here."""

_NOISY = ("aiokafka", "botocore", "boto3", "urllib3", "faust", "mode", "asyncio")


class _JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _EVENT.get()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def name_event(event_uid: str, event: EventReference) -> None:
    """Have every line that the current task writes from now on, as JSON, name an event.

    Each record is worked on in a task of its own, and threads that work for it are given its context.
    """
    _EVENT.set({"event_uid": event_uid, "event_source": event.source, "event_id": event.id})


def configure_logging(*, level: str, style: Literal["text", "json"]) -> None:
    """Send the logs of this process to standard error; libraries only speak up from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter()
        if style == "json"
        else logging.Formatter("%(asctime)s %(levelname)-8s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    if level != "debug":
        for name in _NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
