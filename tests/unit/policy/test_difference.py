"""What another version of a pack would have changed."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.difference import Cases, DecisionChange, Difference, PastEvent, Result, RuleChange, difference
from pipeline.policy.judge import Judge
from pipeline.policy.pack import Rule
from pipeline.policy.vocabulary import FactValue
from tests.unit.policy.small_packs import pack, rule

NEWS: dict[str, FactValue] = {"content.is_news": True}
NO_NEWS: dict[str, FactValue] = {"content.is_news": False}
SILENT: dict[str, FactValue] = {}


def events(*facts: dict[str, FactValue]) -> list[PastEvent]:
    """Publications in China, named by their position."""
    scope: dict[str, FactValue] = {"event_type": "publish.requested", "jurisdictions": ("CN",)}
    return [PastEvent(f"event {number}", {**scope, **event_facts}, None) for number, event_facts in enumerate(facts)]


def compared(old: Sequence[Rule], new: Sequence[Rule], *facts: dict[str, FactValue], examples: int = 5) -> Difference:
    return difference(Judge([pack(*old)]), Judge([pack(*new, version="2.0.0")]), events(*facts), examples=examples)


def test_a_new_rule_is_newly_found_and_may_turn_decisions() -> None:
    assert compared([], [rule("small.new")], NEWS, NO_NEWS, SILENT) == Difference(
        events=3,
        changed_events=2,
        decisions=(DecisionChange(before="allow", after="hold", events=Cases(count=1, examples=("event 0",))),),
        rules=(
            RuleChange(
                rule="small.new",
                change="newly-found",
                before=None,
                after=Result(outcome="violation", action="hold", severity="high"),
                events=Cases(count=1, examples=("event 0",)),
            ),
            RuleChange(
                rule="small.new",
                change="newly-found",
                before=None,
                after=Result(outcome="unknown", action="alert", severity="high"),
                events=Cases(count=1, examples=("event 2",)),
            ),
        ),
    )


def test_a_rule_that_is_gone_is_no_longer_found() -> None:
    (change,) = compared([rule("small.old")], [], NEWS).rules
    assert (change.change, change.after) == ("no-longer-found", None)
    assert change.before == Result(outcome="violation", action="hold", severity="high")


def test_another_action_severity_or_outcome_is_a_change() -> None:
    old = rule("small.one")
    for new, facts in (
        (rule("small.one", action="block"), NEWS),
        (rule("small.one", severity="low"), NEWS),
        (rule("small.one", must="content.is_news"), NO_NEWS),
        (rule("small.one", on_unknown="hold"), SILENT),
    ):
        (change,) = compared([old], [new], facts).rules
        assert change.rule == "small.one"
        assert change.change == ("changed" if facts is not NO_NEWS else "newly-found")
        assert change.before != change.after


def test_other_words_and_another_version_change_nothing() -> None:
    found = compared([rule("small.one")], [rule("small.one", text="Other words.", remedy="More.")], NEWS, SILENT)
    assert (found.events, found.changed_events, found.rules, found.decisions) == (2, 0, (), ())


def test_so_many_examples_are_named_and_all_are_counted() -> None:
    (change,) = compared([], [rule("small.new")], *[NEWS] * 4, examples=2).rules
    assert change.events == Cases(count=4, examples=("event 0", "event 1"))
    (change,) = compared([], [rule("small.new")], NEWS, examples=0).rules
    assert change.events == Cases(count=1, examples=())


musts = st.sampled_from(["content.is_news", "!content.is_news", "true", "false", "content.deepfake"])
actions = st.sampled_from(["record", "alert", "hold", "block"])
laws = st.lists(
    st.builds(rule, st.sampled_from(["small.a", "small.b", "small.c"]), must=musts, action=actions, on_unknown=actions),
    unique_by=lambda drawn_rule: drawn_rule.id,
    max_size=3,
)
pasts = st.lists(st.sampled_from([NEWS, NO_NEWS, SILENT, {"content.deepfake": True}]), max_size=5)


@given(laws, pasts)
def test_a_pack_does_not_differ_from_itself(law: list[Rule], facts: list[dict[str, FactValue]]) -> None:
    found = compared(law, law, *facts)
    assert (found.events, found.changed_events, found.rules, found.decisions) == (len(facts), 0, (), ())


@given(laws, laws, pasts)
def test_the_way_back_is_the_same_difference_reversed(
    old: list[Rule], new: list[Rule], facts: list[dict[str, FactValue]]
) -> None:
    there, back = compared(old, new, *facts), compared(new, old, *facts)
    assert {(change.rule, change.before, change.after, change.events) for change in there.rules} == {
        (change.rule, change.after, change.before, change.events) for change in back.rules
    }
    assert {(change.before, change.after, change.events) for change in there.decisions} == {
        (change.after, change.before, change.events) for change in back.decisions
    }
    assert there.changed_events == back.changed_events
