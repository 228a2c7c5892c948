"""Law that the lawful can pass truthfully, and the unlawful cannot pass at all."""

from collections import Counter

import pytest

from pipeline.policy.pack_files import load_packs
from tests.law.abuses import ABUSES, COVERED, Abuse
from tests.law.compliant import CASES, Case

_VOLUNTARY = "eu.cop."
"""The Code asks for a time stamp, which takes an authority that no test has; it holds nothing."""

_TRIED = (
    *(
        "cn.deep-synthesis.",
        "cn.label-measures.",
        "cn.gb45438.",
        "cn.anthropomorphic.",
        "eu.",
        "us-ca.",
        "us-ny.",
        "us.",
        "us-ut.",
        "gb.",
        "in.",
    ),
    *("kr.", "kz.", "vn.", "high-risk.", "illegal.", "places."),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.law}: {case.name}")
def test_who_keeps_the_law_passes_with_nothing_but_the_truth(case: Case) -> None:
    answer = case.run()
    assert answer.decision == "allow", (case.article, [alert.message for alert in answer.alerts])
    assert {rule for rule in answer.violated if not rule.startswith(_VOLUNTARY)} == set(), case.article
    assert answer.open == set(), (case.article, [alert.message for alert in answer.alerts])


@pytest.mark.parametrize("abuse", ABUSES, ids=lambda abuse: abuse.name)
def test_who_breaks_it_is_found_by_the_rule_that_it_breaks_and_by_no_other(abuse: Abuse) -> None:
    answer = abuse.run()
    assert answer.decision == abuse.decision
    assert (answer.violated, answer.open) == (abuse.rules, set())


def test_every_law_has_lawful_cases_and_every_rule_of_it_a_breach(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules about what was seen of bytes (`seen`) are exercised where such bytes are made."""
    rules = {rule.id for pack in load_packs() for rule in pack.rules if not rule.seen and rule.id.startswith(_TRIED)}
    assert rules - set(COVERED) == set()
    lawful = Counter(case.law for case in CASES)
    assert set(lawful) == {"CN", "EU", "GB", "US", "US-CA", "US-NY", "US-UT", "IN", "KR", "KZ", "VN"}
    with capsys.disabled():
        print(f"\nlawful events: {', '.join(f'{law} {count}' for law, count in lawful.items())}; {len(CASES)} in all")
        print(f"breaches: {len(ABUSES)}, of {len(rules)} rules")
