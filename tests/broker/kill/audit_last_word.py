"""Whether the last that is said about each event on the topic of decisions is what is in force, or its retraction."""

import json
from collections.abc import Iterator, Mapping

from tests.broker.kill.cases import Case
from tests.broker.kill.evidence import Evidence
from tests.broker.kill.problems import Problem

__all__ = ["audit_last_word"]


def audit_last_word(cases: Mapping[int, Case], evidence: Evidence) -> Iterator[Problem]:
    """Compare the last decision on the topic with what is in force when everything is done.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
    """
    in_force: dict[str, Case] = {}
    for case in cases.values():
        if case.expected.outcome in ("decision", "retraction"):
            before = in_force.get(case.subject)
            if before is None or _rank(case) > _rank(before):
                in_force[case.subject] = case
    for uid, case in in_force.items():
        said = evidence.last_decision.get(uid)
        if said is not None and said != case.output_id:
            last = json.loads(evidence.decisions[said].value or b"{}").get("decision")
            yield Problem.of(case, "wrong", f"the last that is said is {last}, which is not in force")


def _rank(case: Case) -> tuple[bool, int]:
    """What is in force: a retraction before all, then the later decision of a person, then the one by rules."""
    return case.expected.outcome == "retraction", 0 if case.about is None else case.turn
