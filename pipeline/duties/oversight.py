"""Who may do what: persons are looked up in the operators set, and what is asked of them is said by packs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from pipeline.duties.refusals import OperatorsMissingError, RoleRefusedError
from pipeline.events.inputs import Reviewer
from pipeline.events.outputs import Finding
from pipeline.policy.pack import EVERYWHERE, Pack
from pipeline.policy.places import lies_in
from pipeline.policy.reference import OperatorEntry, OperatorRole, ReferenceSets

__all__ = ["Oversight", "OversightFacts", "Permission", "oversight_facts", "roles_permitted"]

Permission = Literal[
    "review",
    "second look",
    "appeal",
    "note",
    "complaint",
    "incident",
    "alert",
    "content",
    "audit",
    "report",
    "registry",
]

_PERMITTED: Final[Mapping[Permission, frozenset[OperatorRole]]] = {
    "review": frozenset({"reviewer", "second-reviewer"}),
    "second look": frozenset({"second-reviewer"}),
    "appeal": frozenset({"second-reviewer", "complaints-officer"}),
    "note": frozenset({"reviewer", "second-reviewer", "complaints-officer"}),
    "complaint": frozenset({"complaints-officer"}),
    "incident": frozenset({"complaints-officer"}),
    "alert": frozenset({"reviewer", "second-reviewer", "complaints-officer"}),
    "content": frozenset({"reviewer", "second-reviewer", "complaints-officer", "auditor"}),
    "audit": frozenset({"auditor"}),
    "report": frozenset({"complaints-officer", "auditor"}),
    "registry": frozenset({"auditor", "admin"}),
}
"""Which roles may do it."""

_SAID: Final[Mapping[Permission, str]] = {
    "review": "review what is held",
    "second look": "take the second look at what is held",
    "appeal": "look at a decision again",
    "note": "note something down about an event",
    "complaint": "handle complaints",
    "incident": "handle incidents, orders, demands, licences, emergencies and steps against accounts",
    "alert": "say that an alert was looked at",
    "content": "see content",
    "audit": "take the audit log along",
    "report": "read reports",
    "registry": "read the reference sets",
}


class OversightFacts(NamedTuple):
    """What packs say of people's part.

    Attributes:
        places: where each pack is law, by the pack's name.
        second_eyes: ids of rules that one person alone does not decide about.
        laws: where each rule is law, by its id.
    """

    places: Mapping[str, str] = {}
    second_eyes: frozenset[str] = frozenset()
    laws: Mapping[str, str] = {}


def oversight_facts(packs: Iterable[Pack]) -> OversightFacts:
    """What these packs say of people's part."""
    packs = tuple(packs)
    return OversightFacts(
        places={pack.name: pack.jurisdiction for pack in packs},
        second_eyes=frozenset(rule.id for pack in packs for rule in pack.rules if rule.second_eyes),
        laws={rule.id: pack.jurisdiction for pack in packs for rule in pack.rules},
    )


def roles_permitted(to: Permission) -> frozenset[OperatorRole]:
    """The roles in which a person may do something."""
    return _PERMITTED[to]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """Looks up who may act; safe to call from several threads.

    Args:
        references: the reference sets as they are now.
        facts: what packs say of people's part.
        without_operators: whether anybody may do anything while the operators set is empty, as in development.
    """

    references: Callable[[], ReferenceSets]
    facts: OversightFacts = field(default_factory=OversightFacts)
    without_operators: bool = False

    def is_open(self) -> bool:
        """Whether anybody may do anything: there are no operators, and development says that this is well."""
        return self.without_operators and not self.references().operators

    def require_operators(self) -> None:
        """See that there is anybody in the operators set.

        Raises:
            OperatorsMissingError: there is nobody.
        """
        _require_some(self.references())

    def permit(self, actor: Reviewer, to: Permission, findings: Collection[Finding]) -> str:
        """See that a person may do something about an event; returns the version of the set that says so.

        Args:
            actor: who, and as what.
            to: what the person wants to do.
            findings: those of the event: whoever acts for some places only may not decide by the law of others.

        Raises:
            OperatorsMissingError: nobody is in the operators set.
            RoleRefusedError: the person may not.
        """
        laws = {
            self.facts.places.get(finding.pack.name, EVERYWHERE) for finding in findings if finding.pack is not None
        }
        return self._permit(actor, to, laws, "whose law something was found by")

    def permit_case(self, actor: Reviewer, to: Permission, places: Collection[str]) -> str:
        """See that a person may do something about a case of these places; as `permit`, and raises as it does."""
        return self._permit(actor, to, places, "where the case is")

    def _permit(self, actor: Reviewer, to: Permission, places: Collection[str], why: str) -> str:
        sets = self.references()
        if not sets.operators and self.without_operators:
            return sets.operators_version
        _require_some(sets)
        entry = sets.operators.get(actor.id)
        if entry is None:
            raise RoleRefusedError(
                what="The actor is not in the operators set.",
                remedy="Have an admin add the pseudonym with `sealstream operators set`, and send a new event.",
            )
        self._require_role(entry, actor, to)
        _require_place(entry, places, why)
        return sets.operators_version

    def needs_two(self, findings: Collection[Finding]) -> bool:
        """Whether two persons have to agree about an event with these findings."""
        return any(finding.rule in self.facts.second_eyes for finding in findings)

    def _require_role(self, entry: OperatorEntry, actor: Reviewer, to: Permission) -> None:
        if actor.role not in entry.roles:
            raise RoleRefusedError(
                what=f"The actor does not have the role {actor.role}.",
                remedy="Act in a role that the operators set gives to the actor, or have an admin give it, and send a "
                "new event.",
            )
        if actor.role not in _PERMITTED[to]:
            raise RoleRefusedError(
                what=f"Somebody acting as {actor.role} may not {_SAID[to]}.",
                remedy=f"Have it done by one of these: {', '.join(sorted(_PERMITTED[to]))}.",
            )


def _require_place(entry: OperatorEntry, places: Collection[str], why: str) -> None:
    if EVERYWHERE in entry.jurisdictions:
        return
    for place in sorted(set(places) - {EVERYWHERE}):
        if not any(lies_in(place, wider) for wider in entry.jurisdictions):
            raise RoleRefusedError(
                what=f"The actor does not act for {place}, {why}.",
                remedy="Have it done by somebody whose `jurisdictions` say so.",
            )


def _require_some(sets: ReferenceSets) -> None:
    if not sets.operators:
        raise OperatorsMissingError(
            what="The operators set is empty, so that nobody can be looked up who acts.",
            remedy="Put people into it with `sealstream operators set`; what they did waits, and nothing is lost.",
        )
