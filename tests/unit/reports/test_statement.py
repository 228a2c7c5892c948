"""Statements of reasons: what Art. 17 DSA wants to be told, in the shape that the transparency database takes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

import schemas
from pipeline.events.identity import account_of, enforcement_id
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Decision, Finding, PackReference
from pipeline.policy.pack_files import load_packs
from pipeline.reports import EventHistory, ReportMaterial, exported_of, period_of
from pipeline.store.simulator import EraserSimulator
from pipeline.usecases.reporting import Reporting
from tests.unit.house import House, activity, png, publication, review
from tests.unit.reports.conftest import LATER, Report, figures, rows

Statements = Callable[..., list[dict[str, Any]]]

JULY = datetime(2026, 7, 1, 0, 0, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, 12, tzinfo=UTC)
VALIDATOR = schemas.validator("export-statement-of-reasons.v1")


@pytest.fixture
def statements(house: House) -> Statements:
    def statements(period: str = "2026-06") -> list[dict[str, Any]]:
        days = period_of(period, "UTC", LATER)
        material = Reporting(store=house.store, layout=house.layout).material(days)
        exported = exported_of("statement", material, days, "en", load_packs())
        assert exported is not None
        return msgspec.json.decode(msgspec.json.encode(exported))["statements"]  # type: ignore[no-any-return]

    return statements


def published(house: House, name: str, *, places: list[str], **more: Any) -> Decision:
    content = {"id": name, "mime": "text/plain", "text": f"{name}\n", **more.pop("content", {})}
    record: Decision = house.inspect(
        publication({"content": content, "jurisdictions": places, **more}, event_id=name)
    ).record
    return record


@pytest.fixture
def retracted(house: House) -> Decision:
    """A publication in Spain of which a person found later that it was an intimate image without consent."""
    user = {"id_hash": "author", "identity": {"status": "verified", "method": "mobile"}}
    record = published(house, "ferry", places=["ES"], user=user, content={"synthetic": "no"})
    assert record.content is not None
    verdict = {"content": {"sha256": record.content.sha256}, "review": {"verdict": "illegal", "categories": ["ncii"]}}
    event = activity({"event_type": "review.completed", **verdict}, event_id="verdict")
    house.retract.of_activity(event, house.assess(event).record)
    return record


def test_what_was_retracted_is_stated_as_removed_by_a_person(retracted: Decision, statements: Statements) -> None:
    (statement,) = statements()
    assert statement["puid"] == retracted.event_uid
    assert statement["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert statement["category"] == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert statement["category_specification"] == ["KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"]
    assert statement["automated_detection"] == "No"
    assert statement["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert statement["content_type"] == ["CONTENT_TYPE_TEXT"]
    assert (statement["content_date"], statement["application_date"]) == ("2026-06-01", "2026-06-01")
    assert len(statement["territorial_scope"]) == 27


def test_it_holds_to_the_schema_and_says_nothing_of_persons(retracted: Decision, statements: Statements) -> None:
    (statement,) = statements()
    assert schemas.first_violation(VALIDATOR, statement) is None
    assert "author" not in repr(statement)
    assert "ferry" not in repr(statement)


def test_what_was_restricted_under_another_places_law_is_left_to_a_person(
    refused: str, reported: Report, statements: Statements
) -> None:
    assert statements() == []
    document = reported("statement")
    assert figures(document) == {"statements": "0", "left to a person": "1"}
    ((_, event, decision, articles),) = rows(document, "Left to a person")
    assert (event, decision) == (refused[:12], "block")
    assert "Deep Synthesis" in articles


def test_what_is_held_and_what_was_released_is_not_stated(house: House, held: str, statements: Statements) -> None:
    assert statements() == []
    house.review(review({"event_uid": held, "verdict": "release", "reviewer": {"id": "r"}, "reason": "fine"}))
    assert statements() == []


def test_people_are_told_what_article_17_asks_for_in_its_order(retracted: Decision, reported: Report) -> None:
    told = rows(reported("statement", "zh"), f"理由说明 {retracted.event_uid[:12]}")
    assert [name[:3] for name, _ in told] == ["（a）", "（a）", "（b）", "（b）", "（c）", "（e）", "（f）"]
    assert told[0][1] == "内容已移除。"
    assert "违法" in told[5][1]
    assert "第20条" in told[-1][1]


def test_a_law_of_the_union_is_the_legal_ground_and_comes_before_what_holds_everywhere(house: House) -> None:
    record = published(house, "post", places=["ES"])
    found = Finding(
        rule="eu.ai-act.art50-4.deepfake",
        kind="unlabeled-ai-content",
        severity="high",
        action="block",
        outcome="violation",
        code=None,
        message="A deepfake without a label.",
        citation="cited",
        evidence={"content.deepfake": True},
        pack=PackReference(name="eu-ai-act-50", version="1"),
    )
    elsewhere = msgspec.structs.replace(found, rule="x", pack=PackReference(name="c2pa", version="1"), message="Other.")
    blocked = msgspec.structs.replace(record, decision="block", declared="ai", findings=(elsewhere, found))
    days = period_of("2026-06", "UTC", LATER)
    material = ReportMaterial(events=(EventHistory(record=blocked, digest="0" * 64),), cases=())
    exported = exported_of("statement", material, days, "en", load_packs())
    assert exported is not None
    (statement,) = exported["statements"]
    assert statement.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert "Art. 50(4)" in (statement.illegal_content_legal_ground or "")
    assert "label" in (statement.illegal_content_explanation or "")
    assert "content.deepfake = True" in statement.decision_facts
    assert statement.content_type == ("CONTENT_TYPE_TEXT", "CONTENT_TYPE_SYNTHETIC_MEDIA")
    assert statement.automated_decision == "AUTOMATED_DECISION_FULLY"


def test_what_rules_held_and_a_person_refused_is_partly_automated(house: House, statements: Statements) -> None:
    picture = {**house.put("post.png", png(55), "image/png"), "synthetic": "yes"}
    said = {"content": picture, "declared": "ai", "explicit": {"present": False}, "jurisdictions": ["ES"]}
    held = house.inspect(publication(said)).record
    house.review(review({"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r"}, "reason": "no"}))
    (statement,) = statements()
    assert statement["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    assert statement["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert statement["incompatible_content_illegal"] == "No"
    assert statement["content_type"][0] == "CONTENT_TYPE_IMAGE"


# Accounts


def illegal(house: House, name: str, **more: Any) -> Decision:
    """A publication in Spain that a review found illegal, by a user who answers for it."""
    by = {"actor": {"role": "user"}, "user": {"id_hash": "author"}, "review": {"verdict": "illegal"}}
    record = published(house, name, places=["ES"], content={"synthetic": "no"}, **by, **more)
    assert record.decision == "block"
    return record


def of_accounts(stated: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [statement for statement in stated if "decision_visibility" not in statement]


def test_an_account_that_is_restricted_suspended_or_closed_has_a_statement_of_its_own(
    house: House, statements: Statements
) -> None:
    records = [illegal(house, f"letter-{number}") for number in range(5)]
    found = of_accounts(statements())
    assert [
        (statement.get("decision_provision"), statement.get("decision_account")) for statement in by_facts(found)
    ] == [
        ("DECISION_PROVISION_PARTIAL_SUSPENSION", None),
        (None, "DECISION_ACCOUNT_SUSPENDED"),
        (None, "DECISION_ACCOUNT_SUSPENDED"),
        (None, "DECISION_ACCOUNT_TERMINATED"),
    ]
    for statement in found:
        assert schemas.first_violation(VALIDATOR, statement) is None
        assert statement["puid"] not in {record.event_uid for record in records}
        assert (statement["decision_ground"], statement["incompatible_content_illegal"]) == (
            "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "Yes",
        )
        assert statement["automated_decision"] == "AUTOMATED_DECISION_FULLY"
        assert account_of("author") not in repr(statement)
    assert "violation 2 of the account within 365 days" in by_facts(found)[0]["decision_facts"]


def by_facts(stated: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of the violations that they count."""
    return sorted(stated, key=lambda statement: statement["decision_facts"].splitlines()[-1])


def test_a_warning_restricts_nothing_and_what_is_taken_back_is_not_stated(house: House, statements: Statements) -> None:
    illegal(house, "first")
    assert len(statements()) == 1
    second = illegal(house, "second")
    assert len(of_accounts(statements())) == 1
    satire = {"event_uid": second.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "It is satire."}
    house.review(msgspec.structs.replace(review(satire), seen=second.decision_id, case="appeal-1"))
    assert of_accounts(statements()) == []


def appeal(house: House, of: Decision, verdict: str, case: str) -> Decision:
    """What a person decided once more, who had seen the decision given."""
    said = {"event_uid": of.event_uid, "verdict": verdict, "reviewer": {"id": f"by-{case}"}, "reason": "I looked."}
    told = msgspec.structs.replace(review(said, event_id=case), seen=of.decision_id, case=case)
    taken: Decision = house.review(told).record
    return taken


def find_illegal(house: House, seen: Decision) -> None:
    """Have a person retract an event, who had seen the decision given."""
    said = {"event_uid": seen.event_uid, "verdict": "refuse", "reviewer": {"id": "finder"}, "reason": "It is illegal."}
    refused = review(said, event_id="verdict")
    house.retract.of_review(
        msgspec.structs.replace(refused, verdict="illegal", seen=seen.decision_id, categories=("ncii",))
    )


def test_a_step_is_stated_that_a_later_verdict_led_to_and_not_the_one_that_was_taken_back(
    house: House, statements: Statements
) -> None:
    illegal(house, "first")
    second = illegal(house, "second")
    (before,) = of_accounts(statements())
    assert before["puid"] == enforcement_id(account_of("author"), 2)
    released = appeal(house, second, "release", "appeal-1")
    assert of_accounts(statements()) == []
    find_illegal(house, released)
    (after,) = of_accounts(statements())
    assert after["puid"] == enforcement_id(account_of("author"), 4)
    assert after["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"


def test_a_step_that_was_taken_back_is_not_stated_though_a_later_verdict_that_counts_nothing_restricts(
    house: House, statements: Statements
) -> None:
    illegal(house, "first")
    second = illegal(house, "second")
    find_illegal(house, appeal(house, second, "release", "appeal-1"))
    at = house.layout.retraction(second.event_uid)
    uncounted = msgspec.structs.replace(msgspec.json.decode(house.stored(at.uri), type=Decision), counts_against=None)
    for counted in (at, house.layout.counted(uncounted.decision_id)):
        EraserSimulator(house.store).erase(counted)
    house.store.create(at, to_json(uncounted), media_type="application/json")
    assert of_accounts(statements()) == []


def test_a_report_about_a_time_that_is_over_stays_the_same_whatever_comes_later(
    house: House, statements: Statements
) -> None:
    illegal(house, "first")
    second = illegal(house, "second")
    june = statements()
    assert len(of_accounts(june)) == 1
    house.clock = lambda: JULY
    released = appeal(house, second, "release", "appeal-1")
    assert (statements(), statements("2026-07")) == (june, [])
    house.clock = lambda: AUGUST
    appeal(house, released, "refuse", "appeal-2")
    assert (statements(), statements("2026-07")) == (june, [])
    assert [statement["puid"] for statement in of_accounts(statements("2026-08"))] == [
        enforcement_id(account_of("author"), 4)
    ]
    assert len(statements("2026-08")) == 2


def test_what_an_appeal_upholds_is_no_new_restriction(house: House, statements: Statements) -> None:
    illegal(house, "first")
    second = illegal(house, "second")
    june = statements()
    house.clock = lambda: JULY
    appeal(house, second, "refuse", "appeal-1")
    assert (statements(), statements("2026-07")) == (june, [])


def test_what_an_appeal_upholds_in_the_period_is_stated_as_the_rules_decided_it(
    house: House, statements: Statements
) -> None:
    record = illegal(house, "first")
    (before,) = statements()
    appeal(house, record, "refuse", "appeal-1")
    assert statements() == [before]


def test_a_step_is_stated_in_the_period_in_which_it_was_entered(house: House, statements: Statements) -> None:
    illegal(house, "first")
    last = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    records = len(stored_records(house))
    house.clock = lambda: last if len(stored_records(house)) == records else JULY
    second = illegal(house, "second")
    assert (second.event_uid in {statement["puid"] for statement in statements()}, of_accounts(statements())) == (
        True,
        [],
    )
    assert [statement["puid"] for statement in statements("2026-07")] == [enforcement_id(account_of("author"), 2)]


def stored_records(house: House) -> list[str]:
    return [key for key in house.records() if key.startswith("v1/records/")]


def test_people_are_told_what_became_of_the_account_and_how_it_was_counted(house: House, reported: Report) -> None:
    for number in range(3):
        illegal(house, f"letter-{number}")
    suspended = next(
        told
        for section in reported("statement", "zh").sections
        if section.table is not None and "暂停使用" in (told := section.table.rows[0][1])
    )
    assert suspended == "该账号已暂停使用。"


# The schema


def base() -> dict[str, Any]:
    return {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "Art. 50(4)",
        "illegal_content_explanation": "A deepfake without a label.",
        "content_type": ["CONTENT_TYPE_IMAGE"],
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "content_date": "2026-10-01",
        "application_date": "2026-10-02",
        "decision_facts": "It was measured.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY",
        "puid": "a" * 64,
    }


def test_the_schema_takes_the_least_that_the_database_takes() -> None:
    assert VALIDATOR.is_valid(base())


@pytest.mark.parametrize(
    "fault",
    [
        {"puid": "a b"},
        {"puid": "a" * 501},
        {"decision_visibility": None},
        {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
        {"illegal_content_explanation": None},
        {"incompatible_content_ground": "clause 4"},
        {"content_type": ["CONTENT_TYPE_OTHER"]},
        {"content_type": []},
        {"content_type_other": "a hologram"},
        {"category": "STATEMENT_CATEGORY_PIRACY"},
        {"decision_facts": "x" * 5001},
        {"decision_facts": ""},
        {"application_date": "2026-10-02-10"},
        {"application_date": "2026-02-30"},
        {"automated_decision": "Yes"},
        {"territorial_scope": ["US"]},
        {"url": "https://example.com/post/1"},
    ],
    ids=str,
)
def test_what_the_database_would_refuse_the_schema_refuses(fault: dict[str, Any]) -> None:
    instance = {name: value for name, value in (base() | fault).items() if value is not None}
    assert not VALIDATOR.is_valid(instance)
