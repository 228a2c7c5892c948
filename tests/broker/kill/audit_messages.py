"""Whether every input came to what it must, by the records in the store and the messages in the topics."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import schemas
from tests.broker.kill.audit_clocks import clock_alerts
from tests.broker.kill.bucket import outcome_key, published_key, record_key
from tests.broker.kill.case_maker import Json
from tests.broker.kill.cases import Against, Case, Expected, alert_id, event_uid
from tests.broker.kill.evidence import Evidence, Input, Message, inputs_by_case
from tests.broker.kill.ledger import is_of_ledger
from tests.broker.kill.matters import is_of_matter
from tests.broker.kill.problems import Problem

__all__ = ["audit_messages"]

_JUDGED: Final = ("publication", "activities")
_EXPLANATION: Final = "sealstream_dead_letter"
_KEPT: Final = re.compile(rb'"account":(null|"[0-9a-f]{64}"),"data_subjects":(null|\[("[0-9a-f]{64}",?)+\])\}\Z')
"""Whose event it is and whom it names: the last members of a record, which are kept in the store and null on topics."""
_ON_TOPICS: Final = b'"account":null,"data_subjects":null}'


def audit_messages(cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, bytes]) -> Iterator[Problem]:
    """Compare what is there with what must be; of cases of operators see `audit_matters`.

    Args:
        cases: all cases, by number.
        evidence: what lies in the topics.
        records: what lies in the records bucket, by key.
    """
    inputs = inputs_by_case(evidence)
    for case in cases.values():
        places = inputs.get(case.number, [])
        if len(places) < case.times:
            yield Problem.of(case, "lost", f"it is in the input topic {len(places)} times, and was sent {case.times}")
        if case.expected.outcome == "dead-letter":
            if case.is_refused_act:
                yield from _refused(case, records)
            for delivery in places:
                yield from _dead_letter(case, delivery, evidence)
                if _unjudged(case, delivery) - set(evidence.alerts):
                    yield Problem.of(case, "lost", f"nobody is told that {_show(delivery)} was judged by nobody")
        else:
            if case.expected.outcome != "version":
                yield from _outcome(case, evidence, records)
            letters = (evidence.dead_letters.get(delivery.place) for delivery in places)
            yield from (_not_dead(case, letter) for letter in letters if letter is not None)
        yield from _alerts(case, evidence)
    yield from _what_nothing_called_for(cases, evidence, records)


def _outcome(case: Case, evidence: Evidence, records: Mapping[str, bytes]) -> Iterator[Problem]:
    record = records.get(outcome_key(case))
    message, schema, kind = _told_by(case, evidence)
    if record is None:
        yield Problem.of(case, "lost", "there is no record in the store")
    if message is None:
        yield Problem.of(case, "lost", f"there is no {kind} message")
    if message is None or record is None:
        return
    yield from _message(case, message, kind=kind, schema=schema)
    if case.expected.outcome == "act":
        yield from _act(case, message, json.loads(record))
        return
    if message.value != _KEPT.sub(_ON_TOPICS, record):
        yield Problem.of(case, "wrong", f"the {kind} message is not what is stored")
    found, said = json.loads(record), _said(case.expected, json.loads(record))
    if _is_noted(case, found) and published_key(found["content"]["sha256"], str(case.uid)) not in records:
        yield Problem.of(case, "lost", "the publication cannot be found by its bytes")
    for name, value in _wanted(case, json.loads(records.get(record_key(case.subject), b"{}"))).items():
        if said[name] != value:
            yield Problem.of(case, "wrong", f"the record's {name} is {said[name]!r} instead of {value!r}")
    named = found.get("retraction" if case.expected.outcome == "retraction" else "review")
    if (named is None) != (case.about is None):
        yield Problem.of(case, "wrong", "the record names a person where nobody acted, or nobody where one did")


def _told_by(case: Case, evidence: Evidence) -> tuple[Message | None, str, str]:
    """The message that tells of an outcome, its schema, and what it is called."""
    match case.expected.outcome:
        case "manifest":
            return evidence.manifests.get(case.output_id), "manifest-record.v2", "manifest"
        case "act":
            return evidence.acts.get(case.output_id), "review-update.v1", "update"
        case _:
            return evidence.decisions.get(case.output_id), "decision.v2", "decision"


def _act(case: Case, message: Message, entry: Json) -> Iterator[Problem]:
    update = entry["update"]
    if json.loads(message.value or b"null") != update:
        yield Problem.of(case, "wrong", "the update message is not what is stored")
    said = (update["update_id"], update["event_uid"], update["number"])
    if said != (case.output_id, case.subject, case.turn):
        yield Problem.of(case, "wrong", f"what is stored of the act says that it is {said}")


def _said(expected: Expected, record: dict[str, Any]) -> dict[str, object]:
    """What a record says, in the words of `_wanted`."""
    content, against = record["content"], record["counts_against"]
    said = {
        "event_uid": record["event_uid"],
        "content": None if content is None else content["id"],
        "rules": frozenset(finding["rule"] for finding in record["findings"] if finding["action"] != "record"),
        "against": against and Against(account=against["account"], rules=frozenset(against["rules"])),
        "decision": record["decision"],
    }
    if expected.outcome != "manifest":
        return {**said, "original": None if content is None else content["sha256"]}
    return {
        **said,
        "original": record["original"]["sha256"],
        "binding": record["manifest"]["binding"],
        "credential": record["credential"]["credential"],
    }


def _wanted(case: Case, judged: dict[str, Any]) -> dict[str, object]:
    """What a record has to say; `judged` is the record of the event that a review is about."""
    expected = case.expected
    wanted: dict[str, object] = {
        "event_uid": case.subject,
        "content": case.content_id,
        "rules": expected.alerts | expected.repeated,
        "against": expected.against,
        "original": expected.original if case.about is None else _judged_bytes(judged),
    }
    if expected.outcome == "manifest":
        wanted |= {"binding": "embedded" if expected.embedded else "sidecar", "credential": "valid"}
    # Of what is sealed only law decides whether it may be handed on, and cases that it judges say what it decides.
    return wanted if expected.decision is None else {**wanted, "decision": expected.decision}


def _judged_bytes(record: dict[str, Any]) -> str | None:
    """What a review is about: of a generation event what was sealed, because that would be handed on."""
    about = record.get("sealed") or record.get("content")
    return None if about is None else str(about["sha256"])


def _is_noted(case: Case, record: Mapping[str, Any]) -> bool:
    """Whether an event leaves a note under the digest of its bytes: a publication that was not blocked."""
    return case.topic == "publication" and record["decision"] != "block"


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
    if message.key != _told_under(case):
        yield Problem.of(case, "wrong", f"the {kind} message has another key")
    violation = schemas.first_violation(schemas.validator(schema), json.loads(message.value or b"null"))
    if violation is not None:
        yield Problem.of(case, "wrong", f"the {kind} message breaks {schema} at {violation.path}")


def _told_under(case: Case) -> bytes | None:
    return case.subject.encode() if case.expected.outcome == "act" else case.told_under or case.key


def _dead_letter(case: Case, delivery: Input, evidence: Evidence) -> Iterator[Problem]:
    message = evidence.dead_letters.get(delivery.place)
    if message is None:
        yield Problem.of(case, "lost", f"there is no dead letter for {_show(delivery)}")
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


def _refused(case: Case, records: Mapping[str, bytes]) -> Iterator[Problem]:
    """Why an act was refused is stored, so that it stays refused when it comes again."""
    stored = records.get(outcome_key(case))
    if stored is None:
        yield Problem.of(case, "lost", "why the act was refused is not stored")
    elif (error := json.loads(stored)["error"]) != case.expected.error:
        yield Problem.of(case, "wrong", f"what is stored says that it was refused for {error}")


def _unjudged(case: Case, delivery: Input) -> frozenset[str]:
    """The alert of a dead letter that was to be judged: about its event, or about its place where it is none."""
    if case.expected.outcome != "dead-letter" or case.topic not in _JUDGED:
        return frozenset()
    partition = delivery.place.partition
    nameless = event_uid(f"kafka:{partition.topic}", f"{partition.partition}/{delivery.place.offset}")
    return frozenset({alert_id(case.uid or nameless, "operations.unjudged")})


def _not_dead(case: Case, letter: Message) -> Problem:
    explanation = json.loads(letter.headers[_EXPLANATION] or b"null")
    return Problem.of(case, "unexpected", f"it became a dead letter: {explanation['error']}: {explanation['what']}")


def _what_nothing_called_for(
    cases: Mapping[int, Case], evidence: Evidence, records: Mapping[str, bytes]
) -> Iterator[Problem]:
    done = [case for case in cases.values() if case.leaves_record]
    alerts = {alert_id(str(case.uid), rule) for case in cases.values() for rule in case.expected.alerts}
    alerts |= set(clock_alerts(evidence))
    alerts |= {
        identity
        for number, inputs in inputs_by_case(evidence).items()
        for delivery in inputs
        for identity in _unjudged(cases[number], delivery)
    }
    manifests = {case.output_id for case in done if case.expected.outcome == "manifest"}
    decisions = {case.output_id for case in done if case.expected.outcome in ("decision", "retraction")}
    published = {f"{case.uid}.json" for case in cases.values() if case.topic == "publication"}
    for kind, there, wanted in (
        (
            "record",
            {key for key in records if not (is_of_ledger(key) or is_of_matter(key) or _is_note(key))},
            set(map(outcome_key, done)),
        ),
        # What shares its identity with another event may leave a note and no record.
        ("note", {key.rpartition("/")[2] for key in records if _is_note(key)}, published),
        ("manifest message", set(evidence.manifests), manifests),
        ("decision message", set(evidence.decisions), decisions),
        ("update message", set(evidence.acts), {case.output_id for case in done if case.expected.outcome == "act"}),
        ("alert", set(evidence.alerts), alerts),
    ):
        for identity in sorted(map(str, there - wanted)):
            yield Problem(verdict="unexpected", what=f"nothing called for the {kind} {identity}")


def _is_note(key: str) -> bool:
    return key.startswith("v1/published/")


def _show(delivery: Input) -> str:
    partition = delivery.place.partition
    return f"{partition.topic}[{partition.partition}]@{delivery.place.offset}"
