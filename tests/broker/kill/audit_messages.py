"""Whether every input came to what it must, by the records in the store and the messages in the topics."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import schemas
from tests.broker.kill.bucket import record_key
from tests.broker.kill.cases import Case, alert_id, decision_id
from tests.broker.kill.evidence import Evidence, Input, Message
from tests.broker.kill.problems import Problem

__all__ = ["audit_messages"]

_EXPLANATION: Final = "sealstream_dead_letter"


def audit_messages(cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, bytes]) -> Iterator[Problem]:
    """Compare what is there with what must be.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
    """
    inputs = _inputs_by_case(evidence)
    for case in cases.values():
        places = inputs.get(case.number, [])
        if len(places) < case.times:
            yield Problem.of(case, "lost", f"it is in the input topic {len(places)} times, and was sent {case.times}")
        if case.expected.outcome == "dead-letter":
            for one in places:
                yield from _dead_letter(case, one, evidence)
        else:
            yield from _outcome(case, evidence, records)
            letters = (evidence.dead_letters.get(one.place) for one in places)
            yield from (_not_dead(case, letter) for letter in letters if letter is not None)
        yield from _alerts(case, evidence)
    yield from _what_nothing_called_for(cases, evidence, records)


def _outcome(case: Case, evidence: Evidence, records: Mapping[str, bytes]) -> Iterator[Problem]:
    uid, expected = str(case.uid), case.expected
    record = records.get(record_key(uid))
    if expected.outcome == "manifest":
        message, schema, kind = evidence.manifests.get(uid), "manifest-record.v2", "manifest"
    else:
        message, schema, kind = evidence.decisions.get(decision_id(uid)), "decision.v2", "decision"
    if record is None:
        yield Problem.of(case, "lost", "there is no record in the store")
    if message is None:
        yield Problem.of(case, "lost", f"there is no {kind} message")
    if message is None or record is None:
        return
    if message.value != record:
        yield Problem.of(case, "wrong", f"the {kind} message is not what is stored")
    yield from _message(case, message, kind=kind, schema=schema)
    yield from _content_of(case, json.loads(record))


def _content_of(case: Case, record: dict[str, Any]) -> Iterator[Problem]:
    expected = case.expected
    rules = frozenset(finding["rule"] for finding in record["findings"] if finding["action"] != "record")
    found: dict[str, object] = {"event_uid": record["event_uid"], "content": record["content"]["id"], "rules": rules}
    wanted: dict[str, object] = {"event_uid": case.uid, "content": _text(case.key), "rules": expected.alerts}
    if expected.outcome == "manifest":
        found |= {
            "original": record["original"]["sha256"],
            "binding": record["manifest"]["binding"],
            "credential": record["credential"]["credential"],
        }
        binding = "embedded" if expected.embedded else "sidecar"
        wanted |= {"original": expected.original, "binding": binding, "credential": "valid"}
    else:
        found |= {"original": record["content"]["sha256"], "decision": record["decision"]}
        wanted |= {"original": expected.original, "decision": expected.decision}
    for name, value in wanted.items():
        if found[name] != value:
            yield Problem.of(case, "wrong", f"the record's {name} is {found[name]!r} instead of {value!r}")


def _alerts(case: Case, evidence: Evidence) -> Iterator[Problem]:
    for rule in sorted(case.expected.alerts):
        message = evidence.alerts.get(alert_id(str(case.uid), rule))
        if message is None:
            yield Problem.of(case, "lost", f"there is no alert of the rule {rule}")
            continue
        yield from _message(case, message, kind="alert", schema="alert.v2")
        alert = json.loads(message.value or b"{}")
        if (alert["rule"]["id"], alert["event_uid"]) != (rule, case.uid):
            yield Problem.of(case, "wrong", f"the alert of the rule {rule} is about something else")


def _message(case: Case, message: Message, *, kind: str, schema: str) -> Iterator[Problem]:
    if len(message.forms) > 1:
        yield Problem.of(case, "duplicated", f"the {kind} message was delivered in {len(message.forms)} forms")
    if message.key != case.key:
        yield Problem.of(case, "wrong", f"the {kind} message has another key")
    violation = schemas.first_violation(schemas.validator(schema), json.loads(message.value or b"null"))
    if violation is not None:
        yield Problem.of(case, "wrong", f"the {kind} message breaks {schema} at {violation.path}")


def _dead_letter(case: Case, one: Input, evidence: Evidence) -> Iterator[Problem]:
    message = evidence.dead_letters.get(one.place)
    if message is None:
        yield Problem.of(case, "lost", f"there is no dead letter for {_show(one)}")
        return
    if (message.key, message.value) != (case.key, case.value):
        yield Problem.of(case, "wrong", "the dead letter is not the input byte for byte")
    if any((name, value) not in message.headers.items() for name, value in case.headers):
        yield Problem.of(case, "wrong", "the dead letter has lost a header of the input")
    explanation = json.loads(message.headers[_EXPLANATION] or b"null")
    violation = schemas.first_violation(schemas.validator("dead-letter.v1"), explanation)
    if violation is not None:
        yield Problem.of(case, "wrong", f"the dead letter's explanation breaks its schema at {violation.path}")
    elif (explanation["event_uid"], explanation["error"]) != (case.uid, case.expected.error):
        said = f"{explanation['error']} about {explanation['event_uid']}: {explanation['what']}"
        yield Problem.of(case, "wrong", f"the dead letter says {said} instead of {case.expected.error}")


def _not_dead(case: Case, letter: Message) -> Problem:
    explanation = json.loads(letter.headers[_EXPLANATION] or b"null")
    return Problem.of(case, "unexpected", f"it became a dead letter: {explanation['error']}: {explanation['what']}")


def _what_nothing_called_for(
    cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, bytes]
) -> Iterator[Problem]:
    done = [case for case in cases.values() if case.expected.outcome != "dead-letter"]
    alerts = {alert_id(str(case.uid), rule) for case in cases.values() for rule in case.expected.alerts}
    manifests = {case.uid for case in done if case.expected.outcome == "manifest"}
    decisions = {decision_id(str(case.uid)) for case in done if case.expected.outcome == "decision"}
    for kind, there, wanted in (
        ("record", set(records), {record_key(str(case.uid)) for case in done}),
        ("manifest message", set(evidence.manifests), manifests),
        ("decision message", set(evidence.decisions), decisions),
        ("alert", set(evidence.alerts), alerts),
    ):
        for identity in sorted(map(str, there - wanted)):
            yield Problem(verdict="unexpected", what=f"nothing called for the {kind} {identity}")


def _inputs_by_case(evidence: Evidence) -> dict[int, list[Input]]:
    by_case: dict[int, list[Input]] = {}
    for inputs in evidence.inputs.values():
        for one in inputs:
            by_case.setdefault(one.case, []).append(one)
    return by_case


def _show(one: Input) -> str:
    partition = one.place.partition
    return f"{partition.topic}[{partition.partition}]@{one.place.offset}"


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode()
