"""The lanes of a worker: each takes the records of one input topic to their use case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from agents.topics import Topics
from pipeline.events.envelope import Headers
from pipeline.events.inputs import InputEvent
from pipeline.events.intake import (
    intake_activity,
    intake_case_act,
    intake_generation,
    intake_publication,
    intake_review_act,
)
from pipeline.usecases.case_acting import CaseActTaken
from pipeline.usecases.claiming import ActTaken
from pipeline.usecases.frame import AnyOutcome
from pipeline.usecases.wiring import UseCases

__all__ = ["LANES", "Lane"]

Event = TypeVar("Event", bound=InputEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane(Generic[Event]):
    """One input topic and what is done with its records.

    Args:
        name: what the agent is called, in logs and metrics.
        topic: which topic.
        schema: what its events' data follows.
        intake: makes a record's value and headers an event.
        use_case: what is done with the event.
    """

    name: str
    topic: Callable[[Topics], str]
    schema: str
    intake: Callable[[bytes | None, Headers], Event]
    use_case: Callable[[UseCases], Callable[[Event], AnyOutcome | ActTaken | CaseActTaken]]


LANES: Final[tuple[Lane[Any], ...]] = (
    Lane(
        name="generation",
        topic=lambda topics: topics.generation,
        schema="generation-event.v1",
        intake=intake_generation,
        use_case=lambda cases: cases.sealing,
    ),
    Lane(
        name="publication",
        topic=lambda topics: topics.publication,
        schema="publication-event.v1",
        intake=intake_publication,
        use_case=lambda cases: cases.inspection,
    ),
    Lane(
        name="activities",
        topic=lambda topics: topics.activities,
        schema="activity-event.v1",
        intake=intake_activity,
        use_case=lambda cases: cases.assessment,
    ),
    Lane(
        name="reviews",
        topic=lambda topics: topics.reviews,
        schema="review.v2",
        intake=intake_review_act,
        use_case=lambda cases: cases.by_people,
    ),
    Lane(
        name="cases",
        topic=lambda topics: topics.cases,
        schema="case-act.v1",
        intake=intake_case_act,
        use_case=lambda cases: cases.case_acting,
    ),
)
"""Every input topic has one; a test sees to that."""
