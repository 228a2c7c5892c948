"""What the law of a run is: prohibited content, the ladder, accounts, and events that do everything right in China."""

import json
from collections.abc import Iterator
from typing import Any, Final

from agents.messages import KafkaMessage
from agents.topics import Topics

__all__ = ["ACCOUNTS", "LADDER", "PEOPLE", "PHRASE", "PROMPT", "in_order", "reference_messages", "step_for", "user"]

ACCOUNTS: Final = 4
"""So few that many events count against each, side by side."""

PHRASE: Final = "the forbidden lighthouse"
PROMPT: Final = "draw me a contraband-4711 at night"

_FEATURES: Final[tuple[dict[str, Any], ...]] = (
    {"id": "phrase", "version": 1, "verdict": "illegal", "phrase": PHRASE},
    {"id": "regex", "version": 3, "verdict": "harmful", "regex": "contraband-[0-9]+", "applies_to": ["prompt"]},
)

PEOPLE: Final[dict[str, tuple[str, ...]]] = {
    **{f"reviewer-{number}": ("reviewer", "second-reviewer") for number in range(3)},
    "officer-1": ("complaints-officer",),
    "viewer-1": ("viewer",),
}
"""Who may act, and as what."""

_RUNGS: Final = (("warn", 2), ("restrict", 4), ("suspend", 8), ("close", 16))
LADDER: Final = ",".join(f"{step}:{violations}" for step, violations in _RUNGS)
"""The first violation leads to no step, so that entries without an enforcement message come up too."""


def step_for(violations: int) -> str | None:
    """The step that so many violations lead to."""
    due = [step for step, least in _RUNGS if violations >= least]
    return due[-1] if due else None


def reference_messages(topics: Topics) -> Iterator[KafkaMessage]:
    """What puts prohibited content and people into their reference topics."""
    for data in _FEATURES:
        yield _entry(topics.features, "feature", data)
    for name, roles in PEOPLE.items():
        yield _entry(topics.operators, "operator", {"id": name, "version": 1, "roles": roles})


def _entry(topic: str, kind: str, data: dict[str, Any]) -> KafkaMessage:
    event = {
        "specversion": "1.0",
        "id": f"{data['id']}@{data['version']}",
        "source": "//operator/kill",
        "type": f"sealstream.{kind}.v1",
        "data": data,
    }
    return KafkaMessage(topic=topic, key=data["id"].encode(), value=json.dumps(event).encode())


def user(number: int) -> str:
    """The salted hash of one of the users."""
    return f"salted-hash-of-user-{number % ACCOUNTS}"


def in_order(content: dict[str, Any], id_hash: str) -> dict[str, Any]:
    """The data of an event about AI content in China with which every rule is satisfied."""
    return {
        "jurisdictions": ["CN"],
        "actor": {"role": "user"},
        "user": {"id_hash": id_hash, "identity": {"status": "verified", "method": "mobile"}},
        "content": {
            "synthetic": "yes",
            "is_news": False,
            "biometric": [],
            "art17_scenario": 0,
            "has_file": False,
            **content,
        },
        "service": {
            "public_opinion": False,
            "suspended_by_order": False,
            "label_function_offered": True,
            "label_prompted": True,
        },
        "review": {"input_checked": True, "output_checked": True, "feature_db_version": "theirs", "verdict": "ok"},
        "explicit": {"present": False, "waived_on_request": False},
        "watermark": {"present": True, "detector_ok": True},
        "log": {"present": True, "retain_days": 200},
        "declaration": {"made": True, "value": "ai"},
    }
