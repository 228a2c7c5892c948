"""Duties of people: who may act, on what, and after whom.

What a person does is an event like any other, and whoever may write to its topic can claim to be anybody. So the worker
looks every actor up in the operators set, and takes no act by somebody who may not, or who did not see what counts now.
"""

from pipeline.duties.oversight import Oversight, OversightFacts, Permission, oversight_facts, roles_permitted
from pipeline.duties.refusals import (
    ActOvertakenError,
    ActRefusedError,
    ClaimedError,
    OperatorsMissingError,
    ReviewRefusedError,
    RoleRefusedError,
    SamePersonError,
)

__all__ = [
    "ActOvertakenError",
    "ActRefusedError",
    "ClaimedError",
    "OperatorsMissingError",
    "Oversight",
    "OversightFacts",
    "Permission",
    "ReviewRefusedError",
    "RoleRefusedError",
    "SamePersonError",
    "oversight_facts",
    "roles_permitted",
]
