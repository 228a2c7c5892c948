"""Why an act of a person is not taken.

No error names a person: errors are logged. Which act it was is in the dead letter, which the actor finds by its event.
"""

from dataclasses import dataclass
from typing import ClassVar

from pipeline.errors import ProducerError, WorldError

__all__ = [
    "ActOvertakenError",
    "ActRefusedError",
    "ClaimedError",
    "OperatorsMissingError",
    "ReviewRefusedError",
    "RoleRefusedError",
    "SamePersonError",
]


@dataclass(slots=True, eq=False)
class ActRefusedError(ProducerError):
    """What a person did is not taken."""

    stage: ClassVar[str] = "inspect"


class ReviewRefusedError(ActRefusedError):
    """The review has nothing to decide: its event is unknown, is not held, or was decided by another review."""


class RoleRefusedError(ActRefusedError):
    """The person is not known, does not have the role, or may not do this with it."""


class ActOvertakenError(ActRefusedError):
    """The person acted on what is not in force any more."""


class ClaimedError(ActRefusedError):
    """Somebody else has claimed the event."""


class SamePersonError(ActRefusedError):
    """Another person has to do this: this one decided about it before."""


@dataclass(slots=True, eq=False)
class OperatorsMissingError(WorldError):
    """Nobody is in the operators set, so nobody can be looked up: what people do waits until somebody is."""

    stage: ClassVar[str] = "inspect"
