"""Logging in by OpenID Connect in a real browser, at a provider that is not ours: who gets in, and what ends it."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from agents.oidc_settings import OidcSettings
from console.oidc import OidcProvider
from tests.browser.conftest import Office
from tests.browser.test_console import faults
from tests.unit.console.browsing import hidden
from tests.unit.console.happenings import Happenings
from tests.unit.console.provider import Provider, running_provider

Opened = Callable[..., Office]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def office(open_office: Opened, provider: Provider) -> Office:
    day = Happenings()
    day.operator("v-1", "viewer")
    day.operator("r-1", "reviewer", "auditor")
    day.decide("held", "hold")
    asked = OidcSettings(issuer=provider.issuer, client_id="the-console", client_secret="s3cret")
    return open_office(day, login="oidc", provider=OidcProvider(asked, now=time.time))


def browser_of(office: Office, **options: object) -> Page:
    """A browser that reaches this machine only: the provider's own page asks for a style elsewhere."""
    page = office.page(**options)
    elsewhere = re.compile(r"https?://(?!127\.0\.0\.1[:/]|localhost[:/])")
    page.context.route(elsewhere, lambda route: route.fulfill(status=200, content_type="text/css", body=""))
    return page


def logged_in(office: Office, who: str, to: str = "/") -> Page:
    page = browser_of(office)
    page.goto(to)
    page.get_by_role("link", name="Log in by").click()
    page.get_by_role("button", name=who, exact=True).click()
    return page


def test_a_viewer_looks_and_decides_nothing_not_even_by_hand(office: Office) -> None:
    """What a viewer puts on the topic past the console ends as a dead letter: tests/broker/test_scenarios.py."""
    page = logged_in(office, "v-1", "/queue")
    expect(page.get_by_text("v-1 · viewer")).to_be_visible()
    assert page.url == f"{office.at}/queue"
    page.get_by_role("link", name="held.jpg").click()
    expect(page.get_by_text("may look, and not decide")).to_be_visible()
    expect(page.get_by_role("button")).to_have_text(["Log out"])
    expect(page.locator("#content").locator("img, video, audio, object, iframe")).to_have_count(0)
    event = page.url
    form = {
        "act": "release",
        "token": "0" * 32,
        "seen": "0" * 64,
        "reason": "None.",
        "form": hidden(page.content(), "form"),
    }
    assert page.request.post(f"{event}/acts", form=form).status == 403
    assert page.request.post(f"{event}/acts", form={**form, "form": ""}).status == 403
    assert not office.console.sent
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(office.at)}
    session = cookies["sealstream_session"]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    assert page.evaluate("document.cookie").find("session") == -1


def test_who_has_two_roles_acts_in_the_one_that_was_chosen_by_keyboard_alone(office: Office) -> None:
    page = browser_of(office)
    page.goto("/queue")
    press_on(page, page.get_by_role("link", name="Log in by"))
    press_on(page, page.get_by_role("button", name="r-1", exact=True))
    expect(page.get_by_role("heading", name="Act as")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("reviewer", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="held.jpg").click()
    page.get_by_label("Reason").fill("It is labelled.")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Done: Release")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out here")).to_be_visible()
    assert faults(page) == []
    page.goto("/queue")
    expect(page.get_by_role("link", name="Log in by")).to_be_visible()
    assert not office.troubles


def press_on(page: Page, target: object) -> None:
    """Go to something by Tab, and press Enter on it."""
    for _ in range(30):
        if target.evaluate("one => one === document.activeElement"):  # type: ignore[attr-defined]
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not get there")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_is_unknown_is_told_on_a_page_that_everybody_can_use(office: Office, language: str) -> None:
    page = browser_of(office, locale="zh-CN" if language == "zh" else "en-GB")
    page.goto("/login")
    page.locator("a.button").click()
    page.get_by_role("button", name="stranger", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("sealstream operators set stranger")
    assert faults(page) == []
    page.goto("/queue")
    assert page.url.endswith("/login?to=%2Fqueue")


def test_the_open_page_of_somebody_who_was_removed_shows_nothing_more(office: Office) -> None:
    page = logged_in(office, "v-1", "/queue")
    expect(page.get_by_role("link", name="held.jpg")).to_be_visible()
    office.day.remove_operator("v-1")
    office.console.learn(office.day)
    page.wait_for_url("**/login?to=%2Fqueue", timeout=60_000)  # within a minute, by itself
    expect(page.get_by_role("link", name="held.jpg")).to_have_count(0)
