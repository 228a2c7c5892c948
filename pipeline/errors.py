"""Error families by cause and by whose fault it is.

The family decides what happens to the event that met the error; nothing else does:

| family          | whose fault        | the event                                  | the process           |
|-----------------|--------------------|--------------------------------------------|-----------------------|
| `ProducerError` | who sent the event | dead letter, at once                       | goes on               |
| `WorldError`    | a service is away  | waits and is tried again, for ever         | goes on, is not ready |
| `OperatorError` | the configuration  | none is taken                              | stops, exit code 2    |
| `BugError`      | ours               | dead letter after a few tries, loudly      | goes on               |

Beside them, `EventErasedError` is nobody's fault: there is nothing to do, and the event is acknowledged.

Each error says what happened, to what, and what to do. No message carries content, personal data or a key:
messages end up in logs and in dead letters.
"""

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "AssetDigestError",
    "AssetForbiddenError",
    "AssetMissingError",
    "AssetRefusedError",
    "BugError",
    "EnvelopeError",
    "EventErasedError",
    "EventInvalidError",
    "HostileAssetError",
    "IdentityReusedError",
    "OperatorError",
    "ProducerError",
    "SealRefusedError",
    "SealstreamError",
    "TimeStampError",
    "WorldError",
]


@dataclass(slots=True, eq=False)
class SealstreamError(Exception):
    """The root of every error raised on purpose.

    Args:
        what: what happened, and to what; one sentence.
        remedy: what the reader can do about it; one sentence.
    """

    what: str
    remedy: str

    stage: ClassVar[str] = "unknown"
    """The step of the event's way at which errors of this class arise, as dead letters name it."""

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class ProducerError(SealstreamError):
    """The event can never succeed as it was sent: it becomes a dead letter."""


class WorldError(SealstreamError):
    """A service the event needs is away or refuses for now: the same event is tried again until it succeeds."""


class OperatorError(SealstreamError):
    """The configuration cannot work: the program stops at start, before any partition is taken, with exit code 2."""


class BugError(SealstreamError):
    """We broke our own promise: logged loudly; the event becomes a dead letter so that it cannot stop the others."""


@dataclass(slots=True, eq=False)
class EventErasedError(SealstreamError):
    """The event was erased, its record too: it is not worked on again, nothing is said, and it is acknowledged.

    No dead letter, which would hold what somebody had erased.
    """


@dataclass(slots=True, eq=False)
class EnvelopeError(ProducerError):
    """The Kafka record is no CloudEvent in any of the accepted modes."""

    stage: ClassVar[str] = "intake"


@dataclass(slots=True, eq=False)
class EventInvalidError(ProducerError):
    """The event's data breaks its JSON Schema.

    Args:
        path: JSON path of the offending value, such as `$.content.sha256`.
        rule: the schema keyword that was broken, such as `pattern` or `required`.
        value_type: the JSON type of the offending value; never the value itself.
    """

    path: str
    rule: str
    value_type: str

    stage: ClassVar[str] = "intake"


@dataclass(slots=True, eq=False)
class IdentityReusedError(ProducerError):
    """Another event with the same source and id was here before: a dead letter and an `operations` alert.

    The answer to the first one is no answer to this one, whatever it says.
    """

    stage: ClassVar[str] = "intake"


@dataclass(slots=True, eq=False)
class AssetRefusedError(ProducerError):
    """The asset was refused before it was read: outside the allowed buckets, too large, or of no usable media type."""

    stage: ClassVar[str] = "fetch"


@dataclass(slots=True, eq=False)
class AssetMissingError(WorldError):
    """The asset is not there (yet): tried again for a while, then a dead letter."""

    stage: ClassVar[str] = "fetch"


@dataclass(slots=True, eq=False)
class AssetForbiddenError(WorldError):
    """The store refuses to hand out the asset: tried again for longer than a missing one, then a dead letter.

    Keys may be rotating, so it waits; one object that is archived or denied for good must not wait for ever.
    """

    stage: ClassVar[str] = "fetch"


class TimeStampError(WorldError):
    """No time-stamp authority gave a time stamp, or none that holds."""

    stage: ClassVar[str] = "seal"


@dataclass(slots=True, eq=False)
class AssetDigestError(ProducerError):
    """The bytes found are not the bytes the event promised: a dead letter and a `content-mismatch` alert.

    Args:
        declared: SHA-256 or size the event declared.
        found: SHA-256 or size of what was found.
    """

    declared: str
    found: str

    stage: ClassVar[str] = "fetch"


@dataclass(slots=True, eq=False)
class HostileAssetError(ProducerError):
    """Parsing the asset killed, stalled or starved the child process it was parsed in."""

    stage: ClassVar[str] = "parse"


@dataclass(slots=True, eq=False)
class SealRefusedError(ProducerError):
    """The asset cannot carry the manifest the event asks for, embedded or beside it."""

    stage: ClassVar[str] = "seal"
