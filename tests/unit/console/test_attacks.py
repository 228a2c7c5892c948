"""Attacks on the console send nothing; and each would, were what stops it not there: the checks have teeth."""

from collections.abc import Callable
from pathlib import Path

import pytest

from console.pages import sending
from console.people import Person
from pipeline.events.identity import event_uid
from tests.unit.console.browsing import Console, form_of, hidden
from tests.unit.console.happenings import Happenings

UID = event_uid("//feed.example", "held")
ACTS = f"/queue/{UID}/acts"


@pytest.fixture
def day() -> Happenings:
    day = Happenings()
    day.operator("r-1", "reviewer")
    day.operator("v-1", "viewer")
    day.decide("held", "hold")
    return day


@pytest.fixture
def console(tmp_path: Path, day: Happenings) -> Console:
    there = Console(tmp_path)
    there.learn(day)
    return there


def a_form_without_the_secret(console: Console, _: Happenings) -> int:
    """Another site's page sends a form by the browser of somebody who is logged in, and hides its origin."""
    victim = console.browser("r-1", "reviewer")
    return victim.post(ACTS, data={**form_of(victim, UID, "release"), "form": ""}).status_code


def a_form_of_another_site(console: Console, _: Happenings) -> int:
    """It even has the secret."""
    victim = console.browser("r-1", "reviewer")
    headers = {"origin": "https://evil.example"}
    return victim.post(ACTS, data=form_of(victim, UID, "release"), headers=headers).status_code


def a_verdict_of_a_viewer(console: Console, _: Happenings) -> int:
    """The form of a reviewer's page, sent by hand, with a secret of one's own."""
    viewer = console.browser("v-1", "viewer")
    stolen = form_of(console.browser("r-1", "reviewer"), UID, "release")
    own = hidden(viewer.get("/").text, "form")
    return viewer.post(ACTS, data={**stolen, "form": own, "role": "reviewer", "actor": "r-1"}).status_code


def a_verdict_of_somebody_who_was_removed(console: Console, day: Happenings) -> int:
    """The page was open before."""
    browser = console.browser("r-1", "reviewer")
    form = form_of(browser, UID, "release")
    day.remove_operator("r-1")
    console.learn(day)
    return browser.post(ACTS, data=form).status_code


Attack = Callable[[Console, Happenings], int]
Plant = Callable[[pytest.MonkeyPatch], None]


def _believing_what_was_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Roles are asked once, at the login."""
    known: dict[str, Person] = {}
    asked = sending.person_of

    def remembered(parts: sending.ConsoleParts, request: sending.Request) -> Person | None:
        key = str(request.session.get("login"))
        person = known.get(key) or asked(parts, request)
        return None if person is None else known.setdefault(key, person)

    monkeypatch.setattr("console.pages.sending.person_of", remembered)
    monkeypatch.setattr("console.people.person_of", remembered)


ATTACKS: dict[Attack, Plant] = {
    a_form_without_the_secret: lambda patch: patch.setattr("console.pages.sending.require_own_form", lambda *_: None),
    a_form_of_another_site: lambda patch: patch.setattr(
        "console.guarding.GuardedForms._require_own_page", lambda *_: None
    ),
    a_verdict_of_a_viewer: lambda patch: patch.setattr("console.acting.is_permitted", lambda *_: True),
    a_verdict_of_somebody_who_was_removed: _believing_what_was_so,
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_refused_and_sends_nothing(console: Console, day: Happenings, attack: Attack) -> None:
    assert attack(console, day) == 403
    assert not console.sent


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_without_what_stops_it_the_attack_succeeds(
    console: Console, day: Happenings, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    ATTACKS[attack](monkeypatch)
    assert attack(console, day) == 200
    assert len(console.sent) == 1


def test_who_sends_too_much_has_to_wait_and_others_need_not(tmp_path: Path, day: Happenings) -> None:
    day.operator("r-2", "reviewer")
    console = Console(tmp_path, settings={"acts_a_minute": 3})
    console.learn(day)
    hasty, other = console.browser("r-1", "reviewer"), console.browser("r-2", "reviewer")
    forms = [form_of(hasty, UID, "note") for _ in range(4)]
    answers = [hasty.post(ACTS, data=form, follow_redirects=False) for form in forms]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert other.post(ACTS, data=form_of(other, UID, "note"), follow_redirects=False).status_code == 303
    assert len(console.sent) == 4
