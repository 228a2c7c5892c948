"""Validation codes and what they mean to somebody who has to act."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials import AlertKind, Credential, alert_kinds
from pipeline.credentials.status_codes import look_up, status_codes

SEVERITIES = ("low", "medium", "high", "critical")


def credential(active: tuple[str, ...] = (), ingredients: tuple[str, ...] = ()) -> Credential:
    return Credential(state="invalid", trust="untrusted", active_codes=active, ingredient_codes=ingredients)


def test_all_145_codes_have_a_meaning() -> None:
    assert len(status_codes()) == 145


def test_successes_raise_nothing_and_everything_else_has_a_kind_and_a_severity() -> None:
    for code, meaning in status_codes().items():
        assert (meaning.kind is None) == (meaning.severity is None) == (meaning.outcome == "success"), code


def test_kinds_are_words_with_hyphens() -> None:
    for meaning in status_codes().values():
        assert meaning.kind is None or re.fullmatch(r"[a-z]+(-[a-z]+)*", meaning.kind)


def test_a_code_nobody_knows_makes_the_manifest_malformed() -> None:
    assert alert_kinds(credential(("org.example.surprise",))) == (
        AlertKind("manifest-malformed", "medium", "org.example.surprise"),
    )


def test_each_kind_is_told_once_by_its_most_severe_code() -> None:
    told = alert_kinds(credential(("manifest.unreferenced", "assertion.action.malformed", "claim.missing")))
    assert told == (AlertKind("manifest-malformed", "high", "assertion.action.malformed"),)


def test_the_most_severe_kind_comes_first() -> None:
    told = alert_kinds(
        credential(("algorithm.deprecated", "signingCredential.untrusted", "assertion.dataHash.mismatch"))
    )
    assert [alert_kind.kind for alert_kind in told] == ["content-tampered", "signer-untrusted", "deprecated-algorithm"]


def test_codes_that_were_dismissed_raise_nothing() -> None:
    code = "assertion.bmffHash.additionalExclusionsPresent"
    assert [alert_kind.kind for alert_kind in alert_kinds(credential((code,)))] == ["partial-coverage"]
    assert alert_kinds(Credential(state="valid", trust="trusted", active_codes=(code,), dismissed_codes=(code,))) == ()


def test_whatever_was_changed_in_an_ingredient_the_asset_itself_was_not_tampered_with() -> None:
    told = alert_kinds(credential((), ("assertion.dataHash.mismatch", "claimSignature.mismatch")))
    assert told == (AlertKind("ingredient-tampered", "high", "assertion.dataHash.mismatch"),)


def test_signers_of_ingredients_are_told_by_the_codes_alone() -> None:
    of_ingredient = credential((), ("signingCredential.untrusted", "signingCredential.expired"))
    assert alert_kinds(of_ingredient) == ()
    assert of_ingredient.codes == ("signingCredential.untrusted", "signingCredential.expired")


def test_codes_are_told_once_those_of_the_active_manifest_first() -> None:
    assert credential(("a", "b"), ("b", "c")).codes == ("a", "b", "c")


CODES = st.lists(st.sampled_from(sorted(status_codes())) | st.text(max_size=20), max_size=12).map(tuple)


@given(CODES, CODES)
def test_alert_kinds_are_unique_sorted_and_backed_by_a_code(
    active: tuple[str, ...], ingredients: tuple[str, ...]
) -> None:
    seen = credential(active, ingredients)
    told = alert_kinds(seen)
    assert len({alert_kind.kind for alert_kind in told}) == len(told)
    assert [SEVERITIES.index(alert_kind.severity) for alert_kind in told] == sorted(
        (SEVERITIES.index(alert_kind.severity) for alert_kind in told), reverse=True
    )
    assert all(alert_kind.code in seen.codes and look_up(alert_kind.code).outcome != "success" for alert_kind in told)
