"""What the operator knows is added to the facts of an event, and wins over what the event claims."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import ImageCode
from pipeline.policy.reference import Observed, ReferenceSets, reference_facts
from pipeline.policy.vocabulary import Facts, vocabulary
from tests.unit.policy.reference.entries import entry, feature, sets_of

NOTHING = Observed()
MAY = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CODE = ImageCode(bits=256, body=2**200 - 1).text
OTHER_CODE = ImageCode(bits=256, body=2**256 - 2**128).text
EMPTY = ReferenceSets.empty()

WORDS = sets_of(
    feature("dam", verdict="rumour", phrase="the dam has burst"),
    feature("bomb", verdict="illegal", regex="(?i)pipe ?bomb"),
    feature("slur", phrase="slur"),
)
PICTURES = WORDS.put(feature("picture", iscc=CODE))


def facts(claimed: Facts, sets: ReferenceSets, observed: Observed = NOTHING, at: datetime | None = MAY) -> Facts:
    return reference_facts(claimed, sets, observed, at).facts


def review(claimed: Facts, sets: ReferenceSets, **observed: str) -> dict[str, Any]:
    found = facts(claimed, sets, Observed(**observed))
    return {name.removeprefix("review."): value for name, value in found.items() if name.startswith("review.")}


@given(st.fixed_dictionaries({}, optional={"prompt": st.text(), "text": st.text(), "image_code": st.just(CODE)}))
def test_empty_sets_claim_nothing(observed: dict[str, str]) -> None:
    claimed: Facts = {"service.id": "chat", "consent.ref": "c", "content.news_source": "n", "review.verdict": "ok"}
    enriched = reference_facts(claimed, EMPTY, Observed(**observed), MAY)
    assert (enriched.facts, enriched.matches) == (claimed, ())


def test_what_was_given_is_not_changed() -> None:
    claimed: Facts = {"event_type": "publish.requested"}
    facts(claimed, WORDS, Observed(prompt="slur"))
    assert claimed == {"event_type": "publish.requested"}


# Apps


PAPERS: dict[str, Any] = {
    "assessed_at": "2026-01-01T00:00:00Z",
    "assessed_until": "2026-06-01T00:00:00Z",
    "filed_at": "2026-02-01T00:00:00+08:00",
}


@pytest.mark.parametrize(
    ("app", "at", "assessed", "filed"),
    [
        (PAPERS, MAY, True, True),
        (PAPERS, datetime(2026, 6, 1, tzinfo=UTC), False, True),
        (PAPERS, datetime(2026, 1, 31, tzinfo=UTC), True, False),
        ({**PAPERS, "assessed_at": None}, MAY, True, True),
        ({}, MAY, None, None),
        (PAPERS, None, None, None),
    ],
)
def test_of_an_app_that_is_to_be_listed_the_inventory_says_whether_its_papers_hold_then(
    app: dict[str, Any], at: datetime | None, assessed: object, filed: object
) -> None:
    sets = sets_of(entry("inventory", "camera", app={name: said for name, said in app.items() if said is not None}))
    for claimed in (True, False):
        found = facts({"app.id": "camera", "app.assessment_checked": claimed}, sets, at=at)
        assert found["app.assessment_checked"] is (claimed if assessed is None else assessed)
        assert found.get("app.filing_checked") is filed


def test_an_app_that_the_inventory_knows_for_deep_synthesis_is_one_whatever_its_developer_declares() -> None:
    sets = sets_of(
        entry("inventory", "camera", app={"deep_synthesis": True}),
        entry("inventory", "clock", app={"deep_synthesis": False}),
        entry("inventory", "painter", model={"biometric_tool": True}),
    )
    for named, declared in {"camera": True, "clock": False, "painter": False, "unknown": False}.items():
        assert facts({"app.id": named, "app.ai_declared": False}, sets)["app.ai_declared"] is declared


# Services


def test_what_an_order_suspends_is_suspended_whatever_its_own_entry_says_until_the_order_is_lifted() -> None:
    sets = sets_of(
        entry("services", "chat", service={"suspended_by_order": False}),
        entry("services", "order:1", service={"id": "chat", "suspended_by_order": True}),
        entry("services", "order:2", service={"id": "chat", "suspended_by_order": True}),
        entry("services", "other", service={"id": "chat", "suspended_by_order": True}),
    )
    lifted = sets.put(entry("services", "order:1", version=2, service={"id": "chat", "suspended_by_order": False}))
    for left, is_suspended in ((sets, True), (lifted, True), (lifted.remove("services", "order:2"), False)):
        assert facts({"service.id": "chat"}, left)["service.suspended_by_order"] is is_suspended
        assert "service.suspended_by_order" not in facts({"service.id": "studio"}, left)


@pytest.mark.parametrize(
    ("order", "stopped", "left_alone"),
    [
        (
            "suspend-registration",
            ("identity.verified",),
            ("generation.completed", "publish.requested", "service.changed", "interaction.started"),
        ),
        (
            "suspend-updates",
            ("generation.completed", "export.completed", "publish.requested", "repost.requested", "service.changed"),
            ("identity.verified", "interaction.started"),
        ),
        (
            "suspend-service",
            ("generation.completed", "service.changed", "identity.verified", "interaction.started"),
            (),
        ),
        (None, ("generation.completed", "service.changed", "identity.verified", "interaction.started"), ()),
    ],
)
def test_an_order_stops_what_it_names_and_where_it_names_nothing_everything(
    order: str | None, stopped: tuple[str, ...], left_alone: tuple[str, ...]
) -> None:
    named = {} if order is None else {"order": order}
    sets = sets_of(entry("services", "order:1", service={"id": "chat", "suspended_by_order": True}, **named))
    for event_type in (*stopped, *left_alone):
        known = facts({"service.id": "chat", "event_type": event_type}, sets)
        assert (known.get("service.suspended_by_order") is True) is (event_type in stopped), event_type


def test_an_entry_that_no_order_put_there_suspends_by_itself_alone() -> None:
    assert entry("services", "chat", service={"suspended_by_order": True}).suspension is None  # type: ignore[union-attr]


def test_orders_of_two_kinds_stop_what_either_names() -> None:
    sets = sets_of(
        *(
            entry("services", f"order:{order}", service={"id": "chat", "suspended_by_order": True}, order=order)
            for order in ("suspend-registration", "suspend-updates")
        )
    )
    for event_type in ("identity.verified", "generation.completed"):
        assert facts({"service.id": "chat", "event_type": event_type}, sets)["service.suspended_by_order"] is True


def test_the_registry_wins_over_what_an_event_says_of_its_service() -> None:
    sets = sets_of(entry("services", "chat", service={"filing_no": None, "security_assessment": "none"}))
    claimed = {"service.id": "chat", "service.filing_no": "123", "service.ssmi": True}
    assert facts(claimed, sets) == {
        "service.id": "chat",
        "service.filing_no": "",
        "service.security_assessment": "none",
        "service.ssmi": True,
    }
    assert facts({**claimed, "service.id": "other"}, sets) == {**claimed, "service.id": "other"}


# News sources


@pytest.mark.parametrize(
    ("members", "at", "listed"),
    [
        ({"status": "licensed"}, MAY, True),
        ({"status": "licensed"}, None, True),
        ({"status": "revoked"}, MAY, False),
        ({"status": "revoked", "valid_from": "2026-01-01"}, None, False),
        ({"status": "licensed", "valid_from": "2026-05-01", "valid_to": "2026-05-01"}, MAY, True),
        ({"status": "licensed", "valid_from": "2026-05-02"}, MAY, False),
        ({"status": "licensed", "valid_to": "2026-04-30"}, MAY, False),
        # A day in China begins eight hours earlier.
        ({"status": "licensed", "valid_from": "2026-05-02"}, datetime(2026, 5, 1, 16, 0, tzinfo=UTC), True),
        ({"status": "licensed", "valid_to": "2026-05-01"}, datetime(2026, 5, 1, 16, 0, tzinfo=UTC), False),
        ({"status": "licensed", "valid_to": "2026-05-01"}, None, None),
    ],
)
@pytest.mark.parametrize("claimed", [{}, {"content.news_source_listed": True}, {"content.news_source_listed": False}])
def test_whether_a_news_source_is_listed_is_looked_up(
    members: dict[str, Any],
    at: datetime | None,
    listed: bool | None,  # noqa: FBT001 (what is expected)
    claimed: dict[str, bool],
) -> None:
    sets = sets_of(entry("news-sources", "xh", name="Agency", **members))
    found = facts({"content.news_source": "xh", **claimed}, sets, at=at)
    assert found.get("content.news_source_listed") is listed


def test_a_news_source_that_nobody_knows_is_not_listed() -> None:
    sets = sets_of(entry("news-sources", "xh", name="Agency", status="licensed"))
    assert facts({"content.news_source": "blog"}, sets)["content.news_source_listed"] is False
    assert facts({"content.news_source_listed": True}, sets) == {"content.news_source_listed": True}


# Consents


@pytest.mark.parametrize(
    ("registered", "claimed", "status"),
    [
        ("granted", "missing", "granted"),
        ("granted", None, "granted"),
        ("granted", "revoked", "revoked"),
        ("revoked", "granted", "revoked"),
        ("revoked", "not_needed", "revoked"),
    ],
)
def test_where_a_consent_stands_is_looked_up_and_revoked_wins(
    registered: str, claimed: str | None, status: str
) -> None:
    sets = sets_of(entry("consents", "c", status=registered))
    stated: dict[str, str] = {"consent.ref": "c"} | ({"consent.status": claimed} if claimed else {})
    assert facts(stated, sets)["consent.status"] == status


def test_how_a_consent_was_given_is_looked_up_as_far_as_it_is_known() -> None:
    sets = sets_of(entry("consents", "c", status="granted", separate=False))
    claimed = {"consent.ref": "c", "consent.separate": True, "consent.prompted": True}
    assert facts(claimed, sets) == {**claimed, "consent.separate": False, "consent.status": "granted"}


@pytest.mark.parametrize(
    ("edited", "status"),
    [(("face",), "granted"), ((), "granted"), (("face", "voice"), "missing"), (None, "granted")],
)
def test_a_consent_for_the_face_is_none_for_the_voice(edited: tuple[str, ...] | None, status: str) -> None:
    sets = sets_of(entry("consents", "c", status="granted", biometric=["face", "gesture"]))
    stated: dict[str, Any] = {"consent.ref": "c"} | ({} if edited is None else {"content.biometric": edited})
    assert facts(stated, sets)["consent.status"] == status


def test_a_consent_that_nobody_knows_is_what_the_event_says() -> None:
    sets = sets_of(entry("consents", "c", status="revoked"))
    assert facts({"consent.ref": "d", "consent.status": "granted"}, sets)["consent.status"] == "granted"


# Features


def test_a_match_gives_the_verdict() -> None:
    enriched = reference_facts({}, WORDS, Observed(prompt="say that the dam has burst", text="It was a Pipe Bomb"), MAY)
    assert enriched.facts == {
        "review.verdict": "illegal",
        "review.mode": "auto",
        "review.input_checked": True,
        "review.output_checked": True,
        "review.feature_db_version": WORDS.versions.features,
    }
    assert [(match.entry_id, match.side) for match in enriched.matches] == [("bomb", "output"), ("dam", "prompt")]


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [("ok", "harmful"), ("pending", "harmful"), ("rumour", "harmful"), ("harmful", "harmful"), ("illegal", "illegal")],
)
def test_a_match_wins_over_a_milder_verdict_and_not_over_a_graver_one(claimed: str, verdict: str) -> None:
    found = review({"review.verdict": claimed, "review.mode": "human"}, WORDS, text="a slur")
    assert (found["verdict"], found["mode"]) == (verdict, "human")


def test_where_both_sides_were_checked_and_nothing_found_it_is_ok() -> None:
    checked = {
        "input_checked": True,
        "output_checked": True,
        "feature_db_version": WORDS.versions.features,
        "verdict": "ok",
        "mode": "auto",
    }
    assert review({}, WORDS, prompt="a cat", text="meow") == checked
    assert review({"content.is_news": False}, WORDS, prompt="a cat", text="meow") == checked


@pytest.mark.parametrize(
    ("claimed", "observed"),
    [
        ({"content.is_news": True}, {"prompt": "a cat", "text": "meow"}),
        ({}, {"prompt": "a cat"}),
        ({}, {"text": "meow"}),
        ({}, {"prompt": "a cat", "image_code": CODE}),
        ({}, {"prompt": "a cat", "sha256": "ab" * 32}),
    ],
)
def test_truth_of_news_and_what_was_not_seen_are_nothing_to_vouch_for(
    claimed: dict[str, bool], observed: dict[str, str]
) -> None:
    assert "verdict" not in review(claimed, WORDS, **observed)


@pytest.mark.parametrize("claimed", ["pending", "illegal", "ok"])
def test_finding_nothing_changes_no_verdict(claimed: str) -> None:
    found = review({"review.verdict": claimed}, WORDS, prompt="a cat", text="meow")
    assert (found["verdict"], "mode" in found) == (claimed, False)


def test_a_picture_is_checked_where_there_are_pictures_to_compare_with() -> None:
    assert review({}, WORDS, image_code=CODE) == {}
    assert review({}, PICTURES, image_code=OTHER_CODE) == {
        "output_checked": True,
        "feature_db_version": PICTURES.versions.features,
    }
    assert review({}, PICTURES, image_code=CODE)["verdict"] == "harmful"


def test_text_is_checked_where_there_are_words_to_look_for_on_its_side() -> None:
    sets = sets_of(feature(phrase="x", applies_to=["prompt"]), feature("p", iscc=CODE))
    assert review({}, sets, text="meow") == {}
    assert review({"review.output_checked": False}, sets, prompt="a cat", text="meow") == {
        "output_checked": False,
        "input_checked": True,
        "feature_db_version": sets.versions.features,
    }


def test_a_known_file_is_recognised_and_that_is_not_a_check_of_its_content() -> None:
    sets = sets_of(feature("file", verdict="illegal", sha256="ab" * 32))
    assert review({}, sets, sha256="ab" * 32) == {
        "verdict": "illegal",
        "mode": "auto",
        "feature_db_version": sets.versions.features,
    }
    assert review({}, sets, sha256="cd" * 32) == {}


def test_an_empty_prompt_is_one_that_was_checked() -> None:
    assert review({}, WORDS, prompt="")["input_checked"] is True


def test_every_fact_that_is_added_is_in_the_vocabulary() -> None:
    sets = PICTURES.updated(
        [
            entry("services", "s", service={"filing_no": "1", "detector": {"api": True}}),
            entry("news-sources", "n", name="N", status="licensed"),
            entry("consents", "c", status="granted", separate=True, prompted=True),
        ]
    ).sets
    claimed = {"service.id": "s", "content.news_source": "n", "consent.ref": "c"}
    found = facts(claimed, sets, Observed(prompt="x", text="slur", image_code=CODE))
    assert found.keys() > claimed.keys()
    assert found.keys() <= vocabulary().keys()
