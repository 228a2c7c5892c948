"""The use case of a step against an account: once announced, it is a case until somebody says that it was taken.

Deep Synthesis Provisions Art. 10: users are warned, restricted, suspended or shut out. sealstream has no accounts, so
whoever keeps them does it, and says so by an act of the case (`enforcement.taken`); a clock of the pack says by itself
when nobody did. The number of the case is the `enforcement_id` of the step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from pipeline.duties.matters import Statement
from pipeline.events.identity import case_uid, event_uid
from pipeline.events.outputs import Case, CaseFact, CaseSubject, Enforcement, EnforcementReversal, EventReference
from pipeline.policy.pack import EVERYWHERE
from pipeline.usecases.casework import Casework

__all__ = ["CarryingOut"]

_SOURCE: Final = "enforcement"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A step, or its reversal, as what leads to a version of a case."""

    step: Enforcement | EnforcementReversal

    @property
    def uid(self) -> str:
        """Its identity as an event."""
        return event_uid(_SOURCE, self.step.enforcement_id)

    @property
    def reference(self) -> EventReference:
        """What the case names as its event."""
        kind = "enforcement.v1" if isinstance(self.step, Enforcement) else "enforcement-reversal.v1"
        return EventReference(
            source=_SOURCE, id=self.step.enforcement_id, type=f"sealstream.{kind}", time=self.step.entered_at
        )

    @property
    def digest(self) -> str:
        """What it says: a step never says anything else under its identity."""
        return self.step.enforcement_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryingOut:
    """Keeps the cases of steps against accounts; safe to call from several threads and processes.

    Args:
        casework: keeps cases.
        laws: where each rule is law, by its id.
    """

    casework: Casework
    laws: Mapping[str, str]

    def __call__(self, step: Enforcement | EnforcementReversal) -> Case:
        """Enter a step into its case, or that it was taken back, and return the case as it stands.

        Raises:
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        said = self._said(step)
        about = CaseSubject(event_uid=step.event_uid, account=step.account)
        return self.casework.enter(
            said.case_uid,
            _Said(step=step),
            lambda before: msgspec.structs.replace(
                self.casework.grown(before, said, _Said(step=step)),
                about=about if before is None or before.about is None else before.about,
            ),
        )

    def _said(self, step: Enforcement | EnforcementReversal) -> Statement:
        if isinstance(step, Enforcement):
            number, date = step.enforcement_id, "enforcement.announced_at"
        else:
            number, date = step.reverses, "enforcement.reversed_at"
        facts: dict[str, CaseFact] = {"enforcement.id": number, "enforcement.step": step.step, date: step.entered_at}
        places = {self.laws.get(rule.id, EVERYWHERE) for rule in step.rules} - {EVERYWHERE}
        return Statement(
            case_uid=case_uid("enforcement", f"#{number}"),
            kind="enforcement",
            id=number,
            jurisdictions=tuple(sorted(places)) or self.casework.jurisdictions,
            facts=facts,
        )
