"""The audit of a kill run finds what it is there to find: a run that went well is spoiled in every way it could be."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.broker.kill.audit_store import Outage
from tests.broker.kill.bucket import Listed, record_key
from tests.broker.kill.cases import alert_id, decision_id, event_uid
from tests.broker.kill.evidence import Message, Place
from tests.broker.kill.miniature import Miniature
from tests.broker.kill.problems import Problem
from tests.broker.kill.workload import FOLLOWING, KINDS, ORIGINAL

SEALED, JUDGED, REFUSED = "generated-by-unverified-user", "published-unlabeled", "digest-mismatch"
TWICE = "generated-sent-twice"
ANYBODY = event_uid("//nobody", "nothing")


def found(run: Miniature) -> set[tuple[str, str | None]]:
    return {(problem.verdict, problem.kind) for problem in run.audit()}


def uid(run: Miniature, kind: str) -> str:
    return str(run.one(kind).uid)


def manifest(run: Miniature, kind: str = SEALED) -> Message:
    return run.evidence.manifests[uid(run, kind)]


def letter_place(run: Miniature, kind: str = REFUSED) -> Place:
    number = run.one(kind).number
    return next(
        delivery.place for inputs in run.evidence.inputs.values() for delivery in inputs if delivery.case == number
    )


def alert_of(run: Miniature, kind: str, rule: str) -> str:
    return alert_id(uid(run, kind), rule)


def test_a_run_of_every_kind_of_input_that_went_well_has_no_problems(run: Miniature) -> None:
    assert {case.kind for case in run.cases.values()} == {*KINDS, ORIGINAL, *FOLLOWING}
    assert run.audit() == []
    assert run.evidence.done == set(run.cases)


def lose_record(run: Miniature) -> None:
    del run.records[record_key(uid(run, JUDGED))]


def lose_manifest_message(run: Miniature) -> None:
    del run.evidence.manifests[uid(run, SEALED)]


def lose_decision(run: Miniature) -> None:
    del run.evidence.decisions[decision_id(uid(run, JUDGED))]


def lose_alert(run: Miniature) -> None:
    del run.evidence.alerts[alert_of(run, JUDGED, "credential.unlabeled")]


def lose_mismatch_alert(run: Miniature) -> None:
    del run.evidence.alerts[alert_of(run, REFUSED, "credential.content-mismatch")]


def lose_dead_letter(run: Miniature) -> None:
    del run.evidence.dead_letters[letter_place(run)]


def lose_one_of_two_inputs(run: Miniature) -> None:
    number = run.one(TWICE).number
    inputs = next(
        inputs for inputs in run.evidence.inputs.values() if any(delivery.case == number for delivery in inputs)
    )
    inputs.remove(next(delivery for delivery in inputs if delivery.case == number))


def lose_note(run: Miniature) -> None:
    del run.records[next(key for key in run.records if key.startswith("v1/published/") and uid(run, JUDGED) in key)]


def lose_object(run: Miniature) -> None:
    del run.content[next(key for key in run.content if uid(run, SEALED) in key and key.endswith(".c2pa"))]


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lose_record, JUDGED),
        (lose_manifest_message, SEALED),
        (lose_decision, JUDGED),
        (lose_alert, JUDGED),
        (lose_mismatch_alert, REFUSED),
        (lose_dead_letter, REFUSED),
        (lose_one_of_two_inputs, TWICE),
        (lose_object, SEALED),
        (lose_note, JUDGED),
    ],
)
def test_what_is_lost_is_missed(run: Miniature, spoil: Callable[[Miniature], None], kind: str) -> None:
    run.commits.clear()  # whatever is lost was passed over as well

    spoil(run)

    assert found(run) == {("lost", kind)}


def test_a_sealed_asset_without_its_record_is_noticed(run: Miniature) -> None:
    del run.records[record_key(uid(run, SEALED))]

    assert ("lost", SEALED) in found(run)
    assert sum(problem.verdict == "unexpected" for problem in run.audit()) >= 2


def test_a_message_may_come_twice_but_not_in_two_forms(run: Miniature) -> None:
    (form,) = manifest(run).forms
    manifest(run).forms[form] += 1
    assert run.audit() == []

    manifest(run).forms[b"another"] = 1
    assert found(run) == {("duplicated", SEALED)}


def test_an_alert_may_not_come_in_two_forms(run: Miniature) -> None:
    run.evidence.alerts[alert_of(run, JUDGED, "credential.unlabeled")].forms[b"another"] = 1

    assert found(run) == {("duplicated", JUDGED)}


def test_a_record_that_was_written_twice_is_noticed(run: Miniature) -> None:
    run.versions[record_key(uid(run, JUDGED))] = (1000, 1000)

    assert found(run) == {("duplicated", JUDGED)}


def test_a_record_that_the_store_wrote_twice_because_it_was_frozen_is_its_own_doing(run: Miniature) -> None:
    run.versions[record_key(uid(run, JUDGED))] = (1000, 1060)
    run.outages = [Outage(1000.7, 1060.2)]
    assert run.audit() == []

    run.outages = [Outage(1010.0, 1060.2)]
    assert found(run) == {("duplicated", JUDGED)}


def test_what_nothing_called_for_is_noticed(run: Miniature) -> None:
    some = manifest(run)
    run.records[record_key(ANYBODY)] = b"{}"
    run.evidence.manifests[ANYBODY] = run.evidence.decisions[ANYBODY] = run.evidence.alerts[ANYBODY] = some
    run.content["v1/sha256/stray"] = next(iter(run.content.values()))

    problems = run.audit()

    assert [problem.verdict for problem in problems] == ["unexpected"] * 5


def test_a_dead_letter_of_a_good_event_is_noticed(run: Miniature) -> None:
    run.evidence.dead_letters[letter_place(run, SEALED)] = run.evidence.dead_letters[letter_place(run)]

    assert found(run) == {("unexpected", SEALED)}


def test_a_record_of_a_bad_event_is_noticed(run: Miniature) -> None:
    run.records[record_key(uid(run, REFUSED))] = b"{}"

    assert [problem.verdict for problem in run.audit()] == ["unexpected"]


def other_value(run: Miniature) -> None:
    letter = run.evidence.dead_letters[letter_place(run)]
    letter.value = (letter.value or b"") + b" "


def other_error(run: Miniature) -> None:
    letter = run.evidence.dead_letters[letter_place(run)]
    explanation = (letter.headers["sealstream_dead_letter"] or b"").replace(b"AssetDigestError", b"BugError")
    letter.headers = {**letter.headers, "sealstream_dead_letter": explanation}


def lost_header(run: Miniature) -> None:
    letter = run.evidence.dead_letters[letter_place(run)]
    letter.headers = {name: value for name, value in letter.headers.items() if name != "kill-case"}


def other_than_stored(run: Miniature) -> None:
    message = manifest(run)
    message.value = (message.value or b"") + b" "


def breaks_schema(run: Miniature) -> None:
    key = record_key(uid(run, SEALED))
    run.records[key] = run.records[key].replace(b'"sealed_at"', b'"sealed_on"')
    manifest(run).value = run.records[key]


def other_key(run: Miniature) -> None:
    manifest(run).key = b"another"


def other_finding(run: Miniature) -> None:
    key = record_key(uid(run, SEALED))
    run.records[key] = run.records[key].replace(b"high-risk.unverified-user", b"high-risk.no-consent")
    manifest(run).value = run.records[key]


def other_bytes(run: Miniature) -> None:
    key = next(key for key in run.content if uid(run, SEALED) in key and ".sealed." in key)
    run.content[key] = replace(run.content[key], sha256="0" * 64)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (other_value, REFUSED),
        (other_error, REFUSED),
        (lost_header, REFUSED),
        (other_than_stored, SEALED),
        (breaks_schema, SEALED),
        (other_key, SEALED),
        (other_finding, SEALED),
        (other_bytes, SEALED),
    ],
)
def test_what_is_not_as_it_should_be_is_noticed(run: Miniature, spoil: Callable[[Miniature], None], kind: str) -> None:
    spoil(run)

    assert found(run) == {("wrong", kind)}


def test_another_decision_is_noticed(run: Miniature) -> None:
    key = record_key(uid(run, JUDGED))
    run.records[key] = run.records[key].replace(b'"decision":"hold"', b'"decision":"allow"')
    run.evidence.decisions[decision_id(uid(run, JUDGED))].value = run.records[key]

    assert found(run) == {("wrong", JUDGED)}


def late_manifest_message(run: Miniature) -> None:
    manifest(run).time += 10**6


def late_alert(run: Miniature) -> None:
    run.evidence.alerts[alert_of(run, SEALED, "high-risk.unverified-user")].time += 10**6


def late_record(run: Miniature) -> None:
    key = record_key(uid(run, SEALED))
    run.written[key] = Listed(0, run.written[key].modified + 1000)


def late_dead_letter(run: Miniature) -> None:
    run.evidence.dead_letters[letter_place(run)].time += 10**6


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (late_manifest_message, SEALED),
        (late_alert, SEALED),
        (late_record, SEALED),
        (late_dead_letter, REFUSED),
    ],
)
def test_a_commit_past_work_that_was_not_done_is_noticed(
    run: Miniature, spoil: Callable[[Miniature], None], kind: str
) -> None:
    spoil(run)

    assert found(run) == {("overtaken", kind)}


def test_a_commit_far_ahead_passes_everything_below_it(run: Miniature) -> None:
    first = run.commits[0]
    run.commits.insert(0, first._replace(offset=10**6, time=0))

    problems = run.audit()

    below = {delivery.case for delivery in run.evidence.inputs[first.partition]}
    assert {problem.case for problem in problems} == below
    assert all(problem.verdict == "overtaken" for problem in problems)


def test_a_commit_of_a_lower_position_changes_nothing(run: Miniature) -> None:
    run.commits.append(run.commits[-1]._replace(offset=0, time=run.commits[-1].time + 1))

    assert run.audit() == []


def test_problems_name_the_case(run: Miniature) -> None:
    lose_alert(run)

    (problem,) = [problem for problem in run.audit() if problem.verdict == "lost"]

    assert problem == Problem.of(run.one(JUDGED), "lost", "there is no alert of the rule credential.unlabeled")
