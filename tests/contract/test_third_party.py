"""What is installed is known with its licence: no package is missing, and none has changed its mind."""

import pytest

from tools.make_third_party import ALLOWED, PAGE, licensed, locked, page, told_now

STATED = licensed()


def test_every_package_of_the_lock_is_stated_and_no_other() -> None:
    assert set(STATED) == set(locked())


@pytest.mark.parametrize("name", list(STATED))
def test_a_package_says_what_it_said_when_somebody_looked(name: str) -> None:
    assert told_now(name) in (None, STATED[name].told)


@pytest.mark.parametrize("name", list(STATED))
def test_a_licence_that_is_not_on_the_list_has_a_note(name: str) -> None:
    assert not STATED[name].unlisted or STATED[name].note


def test_licences_are_told_apart() -> None:
    assert STATED["mutagen"].unlisted == ["GPL-2.0-or-later"]
    assert "GPL-2.0-or-later" not in ALLOWED


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
