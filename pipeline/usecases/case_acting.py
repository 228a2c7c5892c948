"""The use case of what people do about cases, and somebody of the public: complain, answer, appeal, decide, carry out.

An act leads to the next version of its case (`pipeline.usecases.casework`), if whoever did it may, saw the version that
is the newest, and the table of states allows it. Where it decides about an event again, that is a review like any
other: the same rules refuse it, the decision supersedes, and what had counted against an account is taken back.

Commit order of an act that decides; a crash between any two steps repeats the work, and says the same again:

2. the case is read, and the act held against it
4. a. the decision about the event is stored, or the act refused
   b. the version of the case is stored; once a. is done, nothing that comes between refuses it
5. decision and case are published by the agents

A review on the topic of reviews that names a case decides it, too: there a. was done before.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from pipeline.duties import ActRefusedError, Oversight
from pipeline.duties.case_steps import (
    DECIDING,
    MAY_FOLLOW,
    documents_with,
    permission_for,
    require_may_follow,
    require_seen_case,
    said_by_act,
    state_of,
    step_of,
    subject_with,
)
from pipeline.duties.matters import Statement
from pipeline.errors import BugError
from pipeline.events.identity import case_uid, event_uid
from pipeline.events.inputs import CaseAct, Review
from pipeline.events.instants import instant, written
from pipeline.events.outputs import (
    Case,
    CaseOutcome,
    CaseState,
    Decision,
    ReviewOutcome,
    ReviewVerdict,
    TakenCaseAct,
)
from pipeline.policy.pack import CaseKind
from pipeline.store.chain import taken_decisions
from pipeline.usecases.casework import Casework
from pipeline.usecases.frame import Outcome
from pipeline.usecases.refused_acts import judged_once
from pipeline.usecases.reviewing import Reviewing, reviewed_chain

__all__ = ["CaseActTaken", "CaseActing"]

_DECIDED_AT: Final[dict[CaseKind, tuple[str, str]]] = {
    "appeal": ("appeal.decided", "appeal.decided_at"),
    "complaint": ("complaint.answered", "complaint.answered_at"),
}
"""The kinds of cases for which decisions are looked at again: the act by which that is done, and its date."""


class CaseActTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an act: the case as it stands, and what it decided about an event, if it did."""

    case: Case
    decided: Outcome[Decision] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseActing:
    """Takes what people do about cases; safe to call from several threads and processes.

    Args:
        casework: keeps cases.
        reviewing: decides about events.
        oversight: who may do what.
    """

    casework: Casework
    reviewing: Reviewing
    oversight: Oversight

    def __call__(self, act: CaseAct) -> CaseActTaken:
        """Do what a person does about a case; the same act again says the same.

        Raises:
            ActRefusedError: it is not taken.
            IdentityReusedError: its source and id are those of another act.
            OperatorsMissingError: nobody is known who may act; try again.
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        uid = case_uid(step_of(act.act).kind, f"#{act.case}")
        case = self.casework.enter(uid, act, lambda before: self._following(act, before))
        about = _event_of(act, case)
        begun = self._begun(act, about)
        decided = None if begun is None or about is None else self.reviewing(_review(act, about, begun.verdict))
        return CaseActTaken(case=case, decided=decided)

    def of_review(self, review: Review, decision: Decision) -> Case | None:
        """Enter a decision into the case that its review names, and return that; None where there is no such case.

        Args:
            review: the review.
            decision: what it led to.

        Raises:
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        if review.case is None or decision.decision == "hold":
            return None
        for kind in _DECIDED_AT:
            uid = case_uid(kind, f"#{review.case}")
            case = self.casework.newest(uid)
            about = None if case is None or case.about is None else case.about.event_uid
            if case is not None and about in (None, review.event_uid):
                return self.casework.enter(uid, review, partial(self._decided_case, kind, review, decision))
        return None

    def _following(self, act: CaseAct, before: Case | None) -> Case:
        """The version of the case that the act leads to."""
        begun = self._begun(act, _event_of(act, before))
        if begun is not None:
            return self._version(act, before, begun)
        with judged_once(self.casework.store, self.casework.layout, act, self.casework.now):
            return self._version(act, before, None)

    def _version(self, act: CaseAct, before: Case | None, begun: ReviewOutcome | None) -> Case:
        """The version of the case that the act leads to; `begun` is what it has decided before."""
        at = self._at(act)
        said = said_by_act(act, at, self.casework.jurisdictions if before is None else (), before)
        about = subject_with(None if before is None else before.about, act.about)
        documents = documents_with(() if before is None else before.documents, act, at)
        if begun is None:
            operators = self._permitted(act, before, said)
            self._decide(act, None if about is None else about.event_uid)
        else:  # others may have acted since; what was decided goes on
            operators = begun.operators
        grown = self.casework.grown(before, said, act)
        return msgspec.structs.replace(
            grown,
            state=_state(before, act.act),
            outcome=(act.outcome if act.act in DECIDING else None) or grown.outcome,
            about=about,
            party=grown.party or act.party,
            channel=grown.channel or act.channel,
            documents=documents,
            act=TakenCaseAct(
                act=act.act,
                actor=None if act.actor is None else act.actor.id,
                role=None if act.actor is None else act.actor.role,
                seen=act.seen,
                seen_decision=act.seen_decision,
                reason=act.reason,
                operators=operators,
                at=at,
            ),
        )

    def _permitted(self, act: CaseAct, before: Case | None, said: Statement) -> str | None:
        """See that the act may be done now, and by whom it is; returns the version of the operators set.

        Raises:
            ActRefusedError: it may not.
        """
        operators = None
        if act.actor is not None:
            places = (*(() if before is None else before.jurisdictions), *said.jurisdictions)
            operators = self.oversight.permit_case(act.actor, permission_for(act.act), places)
        elif before is not None and act.party is not None and before.party not in (None, act.party):
            raise ActRefusedError(
                what="The act is by another party than the one whose case it is.",
                remedy="Open a case of its own for the other party.",
            )
        require_seen_case(act, before)
        require_may_follow(act, before)
        return operators

    def _decide(self, act: CaseAct, about: str | None) -> None:
        """Decide about the event, where the act does.

        Raises:
            ActRefusedError: whoever acts may not, or did not see what is in force.
        """
        if act.act not in DECIDING or act.outcome is None or about is None:
            return
        if act.outcome == "upheld" and self._is_retracted(about):
            return
        if act.seen_decision is None:
            raise ActRefusedError(
                what="The act decides about an event again, and does not say which decision the actor saw.",
                remedy="Send a new act with `seen_decision`, the decision_id that is in force; or without `outcome`, "
                "where nothing is decided.",
            )
        chain = reviewed_chain(self.reviewing.store, self.reviewing.layout, about)
        if chain.outcome == "hold":
            raise ActRefusedError(
                what="The event is held, so there is no decision that could be upheld or overturned.",
                remedy="Review the event first, look at the decision that is then in force, and send a new act.",
            )
        is_release = (chain.outcome == "allow") == (act.outcome == "upheld")
        self.reviewing(_review(act, about, "release" if is_release else "refuse"))  # 4a

    def _is_retracted(self, uid: str) -> bool:
        return self.reviewing.store.get(self.reviewing.layout.retraction(uid)) is not None

    def _begun(self, act: CaseAct, about: str | None) -> ReviewOutcome | None:
        """What this very act has decided about an event before; None where it has not."""
        if act.act not in DECIDING or act.outcome is None or about is None:
            return None
        outcomes = map(_outcome, taken_decisions(self.reviewing.store, self.reviewing.layout, about))
        return next((taken for taken in outcomes if event_uid(taken.event.source, taken.event.id) == act.uid), None)

    def _decided_case(self, kind: CaseKind, review: Review, decision: Decision, before: Case | None) -> Case:
        """The version of a case that a decision for it leads to."""
        if before is None:
            raise BugError(what="A case that there was is gone.", remedy="See who else writes to the records bucket.")
        outcome = _outcome(decision)
        act, date = _DECIDED_AT[kind]
        at = self._written(outcome.reviewed_at)
        said = Statement(case_uid=before.case_uid, kind=kind, id=before.id, jurisdictions=(), facts={date: at})
        return msgspec.structs.replace(
            self.casework.grown(before, said, review),
            state=_state(before, act),
            outcome=self._outcome_for(decision),
            act=TakenCaseAct(
                act=act,
                actor=outcome.reviewer,
                role=outcome.role,
                seen=None,
                seen_decision=decision.supersedes,
                reason=outcome.reason,
                operators=outcome.operators,
                at=at,
            ),
        )

    def _outcome_for(self, decision: Decision) -> CaseOutcome | None:
        """What a decision does to the one that it supersedes; None of one that was still held."""
        chain = reviewed_chain(self.reviewing.store, self.reviewing.layout, decision.event_uid)
        taken = {earlier.decision_id: earlier.decision for earlier in chain.taken}
        superseded = taken.get(decision.supersedes or "", chain.record.decision)
        if superseded == "hold":
            return None
        return "upheld" if superseded == decision.decision else "overturned"

    def _at(self, act: CaseAct) -> str:
        return self._written(act.at or act.reference.time)

    def _written(self, text: str | None) -> str:
        """When something was done, as cases write it; now, where nobody says it."""
        at = None if text is None else instant(text)
        return written(self.casework.now() if at is None else at)


def _event_of(act: CaseAct, case: Case | None) -> str | None:
    """The event that an act is about, as the case knows it or the act says."""
    known = None if case is None or case.about is None else case.about.event_uid
    return known or (None if act.about is None else act.about.event_uid)


def _state(before: Case | None, act: str) -> CaseState:
    """How far a case is by an act; one that somebody closed for good before the act got so far stays closed."""
    kind, state = step_of(act)
    stays = before is not None and state_of(before) == "closed" and "closed" not in MAY_FOLLOW[kind]
    return "closed" if stays else state


def _review(act: CaseAct, about: str, verdict: ReviewVerdict) -> Review:
    """The review that an act about a case is."""
    if act.actor is None or act.auth is None or act.reason is None:
        raise BugError(
            what="An act that decides about an event has no actor, which its schema refuses.",
            remedy="Please report this.",
        )
    return Review(
        uid=act.uid,
        reference=act.reference,
        digest=act.digest,
        event_uid=about,
        verdict=verdict,
        reviewer=act.actor,
        reason=act.reason,
        auth=act.auth,
        seen=act.seen_decision,
        case=act.case,
    )


def _outcome(decision: Decision) -> ReviewOutcome:
    if decision.review is None:
        raise BugError(what="A decision of a person says nothing of a review.", remedy="Please report this.")
    return decision.review
