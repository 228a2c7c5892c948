"""What is sent, and what must come of each: the words that the workload and the audit share.

Identities are computed here again from the public contract, and not with the product's own functions.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

__all__ = [
    "CASE_HEADER",
    "Against",
    "Case",
    "Clock",
    "Expected",
    "Headers",
    "Matter",
    "Object",
    "Topic",
    "Version",
    "account_of",
    "act_id",
    "alert_id",
    "announcement_id",
    "clock_id",
    "decision_id",
    "enforcement_id",
    "event_uid",
    "matter_uid",
    "retraction_id",
    "review_id",
    "sha256",
    "written",
]

CASE_HEADER = "kill-case"
"""A header of our own, by which an input is recognised in the topic and its dead letter in another."""

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]
Topic: TypeAlias = Literal["generation", "publication", "activities", "reviews", "cases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What lies in the inbox bucket before its event is sent."""

    key: str
    body: bytes
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Whose conduct it is that a record complains about, and by which rules."""

    account: str
    rules: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come of a case.

    Args:
        outcome: a manifest record, a decision (by rules or by a person), an entry of the log of acts, a retraction, a
            version of a case of an operator and nothing else, or a dead letter and no record.
        alerts: the rules that must raise an alert each; no other may.
        repeated: rules whose findings are repeated without another alert: those of the held event, by its review.
        decision: of a publication or activity event, or of a review.
        against: which account's violations the record names.
        counts: this input has them entered into the account's ledger.
        takes_back: this input has what was counted taken out of it again.
        original: SHA-256 of the asset that is sealed or judged.
        embedded: whether a sealed asset carries its manifest inside.
        error: class of the error that a dead letter names.
    """

    outcome: Literal["manifest", "decision", "act", "retraction", "version", "dead-letter"]
    alerts: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    decision: Literal["allow", "hold", "block", "retracted"] | None = None
    against: Against | None = None
    counts: bool = False
    takes_back: bool = False
    original: str | None = None
    embedded: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock that the law gives to a case of an operator.

    Args:
        rule: which one.
        given: how long it gives from when the case came.
        shares: of that, after which it warns, in percent.
    """

    rule: str
    given: timedelta
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What an input says of a case of an operator: of an order, a complaint, an appeal.

    Args:
        kind: of the case.
        id: its number.
        received: when it came.
        clock: what runs from then on, if anything.
        done: when it was carried out or answered, if this input says so.
        suspends: the service that it suspends, if it does.
    """

    kind: str
    id: str
    received: datetime
    clock: Clock | None
    done: datetime | None = None
    suspends: str | None = None

    @property
    def uid(self) -> str:
        """The identity of the case."""
        return matter_uid(self.kind, self.id)

    @property
    def due(self) -> datetime:
        """When the time of its clock is up."""
        return self.received if self.clock is None else self.received + self.clock.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an act makes of a case of an operator.

    Args:
        number: of the version that it leads to.
        act: as the contract calls it.
        actor: who did it; None of the public.
        outcome: what was decided about the decision that the case is about, as the case has it from then on.
    """

    number: int
    act: str
    actor: str | None
    outcome: Literal["upheld", "overturned"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input, to be sent once or more often.

    Args:
        number: its place in the workload.
        kind: what it is an example of.
        topic: where it goes.
        uid: its event_uid; None where no CloudEvent can be read from it.
        times: how often it is sent; more than once as a producer does that was not sure.
        content_id: of the content that it is about; None where it is about none.
        about: the event_uid of the event that a person's act is about; None for what no person did.
        turn: which decision of a person about that event it is, or which act beside deciding, from 1.
        matter: what it says of a case of an operator, if it says anything of one, and is taken.
        version: the version of that case that it leads to, where it is an act that others may not get ahead of.
        told_under: the key of the message that tells its outcome, where that is not its own.
        account: the account behind it, where only a later verdict would count anything against that.
        after: the case that must have been decided before this one is sent.
    """

    number: int
    kind: str
    topic: Topic
    key: bytes | None
    value: bytes | None
    headers: Headers
    uid: str | None
    expected: Expected
    objects: tuple[Object, ...] = ()
    times: int = 1
    content_id: str | None = None
    about: str | None = None
    turn: int = 1
    matter: Matter | None = None
    version: Version | None = None
    told_under: bytes | None = None
    account: str | None = None
    after: int | None = None

    @property
    def is_refused_act(self) -> bool:
        """Whether it is an act of a person, or of the public, that was held against what is in force and not taken."""
        return self.expected.outcome == "dead-letter" and self.topic in ("reviews", "cases") and self.uid is not None

    @property
    def leaves_record(self) -> bool:
        """Whether what became of it is stored: its outcome, or why an act was refused."""
        return self.expected.outcome != "dead-letter" or self.is_refused_act

    @property
    def subject(self) -> str:
        """The event_uid that its outcome is about."""
        return str(self.about or self.uid)

    @property
    def output_id(self) -> str:
        """The identity of the message that tells its outcome."""
        match self.expected.outcome:
            case "manifest":
                return self.subject
            case "act":
                return act_id(self.subject, self.turn)
            case "retraction":
                return retraction_id(self.subject)
            case "version":
                assert self.matter is not None
                assert self.version is not None
                return f"{self.matter.uid}.{self.version.number}"
            case _:
                return decision_id(self.subject) if self.about is None else review_id(self.subject, self.turn)


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


def review_id(uid: str, turn: int = 1) -> str:
    """The identity of a decision that a person takes, by the contract."""
    return sha256("\0".join((uid, "review", *([str(turn)] if turn > 1 else []))).encode())


def act_id(uid: str, turn: int) -> str:
    """The identity of what a person did beside deciding, by the contract."""
    return sha256(f"{uid}\0review-update\0{turn}".encode())


def retraction_id(uid: str) -> str:
    """The identity of the decision that retracts an event, by the contract."""
    return sha256(f"{uid}\0retraction".encode())


def account_of(id_hash: str) -> str:
    """The account behind a user's hash, by the contract."""
    return sha256(f"account\0{id_hash}".encode())


def enforcement_id(account: str, number: int) -> str:
    """The identity of the step that an entry of an account's ledger leads to, by the contract."""
    return sha256(f"enforcement\0{account}\0{number}".encode())


def matter_uid(kind: str, number: str) -> str:
    """The identity of a case of an operator, by the contract."""
    return sha256(f"case\0{kind}\0#{number}".encode())


def clock_id(matter: str, rule: str, starts: datetime) -> str:
    """The identity of a clock, by the contract."""
    return sha256(f"clock\0{matter}\0{rule}\0{written(starts)}".encode())


def announcement_id(clock: str, stage: str) -> str:
    """The identity of what a clock announces, by the contract."""
    return sha256(f"announcement\0{clock}\0{stage}".encode())


def written(at: datetime) -> str:
    """An instant as messages say it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
