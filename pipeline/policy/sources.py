"""Where facts come from, and which source counts before which.

1. **measured**: read from the bytes, or from the words that the event itself gives of a label
2. **record**: our own record of sealing the same bytes, and their review by a person
3. **registry**: the operator's reference sets
4. **stated**: what the event says
5. **derived**: what follows from the above (`pipeline.policy.derivation`)
6. **default**: what the operator states once about the exceptional, for events that do not speak of it

What none of them knows stays unknown. A fact that only the event states, about something that bytes show, is *claimed*.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from pipeline.policy.derivation import completed, presumed_human
from pipeline.policy.recorded import remembered
from pipeline.policy.reference import FeatureMatch, Observed, ReferenceSets, reference_facts
from pipeline.policy.vocabulary import Facts, FactValue, vocabulary
from pipeline.policy.written_facts import facts_written

__all__ = ["Assumptions", "Known", "Sources", "assumptions_of", "gathered"]

_BYTES: Final = ("explicit.", "implicit.", "latent.", "signed_meta.", "watermark.")
_BY_LAW: Final = frozenset({"explicit.waived_on_request", "implicit.first_write"})
"""Not in the bytes, whatever the group: who asked for what, and who wrote first."""

_SERVICE: Final = "service.id"

_ORDER: Final = "order.received"
_ORDERED: Final = "service.suspended_by_order"

_NOTHING: Final = "none"
_UNDECLARED_IS_HUMAN: Final = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the operator states once.

    Args:
        unless_said: facts that are so unless an event, a record or a registry says otherwise.
        undeclared_is_human: whether content that somebody hands on, declared as nothing, in which no sign of AI was
            found, is taken for human (Labeling Measures Art. 6).
    """

    unless_said: Facts = field(default_factory=dict)
    undeclared_is_human: bool = True


def assumptions_of(unless_said: Sequence[str], undeclared: str, *, where: str) -> Assumptions:
    """Read what the operator states once.

    Args:
        unless_said: facts as NAME=VALUE, or the one word `none`.
        undeclared: `human` or `ask`.
        where: the setting that the facts are written in.

    Raises:
        OperatorError: a fact is not in the vocabulary, or its value is not one it can have.
    """
    written = () if tuple(unless_said) == (_NOTHING,) else unless_said
    return Assumptions(
        unless_said=facts_written(written, where=where), undeclared_is_human=undeclared == _UNDECLARED_IS_HUMAN
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is known of an event, by source.

    Args:
        stated: what the event says.
        implied: what follows from what the event is, where it does not say it itself.
        recorded: what our own record says of the same bytes.
        measured: what was measured.
        observed: what is matched against the feature database.
        signs_unread: whether there may be signs of AI that could not be read.
    """

    stated: Facts
    implied: Facts = field(default_factory=dict)
    recorded: Facts = field(default_factory=dict)
    measured: Facts = field(default_factory=dict)
    observed: Observed = field(default_factory=Observed)
    signs_unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The facts an event is judged on.

    Attributes:
        facts: all of them.
        settled: those that somebody measured, recorded, registered or stated.
        claimed: the names of those that bytes would show, and that only the event states.
        contradicted: the names of those that the event says are so, and that are measured not to be.
        matches: the entries of the feature database that were found, the gravest first.
    """

    facts: Facts
    settled: Facts
    claimed: frozenset[str]
    contradicted: frozenset[str]
    matches: tuple[FeatureMatch, ...]


def gathered(sources: Sources, sets: ReferenceSets, assumptions: Assumptions, at: datetime | None) -> Known:
    """Put the facts of an event together, each from the source that counts first.

    Args:
        sources: what is known of it.
        sets: the operator's registries.
        assumptions: what the operator states once.
        at: the event's time; None where it has none.
    """
    stated = sources.stated
    recorded = remembered(sources.recorded, stated)
    said = {**sources.implied, **stated, **recorded, **sources.measured}
    if _SERVICE not in said and _SERVICE in assumptions.unless_said:
        said[_SERVICE] = assumptions.unless_said[_SERVICE]
    enriched = reference_facts(said, sets, sources.observed, at)
    settled: dict[str, FactValue] = {**enriched.facts, **sources.measured}
    presume = assumptions.undeclared_is_human and not sources.signs_unread
    facts = completed({**settled, **presumed_human(settled)} if presume else settled)
    for name, value in _assumed(assumptions, settled).items():
        facts.setdefault(name, value)
    shown_by_bytes = _shown_by_bytes().intersection(stated)
    return Known(
        facts=facts,
        settled=settled,
        claimed=shown_by_bytes.difference(sources.measured, recorded),
        contradicted=frozenset(
            name for name in shown_by_bytes if sources.measured.get(name) is False and stated[name] is True
        ),
        matches=enriched.matches,
    )


def _assumed(assumptions: Assumptions, settled: Facts) -> Facts:
    """What goes without saying; an order that comes in is not silent about orders, whatever it leaves out."""
    if settled.get("event_type") != _ORDER:
        return assumptions.unless_said
    return {name: value for name, value in assumptions.unless_said.items() if name != _ORDERED}


@cache
def _shown_by_bytes() -> frozenset[str]:
    """The names of all facts that bytes show, or would show."""
    return frozenset(name for name in vocabulary() if name.startswith(_BYTES)) - _BY_LAW
