"""What a story is made of: things that happen at a service, each of them one message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pipeline.events.outputs import CaseOutcome
from pipeline.policy.reference import OperatorRole, SetName

__all__ = [
    "NOW",
    "Act",
    "ActivityScene",
    "BrokenScene",
    "CaseScene",
    "EntryScene",
    "ReviewScene",
    "Scene",
    "SceneFacts",
    "SomeScene",
]

SceneFacts = Mapping[str, object]

NOW = "2026-11-20T09:00:00Z"
"""When the story happens: a day on which every law of it is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One event about a sample.

    Args:
        title: what a person reads.
        file: the sample.
        kind: generation or publication.
        facts: the event's data, without what the stage knows: id, media type and bytes of the content.
        asset: the sample as it is, the same inline in the event, or what an earlier scene sealed it into.
        change: what happens to the bytes on the way.
        parent: the sample it was made from.
        time: when it happens.
    """

    title: str
    file: str
    kind: Literal["generation", "publication"]
    facts: SceneFacts = field(default_factory=dict)
    asset: Literal["sample", "inline", "sealed"] = "sample"
    change: Callable[[bytes], bytes] = bytes
    parent: str | None = None
    time: str = NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityScene:
    """One event without an asset; `facts` is its data."""

    title: str
    facts: SceneFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewScene:
    """A person decides about an event, on the sight of what came of a scene.

    Args:
        title: what a person reads.
        about: the title of that scene: the event that is held, or a review of it; of the verdict illegal any event.
        verdict: what the person decides.
        reason: why.
        by: who, and `role` as what.
        case: the appeal for which a decision is looked at again.
    """

    title: str
    about: str
    verdict: Literal["release", "refuse", "escalate", "illegal"]
    reason: str
    by: str = "reviewer-17"
    role: OperatorRole = "reviewer"
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScene:
    """Somebody does something about a case, at the time of day at which the demo is played.

    Args:
        title: what a person reads.
        act: what is done.
        number: of the case.
        facts: more of the event's data.
        about: the title of the scene whose decision it is about.
        ago: how long ago it was done.
        due: in how long it has to be answered, as the operator published it.
        is_missed: whether the time that a law gives is up before the demo ends.
        outcome: what becomes of the decision.
        by: who, and `role` as what; None for the public.
        reason: why.
    """

    title: str
    act: str
    number: str
    facts: SceneFacts = field(default_factory=dict)
    about: str | None = None
    ago: timedelta = timedelta()
    due: timedelta | None = None
    is_missed: bool = False
    outcome: CaseOutcome | None = None
    by: str | None = None
    role: OperatorRole = "complaints-officer"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryScene:
    """An update of a reference set.

    Args:
        title: what a person reads.
        name: the set.
        entry_id: the entry.
        entry: what it says from now on, without its id; None deletes it.
        is_good: whether the workers will take it.
    """

    title: str
    name: SetName
    entry_id: str
    entry: SceneFacts | None
    is_good: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenScene:
    """An input that can never succeed.

    Args:
        title: what a person reads.
        content: all of the event's `content`; None where there is no event at all.
        raw: what is sent instead of an event.
    """

    title: str
    content: SceneFacts | None = None
    raw: bytes = b""


SomeScene = Scene | ActivityScene | ReviewScene | CaseScene | EntryScene | BrokenScene


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Scenes that happen at once, after everything before them is done with."""

    title: str
    scenes: tuple[SomeScene, ...]
