"""The tables of docs/topics.md: every topic and every kind, as the code and the packs have them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

import schemas
from agents.delivery import InputRecord
from agents.reference.records import change_in, sets_by_topic
from agents.topics import Topics
from pipeline.credentials import AlertKind
from pipeline.credentials.status_codes import status_codes
from pipeline.credentials.verdicts import OWN_KINDS
from pipeline.events.outputs import Action, Severity
from pipeline.evidence.credential import seen_in
from pipeline.policy.judge import Judge
from pipeline.policy.pack import REGISTERED
from pipeline.policy.pack_files import load_packs
from tests.unit.policy.examples import credential

PAGE = Path(__file__).parents[2] / "docs" / "topics.md"
ASYNCAPI = yaml.safe_load((Path(schemas.__file__).parent / "asyncapi.yaml").read_text(encoding="utf-8"))
JURISDICTIONS = ("CN", "EU", "US", "US-CA", "US-NY", "US-UT", "IN", "KR", "VN", "KZ", "GB", "*")
ACTIONS = ("record", "alert", "hold", "block")


def rows(heading: str) -> dict[str, list[str]]:
    """The table under this heading row, by the code word in its first column."""
    lines = PAGE.read_text(encoding="utf-8").split(f"{heading}\n", 1)[1].splitlines()[1:]
    table = [line.strip("| ").split(" | ") for line in lines[: lines.index("")]]
    return {cells[0].strip("`"): cells[1:] for cells in table}


def listed(found: Iterable[str], order: Iterable[str]) -> str:
    there = set(found)
    return ", ".join(word for word in order if word in there)


def test_the_order_of_severities_and_actions_here_has_all_there_are() -> None:
    assert set(ACTIONS) == set(get_args(Action))
    assert get_args(Severity) == ("low", "medium", "high", "critical")


def test_the_table_of_topics_is_that_of_the_code() -> None:
    described = rows("| topic | way | key | message | kept |")
    topics = Topics("")
    assert list(described) == [plan.name for plan in topics.plans()]
    for plan in topics.plans():
        way, _, _, kept = described[plan.name]
        assert way == ("in" if plan.name in (*topics.inputs, *topics.references) else "out")
        match dict(plan.config):
            case {"cleanup.policy": "compact"}:
                assert kept == "compacted, for ever"
            case {"retention.ms": milliseconds}:
                assert kept == f"{int(milliseconds) // 86_400_000} days"


def test_every_kind_that_is_seen_in_bytes_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind in {rule.kind for pack in load_packs() for rule in pack.rules if rule.seen}:
        assert f"`{kind}`" in page, kind


@pytest.mark.parametrize("channel", ASYNCAPI["channels"].values(), ids=ASYNCAPI["channels"])
def test_every_message_is_named_by_its_type_and_leads_to_its_schema(channel: dict[str, Any]) -> None:
    named = rows("| topic | way | key | message | kept |")[str(channel["address"]).removeprefix("sealstream.")][2]
    found = re.findall(r"\[`?([^`\]]+)`?\]\(\.\./schemas/([^)]+)\.schema\.json\)", named)
    messages = {
        message["name"]: message
        for message in (ASYNCAPI["components"]["messages"][name] for name in channel["messages"])
    }
    assert found
    for name, target in found:
        assert target in schemas.names()
        if name.startswith("sealstream."):
            assert messages[name]["payload"]["schema"]["$ref"] == f"./{target}.schema.json"


def test_the_table_of_clocks_is_that_of_the_shipped_packs() -> None:
    there = {
        clock.id: [
            clock.on,
            f"`{clock.starts}`",
            ", ".join(f"`{name}`" for name in clock.ends),
            f"`{clock.length}`" if clock.published is None else f"`{clock.published}`",
            ", ".join(clock.warn) or "none",
            clock.grace or "none",
            clock.kind,
        ]
        for pack in load_packs()
        for clock in pack.clocks
        if clock.on not in REGISTERED
    }
    assert rows("| clock | on | starts | ends | until | warned | grace | alert |") == there


def test_the_table_of_duties_is_that_of_the_shipped_packs() -> None:
    there = {
        clock.id: [
            clock.on,
            f"`{clock.starts}`",
            ", ".join(f"`{name}`" for name in clock.ends) or "a later end",
            f"`{clock.length}`" if clock.published is None else f"`{clock.published}`",
            clock.first or "none",
            ", ".join(clock.warn) or "none",
            clock.grace or "none",
            clock.kind,
        ]
        for pack in load_packs()
        for clock in pack.clocks
        if clock.on in REGISTERED
    }
    assert rows("| duty | of | starts | ends | until | first | warned | grace | alert |") == there


def test_the_table_of_kinds_is_that_of_the_shipped_packs() -> None:
    kinds = defaultdict(list)
    for pack in load_packs():
        for rule in pack.rules:
            if rule.seen:
                continue
            kinds[rule.kind].append((pack.jurisdiction, rule))
    there = {
        kind: [
            listed((jurisdiction for jurisdiction, _ in found), JURISDICTIONS).replace("*", "\\*"),
            listed((rule.severity for _, rule in found), get_args(Severity)),
            listed((rule.action for _, rule in found), ACTIONS),
            listed((rule.on_unknown for _, rule in found), ACTIONS),
        ]
        for kind, found in sorted(kinds.items())
    }
    described = rows("| kind | law | severity | violated | unknown | when |")
    assert {kind: cells[:4] for kind, cells in described.items()} == there
    assert list(described) == list(there)
    assert all(cells[4] for cells in described.values())


DECISIONS = {"alert": "allow", "hold": "hold", "block": "block"}
ALWAYS = {"unlabeled": "high", "undeclared-ai": "high", "content-mismatch": "critical"}
"""Kinds that no validation code stands for."""


def test_the_table_of_what_credentials_show_is_that_of_the_code() -> None:
    severities = defaultdict(set)
    for meaning in status_codes().values():
        if meaning.kind is not None and meaning.severity != "low":
            severities[meaning.kind].add(meaning.severity)
    for kind, severity in (*OWN_KINDS.items(), *ALWAYS.items()):
        severities[kind].add(severity)
    there = {kind: (listed(found, get_args(Severity)), decisions(kind, found)) for kind, found in severities.items()}
    described = rows("| kind | severity | decision | when |")
    assert {kind: (cells[0], cells[1]) for kind, cells in described.items()} == there
    assert all(cells[2] for cells in described.values())


def decisions(kind: str, severities: Iterable[Severity]) -> str:
    if kind in ALWAYS:
        return {"unlabeled": "hold", "undeclared-ai": "hold", "content-mismatch": "dead letter"}[kind]
    state = "absent" if kind in ("asset-unreadable", "sidecar-foreign") else "invalid"
    judge, facts = Judge(load_packs(["c2pa"])), {"event_type": "publish.requested"}
    seen = (
        judge.findings(facts, None, seen_in(credential(credential=state), [AlertKind(kind, severity, "")], "unknown"))
        for severity in severities
    )
    return listed((DECISIONS[finding.action] for findings in seen for finding in findings), DECISIONS.values())


@pytest.mark.parametrize(("schema", "sign"), [("review.v2", '"verdict"'), ("activity-event.v1", '"service.changed"')])
def test_what_the_page_shows_can_be_sent(schema: str, sign: str) -> None:
    (shown,) = (
        block
        for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        if sign in block
    )
    assert schemas.first_violation(schemas.validator(schema), json.loads(shown)) is None


def test_the_entry_the_page_types_into_kcat_is_taken() -> None:
    command = PAGE.read_text(encoding="utf-8").split("$ echo '{", 1)[1].split("$ echo", 1)[0]
    value, _, options = command.partition("'")
    headers = [(name, text.encode()) for name, text in re.findall(r"-H ([\w-]+)=(\S+)", options)]
    (key,) = re.findall(r"-k (\S+)", options)
    (topic,) = re.findall(r"-t sealstream\.(\S+)", options)
    record = InputRecord(
        topic=topic, partition=0, offset=0, key=key.encode(), value=f"{{{value}".encode(), headers=headers, timestamp=0
    )
    change = change_in(sets_by_topic(Topics(""))[topic], record)
    assert (change.id, change.version, change.status) == ("example-daily", 2, "revoked")
