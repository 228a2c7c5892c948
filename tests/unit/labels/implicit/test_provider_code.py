"""Provider codes: two that are in use, what they consist of, and that no slip of the pen goes unnoticed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.implicit import ProviderCode, code_ok, parse_provider_code
from pipeline.labels.implicit.provider_code import is_credit_code

LIVE = ("001191110102MAD55U9H0F10002", "001191440300708461136T1XGW3")
live = pytest.mark.parametrize("code", LIVE)


def test_a_code_says_who_offers_which_service() -> None:
    assert parse_provider_code(LIVE[0]) == ProviderCode(
        subject_type="1", binding="1", identification="91110102MAD55U9H0F", service="1", model="0002"
    )


@live
def test_the_first_22_characters_are_a_code_too(code: str) -> None:
    short = parse_provider_code(code[:22])
    assert short is not None
    assert (short.service, short.model, short.is_organisation) == ("", "", True)
    assert code_ok(code)
    assert code_ok(code[:22])


@live
@pytest.mark.parametrize("position", range(4, 22))
def test_one_wrong_character_of_the_credit_code_is_noticed(code: str, position: int) -> None:
    for other in string.digits + string.ascii_letters + "-":
        if other != code[position]:
            wrong = code[:position] + other + code[position + 1 :]
            assert parse_provider_code(wrong) is None, wrong
            assert not code_ok(wrong), wrong
            assert not code_ok(wrong[:22]), wrong


@live
@pytest.mark.parametrize("position", [0, 1, 22])
def test_one_wrong_character_of_format_or_service_is_noticed(code: str, position: int) -> None:
    assert not code_ok(code[:position] + "9" + code[position + 1 :])


@given(st.sampled_from(LIVE), st.integers(4, 20))
def test_two_neighbours_in_the_wrong_order_are_noticed(code: str, position: int) -> None:
    wrong = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert code_ok(wrong) == (wrong == code)


@pytest.mark.parametrize("cut", [21, 23, 26])
def test_a_code_that_is_cut_off_is_none(cut: int) -> None:
    assert not code_ok(LIVE[0][:cut])


@pytest.mark.parametrize("name", ["MiniMax", "brenlow-models", "91110102MAD55U9H0F", "a-very-long-plain-name-0001"])
def test_a_plain_name_is_fine_and_no_code(name: str) -> None:
    assert parse_provider_code(name) is None
    assert code_ok(name)


def test_no_name_at_all_is_not() -> None:
    assert not code_ok("")


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_that_look_like_digits_are_in_no_credit_code(letter: str) -> None:
    assert not is_credit_code("9111010" + letter + "MAD55U9H0F"[:10])


def test_of_persons_only_the_form_is_checked() -> None:
    """Their numbers have no public check digit, or none that the rules name."""
    person = "00" + "2" + "1" + "110101199003077777" + "1" + "0001"
    parsed = parse_provider_code(person)
    assert parsed is not None
    assert not parsed.is_organisation


@given(st.text())
def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert code_ok(text) in (True, False)
