"""What is sent, and what must come of each: the words that the workload and the audit share.

Identities are computed here again from the public contract, and not with the product's own functions.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["CASE_HEADER", "Case", "Expected", "Headers", "Object", "alert_id", "decision_id", "event_uid", "sha256"]

CASE_HEADER = "kill-case"
"""A header of our own, by which an input is recognised in the topic and its dead letter in another."""

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What lies in the inbox bucket before its event is sent."""

    key: str
    body: bytes
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come of a case.

    Args:
        outcome: a manifest record, a decision, or a dead letter and no record.
        alerts: the rules that must raise an alert each; no other may.
        decision: of a publication event.
        original: SHA-256 of the asset that is sealed or judged.
        embedded: whether a sealed asset carries its manifest inside.
        error: class of the error that a dead letter names.
    """

    outcome: Literal["manifest", "decision", "dead-letter"]
    alerts: frozenset[str] = frozenset()
    decision: Literal["allow", "hold", "block"] | None = None
    original: str | None = None
    embedded: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input, to be sent once or more often.

    Args:
        number: its place in the workload.
        kind: what it is an example of.
        topic: where it goes.
        uid: its event_uid; None where no CloudEvent can be read from it.
        times: how often it is sent; more than once as a producer does that was not sure.
    """

    number: int
    kind: str
    topic: Literal["generation", "publication"]
    key: bytes | None
    value: bytes | None
    headers: Headers
    uid: str | None
    expected: Expected
    objects: tuple[Object, ...] = ()
    times: int = 1


def sha256(body: bytes) -> str:
    """Lowercase hex SHA-256."""
    return hashlib.sha256(body).hexdigest()


def event_uid(source: str, identity: str) -> str:
    """The identity of an event, by the contract."""
    return sha256(f"{source}\0{identity}".encode())


def alert_id(uid: str, rule: str) -> str:
    """The identity of an alert, by the contract."""
    return sha256(f"{uid}\0{rule}".encode())


def decision_id(uid: str) -> str:
    """The identity of a decision, by the contract."""
    return sha256(f"{uid}\0decision".encode())
