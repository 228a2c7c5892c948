"""The catalogue of texts and the pages: what a page says is in it, and what is in it some page says."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import get_args

from jinja2 import Environment, nodes

import console
from console.case_desk import Off
from console.case_form import OPENING_FIELDS, choices
from console.exporting import EXPORT_FORMATS
from console.readmodel.standing import ALERT_STATES
from console.texts import catalogue
from console.vault import Unseen
from pipeline.duties.case_steps import ACTS_ON_CASES, MAY_FOLLOW
from pipeline.events.inputs import AccessAct
from pipeline.events.outputs import (
    SEVERITIES,
    CaseOutcome,
    ClockState,
    DecisionOutcome,
    LabelFault,
    ReviewVerdict,
    Step,
)
from pipeline.policy.pack import RegisteredKind
from pipeline.policy.reference import OperatorRole, SetName
from pipeline.reports import ReportKind

ROOM = Path(console.__file__).parent
CHOSEN = {field.name for fields in OPENING_FIELDS.values() for field in fields if field.form == "choice"}
STATES = {act.partition(".")[2] for act in ACTS_ON_CASES}

FAMILIES: dict[str, set[str]] = {
    "accounts.*": {*get_args(Step)},
    "acts.*": {*get_args(ReviewVerdict), "illegal", "claim", "unclaim", "note"},
    "alert-states.*": {*ALERT_STATES},
    "audit.as-*": {*EXPORT_FORMATS},
    "case-acts.*": {*ACTS_ON_CASES},
    "case-choices.*": {choice for name in CHOSEN for choice in choices(name)},
    "case-fields.*": {field.name for fields in OPENING_FIELDS.values() for field in fields},
    "case-kinds.*": {*MAY_FOLLOW, *get_args(RegisteredKind)},
    "case-off.*": {*get_args(Off)},
    "case-outcomes.*": {*get_args(CaseOutcome)},
    "case-states.*": {*STATES, *get_args(CaseOutcome)},
    "clocks.*": {*get_args(ClockState), "warned", "missed"},
    "complaint.*": {"no-text", "too-long", "no-such-event", "not-asked"},
    "complaint.label-*": {*get_args(LabelFault)},
    "complaint.outcome-*": {*get_args(CaseOutcome)},
    "complaint.state-*": {act.partition(".")[2] for act in ACTS_ON_CASES if act.startswith("complaint.")},
    "content.unseen-*": {*get_args(Unseen)},
    "decisions.*": {*get_args(DecisionOutcome), "retracted"},
    "doors.*": {"verify", "lookup", "complain", "api", "original", "sealed"},
    "errors.*": {"not-allowed", "not-found", "too-often", "broken", "unanswered"},
    "event.*": {"barred-decided", "barred-second"},
    "frame.*": {"today", "queue", "alerts", "cases", "clocks", "accounts", "journal", "registries", "reports"},
    "handed.*": {act.replace(".", "-") for act in get_args(AccessAct)},
    "lineage.*": {"unknown", "cycle", "cut"},
    "lookup.*": {"sha256", "urn", "event"},
    "media.*": {"image", "video", "audio", "text", "application", "none"},
    "outcomes.*": {"taken", "refused", "waiting"},
    "registries.*": {*get_args(SetName)},
    "registries.standing-*": {"in-force", "superseded", "deleted", "not-taken"},
    "reports.kind-*": {*get_args(ReportKind)},
    "roles.*": {*get_args(OperatorRole)},
    "severities.*": {*SEVERITIES},
    "span.*": {"seconds", "minutes", "hours", "days"},
    "verdicts.*": {*get_args(ReviewVerdict), "illegal"},
    "verify.*": {"hashing", "asking", "known-here", "unknown-here", "could-not", "looking"},
    "verify.head-*": {"known", "credential", "label", "resembles", "nothing"},
    "verify.label-*": {"1", "2", "3"},
    "verify.word-*": {
        *("absent", "trusted", "untrusted", "expired", "revoked"),
        *("changed", "rewritten", "malformed", "invalid", "remote", "unreadable"),
    },
}
"""Texts whose name a page puts together: what can stand for the star."""


def names(said: nodes.Node) -> set[str]:
    """What an expression of a template can be, as far as it says so itself; a star for the rest."""
    if isinstance(said, nodes.Const):
        return {str(said.value)}
    if isinstance(said, nodes.CondExpr):
        return names(said.expr1) | (names(said.expr2) if said.expr2 is not None else set())
    if isinstance(said, nodes.Or):
        return names(said.left) | names(said.right)
    if isinstance(said, nodes.Concat):
        return {"".join(parts) for parts in product(*map(names, said.nodes))}
    return {"*"}


def of_templates() -> Iterator[str]:
    for file in sorted((ROOM / "templates").glob("*.html")):
        for call in Environment(autoescape=True).parse(file.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                yield from names(call.args[0])


SAYING = {"t", "text", "PageRefusal"}


def of_modules() -> Iterator[str]:
    for file in sorted(ROOM.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYING:
                yield from re.findall(r"'([a-z-]+\.[a-z-]+)'", ast.unparse(call.args[0]))
            if isinstance(call, ast.Constant) and re.fullmatch(r"login-refused\.[a-z-]+", str(call.value)):
                yield str(call.value)
    yield "span.*"


SAID = {*of_templates(), *of_modules()}


def test_every_name_that_is_put_together_is_of_a_family() -> None:
    assert {name for name in SAID if "*" in name} == FAMILIES.keys()


def spelled() -> set[str]:
    plain = {name for name in SAID if "*" not in name}
    return plain | {family.replace("*", member) for family, ones in FAMILIES.items() for member in ones}


def test_every_text_that_a_page_says_is_in_the_catalogue() -> None:
    assert sorted(spelled() - catalogue().keys()) == []


def test_every_text_of_the_catalogue_is_said_by_a_page() -> None:
    assert sorted(catalogue().keys() - spelled()) == []
