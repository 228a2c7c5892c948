"""The judge: which rules are about an event, what they find, and why."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.outputs import Finding, PackReference
from pipeline.policy.finding import REDACTED
from pipeline.policy.judge import Judge, Standing
from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import load_packs
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import Facts, FactValue, vocabulary
from tests.unit.policy.examples import PACK, pack_of, rule

Truth = bool | None
AT = datetime(2026, 6, 1, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
NEWS: Facts = {"event_type": "publish.requested", "jurisdictions": ("CN",), "content.is_news": True}


def found(facts: Facts, pack: Pack = PACK, at: datetime | None = AT, **options: object) -> Finding | None:
    findings = Judge([pack], **options).findings(facts, at)  # type: ignore[arg-type]
    assert len(findings) < 2
    return findings[0] if findings else None


def outcome(facts: Facts, pack: Pack = PACK, at: datetime | None = AT, **options: object) -> str:
    finding = found(facts, pack, at, **options)
    return "nothing" if finding is None else finding.outcome


# What a rule finds


def test_a_violation_says_what_is_wrong_by_which_law_and_what_would_mend_it() -> None:
    assert found({**NEWS, "content.news_source_listed": False}) == Finding(
        rule="test.news",
        kind="test",
        severity="high",
        action="block",
        outcome="violation",
        code=None,
        message="A test.",
        citation="No law.",
        evidence={"content.is_news": True, "content.news_source_listed": False},
        pack=PackReference(name="test-law", version="1.2.3"),
        remedy="None.",
        actor="user",
    )


def test_what_stays_open_asks_for_what_the_rule_asks_for_then_and_names_what_is_missing() -> None:
    finding = found(NEWS)
    assert finding is not None
    assert (finding.outcome, finding.action) == ("unknown", "hold")
    assert finding.message == "Cannot be ruled out while content.news_source_listed is unknown: A test."
    assert finding.evidence == {"content.is_news": True, "content.news_source_listed": None}


@pytest.mark.parametrize(
    ("when", "must", "expected"),
    [
        (True, True, "nothing"),
        (True, False, "violation"),
        (True, None, "unknown"),
        (False, True, "nothing"),
        (False, False, "nothing"),
        (False, None, "nothing"),
        (None, True, "nothing"),
        (None, False, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_rule_is_three_valued(when: Truth, must: Truth, expected: str) -> None:
    known: dict[str, bool | None] = {"content.is_news": when, "content.news_source_listed": must}
    facts: dict[str, FactValue] = {name: value for name, value in known.items() if value is not None}
    assert outcome({**facts, "event_type": "publish.requested", "jurisdictions": ("CN",)}) == expected


def test_several_missing_facts_are_all_named() -> None:
    finding = found({**NEWS, "content.is_news": True}, pack_of(rule(must="consent.separate && consent.prompted")))
    assert finding is not None
    assert finding.message.startswith("Cannot be ruled out while consent.separate and consent.prompted are unknown")


def test_a_rule_that_has_no_answer_for_known_facts_is_broken_and_lets_nothing_pass() -> None:
    broken = pack_of(
        rule(must="content.biometric[0] == 'face'"), rule(id="test.other", must="content.news_source.matches('(?=v)')")
    )
    facts = {**NEWS, "content.biometric": (), "content.news_source": "v"}
    (finding,) = Judge([broken]).findings(facts, AT)
    assert (finding.rule, finding.kind) == ("operations.rule-broken", "operations")
    assert (finding.outcome, finding.action, finding.pack) == ("violation", "hold", None)
    assert finding.evidence == {"rules": ("test.news", "test.other"), "packs": ("test-law",)}
    assert [verdict.standing for verdict in Judge([broken]).explain(facts, AT)] == ["broken", "broken"]


def test_a_rule_that_lacks_a_fact_is_open_and_not_broken() -> None:
    asking = pack_of(rule(must="content.news_source.matches('^v')"))
    assert outcome(NEWS, asking) == "unknown"
    assert outcome({**NEWS, "content.news_source": "v"}, asking) == "nothing"
    assert outcome({**NEWS, "content.news_source": "w"}, asking) == "violation"


def test_values_about_persons_are_not_shown() -> None:
    asking = pack_of(rule(must="user.id_hash == '' && consent.ref == ''"))
    finding = found({**NEWS, "user.id_hash": "5c4d", "consent.ref": ""}, asking)
    assert finding is not None
    assert finding.evidence == {"content.is_news": True, "user.id_hash": REDACTED, "consent.ref": ""}
    assert "5c4d" not in repr(finding)


# What was seen


SEEN = Observation(
    name="label.test", severity="critical", code="a.code", evidence={"declared": "human", "carriers": ("xmp",)}
)
SEEING = rule(seen=("label.test",), when="seen.declared == 'human'", must="content.is_news", severity=None)


def test_what_was_seen_is_found_with_its_gravity_code_and_evidence() -> None:
    (finding,) = Judge([pack_of(SEEING)]).findings({**NEWS, "content.is_news": False}, AT, (SEEN,))
    assert (finding.action, finding.outcome, finding.severity, finding.code) == (
        "block",
        "violation",
        "critical",
        "a.code",
    )
    assert finding.message == "A test."
    assert finding.evidence == {"content.is_news": False, "declared": "human", "carriers": ("xmp",)}


def test_a_rule_about_observations_is_asked_of_nothing_else() -> None:
    judge = Judge([pack_of(SEEING)])
    facts = {**NEWS, "content.is_news": False}
    assert judge.findings(facts, AT) == ()
    assert judge.findings(facts, AT, (msgspec.structs.replace(SEEN, name="label.other"),)) == ()
    assert judge.findings(facts, AT, (msgspec.structs.replace(SEEN, evidence={"declared": "ai"}),)) == ()
    assert judge.findings({**facts, "jurisdictions": ("EU",)}, AT, (SEEN,)) == ()
    assert [verdict.standing for verdict in judge.explain(facts, AT)] == ["not-seen"]


def test_what_only_may_have_been_seen_asks_for_what_the_rule_asks_for_then() -> None:
    unsure = msgspec.structs.replace(SEEN, outcome="unknown")
    (finding,) = Judge([pack_of(SEEING)]).findings({**NEWS, "content.is_news": False}, AT, (unsure,))
    assert (finding.action, finding.outcome, finding.message) == ("hold", "unknown", "A test.")


def test_words_are_chosen_and_english_stands_in() -> None:
    both = pack_of(rule(text={"en": "A test.", "zh": "测试。"}, remedy={"en": "None."}))
    facts = {**NEWS, "content.news_source_listed": False}
    for language, expected in (("en", ("A test.", "None.")), ("zh", ("测试。", "None."))):
        (finding,) = Judge([both], wording=language).findings(facts, AT)  # type: ignore[arg-type]
        assert (finding.message, finding.remedy) == expected


def test_words_are_chosen_by_the_place_of_the_law_where_the_operator_wants_that() -> None:
    both = {"text": {"en": "A test.", "zh": "测试。"}}
    laws = [pack_of(rule(**both)), pack_of(rule(id="eu.one", **both), name="eu", jurisdiction="EU")]
    facts = {**NEWS, "jurisdictions": ("CN-SH", "DE")}
    found = Judge(laws, wording="by-place").findings(facts, AT)
    assert [finding.message for finding in found] == [
        "在 content.news_source_listed 未知的情况下，无法排除：测试。",
        "Cannot be ruled out while content.news_source_listed is unknown: A test.",
    ]


# Which rules are about an event


def test_a_rule_is_about_its_event_types() -> None:
    assert outcome({**NEWS, "event_type": "ingest.completed"}) == "nothing"
    assert outcome({**NEWS, "event_type": "never.heard.of"}) == "nothing"


@pytest.mark.parametrize(
    ("jurisdiction", "except_in", "named", "expected"),
    [
        ("CN", (), ("CN",), "unknown"),
        ("CN", (), ("EU", "CN"), "unknown"),
        ("CN", (), ("EU",), "nothing"),
        ("CN", (), None, "nothing"),
        ("*", (), ("EU",), "unknown"),
        ("*", (), None, "unknown"),
        ("*", ("CN",), ("EU", "CN"), "nothing"),
        ("*", ("CN",), ("EU",), "unknown"),
    ],
)
def test_a_pack_is_law_where_it_is_law(
    jurisdiction: str, except_in: tuple[str, ...], named: tuple[str, ...] | None, expected: str
) -> None:
    pack = pack_of(rule(), jurisdiction=jurisdiction, except_in=except_in)
    facts = {name: value for name, value in NEWS.items() if name != "jurisdictions"}
    assert outcome(facts if named is None else {**facts, "jurisdictions": named}, pack) == expected


def test_a_rule_binds_those_who_hold_the_role() -> None:
    pack = pack_of(rule(binds=("platform", "app_store")))
    assert outcome(NEWS, pack, roles=("app_store",)) == "unknown"
    assert outcome(NEWS, pack, roles=("provider", "user")) == "nothing"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2025, 8, 31, 23, 59, 59, tzinfo=BEIJING), "nothing"),
        (datetime(2025, 9, 1, tzinfo=BEIJING), "unknown"),
        (datetime(2025, 8, 31, 16, tzinfo=UTC), "unknown"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=BEIJING), "unknown"),
        (datetime(2027, 1, 1, tzinfo=BEIJING), "nothing"),
        (None, "unknown"),
    ],
)
def test_the_time_of_the_event_decides_by_the_days_of_the_jurisdiction(at: datetime | None, expected: str) -> None:
    pack = pack_of(rule(valid_from=date(2025, 9, 1), valid_to=date(2026, 12, 31)), time_zone="Asia/Shanghai")
    assert outcome(NEWS, pack, at) == expected


# Why


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"event_type": "ingest.completed"}, "other-event"),
        ({"jurisdictions": ("EU",)}, "other-jurisdiction"),
        ({"content.is_news": False}, "not-applicable"),
        ({"content.news_source_listed": True}, "pass"),
        ({"content.news_source_listed": False}, "violation"),
        ({}, "unknown"),
    ],
)
def test_every_rule_explains_how_it_stands_to_an_event(changes: Mapping[str, FactValue], standing: Standing) -> None:
    facts = {**NEWS, **changes}
    (verdict,) = Judge([PACK]).explain(facts, AT)
    assert verdict.standing == standing
    assert verdict.finding == found(facts)
    assert set(verdict.facts) | set(verdict.missing) == {"content.is_news", "content.news_source_listed"}


def test_an_explanation_tells_roles_and_days_too() -> None:
    (verdict,) = Judge([PACK], roles=("provider",)).explain(NEWS, AT)
    assert verdict.standing == "other-role"
    (verdict,) = Judge([PACK]).explain(NEWS, datetime(2020, 1, 1, tzinfo=UTC))
    assert verdict.standing == "not-in-force"


# Whatever the facts are, with every pack that is shipped

JUDGE = Judge(load_packs())
_VALUES: Mapping[str, st.SearchStrategy[FactValue]] = {
    "bool": st.booleans(),
    "int": st.integers(0, 3_000_000),
    "number": st.floats(0, 200),
    "text": st.sampled_from(["", "yes", "no", "video", "audio", "text", "granted", "verified", "ok", "illegal", "1"]),
    "texts": st.lists(st.sampled_from(["face", "voice", "CN", "EU", "IN", "KR", "US-CA"]), max_size=3).map(tuple),
    "instant": st.sampled_from(["", "2026-01-01T00:00:00Z"]),
}


@st.composite
def _facts(draw: st.DrawFn) -> dict[str, FactValue]:
    names = draw(st.lists(st.sampled_from(sorted(vocabulary())), max_size=30, unique=True))
    return {name: draw(_VALUES[vocabulary()[name].type]) for name in names}


known_facts = _facts()


def with_scope(known: dict[str, FactValue], event_type: str) -> dict[str, FactValue]:
    return {"jurisdictions": ("CN", "EU", "US-CA", "IN", "KR"), **known, "event_type": event_type}


events = st.sampled_from(["publish.requested", "generation.completed", "transform.completed", "service.changed"])


@given(known_facts, known_facts, events)
def test_what_is_found_out_later_never_unmakes_a_violation(
    known: dict[str, FactValue], more: dict[str, FactValue], event: str
) -> None:
    """Except for rules that ask what is known: to them, silence is an answer."""
    asking = {"high-risk.no-consent", "high-risk.unlisted-news-source"}
    before = with_scope(known, event)
    after = {**more, **before}
    violated = {finding.rule for finding in JUDGE.findings(before, AT) if finding.outcome == "violation"} - asking
    assert violated <= {finding.rule for finding in JUDGE.findings(after, AT) if finding.outcome == "violation"}


@given(known_facts, events)
def test_the_explanation_and_the_findings_agree(known: dict[str, FactValue], event: str) -> None:
    facts = with_scope(known, event)
    verdicts = JUDGE.explain(facts, AT)
    assert tuple(verdict.finding for verdict in verdicts if verdict.finding is not None) == JUDGE.findings(facts, AT)
    assert all((verdict.standing in ("violation", "unknown")) == (verdict.finding is not None) for verdict in verdicts)


@given(known_facts, events)
def test_judging_twice_says_the_same(known: dict[str, FactValue], event: str) -> None:
    facts = with_scope(known, event)
    assert JUDGE.findings(facts, AT) == JUDGE.findings(dict(reversed(facts.items())), AT)


@given(known_facts, events)
def test_a_finding_always_says_law_pack_and_remedy(known: dict[str, FactValue], event: str) -> None:
    for finding in JUDGE.findings(with_scope(known, event), AT):
        assert finding.citation
        assert finding.remedy
        assert finding.pack in JUDGE.packs
