"""Labels as facts of the event vocabulary."""

from pipeline.labels.explicit import Checked, LabelClaim, LabelOrder, Written
from pipeline.labels.explicit.writing import WRITERS, reason_against
from pipeline.policy.vocabulary import vocabulary

CORNER = Written(
    kind="corner", text="AI生成", position="edge_corner", height_ratio=0.052, visible_ms=2500, at_start=True
)


def test_a_label_is_told_in_facts_that_packs_know() -> None:
    facts = CORNER.facts()
    assert set(facts) <= set(vocabulary())
    assert facts == {
        "explicit.present": True,
        "explicit.kind": "corner",
        "explicit.text": "AI生成",
        "explicit.has_ai_token": True,
        "explicit.has_gen_token": True,
        "explicit.position": "edge_corner",
        "explicit.at_start": True,
        "explicit.height_ratio": 0.052,
        "explicit.visible_ms": 2500,
    }


def test_tokens_are_those_of_the_chinese_standard() -> None:
    facts = Written(kind="text", text="KI-generiert", position="start", at_start=True).facts()
    assert (facts["explicit.has_ai_token"], facts["explicit.has_gen_token"]) == (False, False)


def test_a_rhythm_has_no_words_and_nothing_is_said_of_them() -> None:
    assert set(Written(kind="rhythm", position="start", at_start=True).facts()) == {
        "explicit.present",
        "explicit.kind",
        "explicit.position",
        "explicit.at_start",
    }


def test_what_cannot_be_told_establishes_nothing() -> None:
    assert Checked(present=None, reason="No.").facts() == {}
    assert Checked(present=False, reason="No.").facts() == {"explicit.present": False}
    assert Checked(present=True, found=CORNER).facts() == CORNER.facts()


def test_an_order_and_a_claim_may_leave_everything_open() -> None:
    assert LabelOrder() == LabelOrder(language="zh", corner="bottom-right", place="both", seconds=None)
    assert LabelClaim() == LabelClaim(kind=None, text=None, position=None)


def test_each_type_has_a_writer_or_a_reason() -> None:
    for name in WRITERS:
        assert reason_against(name) is None
    assert reason_against("IMAGE/JPG; q=1") is None
    for name in ("image/svg+xml", "text/csv", "application/x-unheard-of"):
        assert reason_against(name)
