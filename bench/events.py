"""The events that are sent: what a Chinese service says of what it generated, with everything that rules ask for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import orjson

from agents.messages import KafkaMessage
from pipeline.events.intake import GENERATION

__all__ = ["broken_message", "event"]

_SAID: Final[Mapping[str, object]] = {
    "jurisdictions": ["CN"],
    "service": {
        "id": "studio",
        "provider_name": "Example Studio",
        "provider_code": "001191110000MA0EXAMP0D10000",
        "system_name": "Studio",
        "system_version": "4.2.0",
        "label_function_offered": True,
        "label_prompted": True,
        "public_opinion": False,
    },
    "user": {"id_hash": "u-2bb58a1920016a8b222379b2ba7d5229", "identity": {"status": "verified", "method": "mobile"}},
    "explicit": {"present": False},
    "log": {"present": True, "retain_days": 200, "recipient_recorded": True},
    "review": {
        "input_checked": True,
        "output_checked": True,
        "mode": "auto",
        "verdict": "ok",
        "feature_db_version": "2026-11-01",
    },
}
_GENERATED: Final[Mapping[str, object]] = {
    "operation": "generated",
    "synthetic": "yes",
    "art17_scenario": 0,
    "confusion_risk": "no",
}


def event(
    kind: str, source: str, number: int, content: Mapping[str, object], more: Mapping[str, object] | None = None
) -> KafkaMessage:
    """One event, structured as JSON, under an identity of its own; its topic lacks the prefix."""
    name = f"bench-{number}"
    generated = _GENERATED if kind == GENERATION else {}
    document = {
        "specversion": "1.0",
        "id": name,
        "source": source,
        "type": kind,
        "data": {**_SAID, "content": {"id": name, **generated, **content}, **(more or {})},
    }
    return KafkaMessage(
        topic="generation" if kind == GENERATION else "publication", key=name.encode(), value=orjson.dumps(document)
    )


_WRONG: Final[Sequence[Callable[[bytes], bytes]]] = (
    lambda whole: whole[: len(whole) // 2],
    lambda whole: whole.replace(b'"specversion"', b'"spec"'),
    lambda whole: whole.replace(b'"mime"', b'"kind"'),
    lambda whole: b"\x00\x00\x00\x00\x07" + whole,
)
"""Cut off; no CloudEvent; against its schema; behind the magic byte of a schema registry."""


def broken_message(number: int) -> KafkaMessage:
    """A message on the topic of generation events that is none: four ways to be wrong, in turn."""
    whole = event(GENERATION, "broken", number, {"mime": "text/plain", "text": "A short text."})
    wrong = _WRONG[number % len(_WRONG)]
    return msgspec.structs.replace(whole, value=wrong(whole.value or b""))
