"""The console in a real browser: people see, claim and decide, by keyboard too, and lose no race unseen."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from console.readmodel.shown import QueueFilter
from tests.browser.conftest import Office
from tests.unit.console.happenings import CASE, STEP, Happenings, a_day

Opened = Callable[[Happenings], Office]
PATHS = ("/", "/queue", "/alerts", "/cases", "/clocks", "/accounts", "/audit")
MODERATE = ("critical", "serious", "moderate")


def some_held(*names: str) -> tuple[Happenings, list[str]]:
    day = Happenings()
    for name in ("r-1", "r-2"):
        day.operator(name, "reviewer")
    day.operator("v-1", "viewer")
    return day, [day.decide(name, "hold", minute) for minute, name in enumerate(names or ("held",))]


def faults(page: Page) -> list[str]:
    found: dict[str, Any] = Axe().run(page)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in MODERATE
    ]


def test_a_viewer_sees_the_queue_and_no_buttons(open_office: Opened) -> None:
    day, (uid,) = some_held()
    office = open_office(day)
    page = office.desk("v-1", "viewer")
    page.get_by_role("link", name="Queue", exact=True).click()
    page.get_by_role("link", name="held.jpg").click()
    expect(page.get_by_text("may look, and not decide")).to_be_visible()
    expect(page.get_by_role("button")).to_have_text(["Log out"])
    assert page.request.post(f"/queue/{uid}/acts", form={"act": "release"}).status == 403
    assert not office.console.sent


def test_a_reviewer_releases_by_keyboard_alone_and_the_row_is_gone_in_another_browser(open_office: Opened) -> None:
    day, _ = some_held("first", "second")
    office = open_office(day)
    page, other = office.desk("r-1", "reviewer"), office.desk("r-2", "reviewer")
    for desk in (page, other):
        desk.goto("/queue")
        expect(desk.get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="first.jpg").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    office.worker.awake.clear()
    page.get_by_label("Reason").focus()
    page.keyboard.type("It is labelled.")
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "release":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sent, waiting for the worker")).to_be_visible()
    office.worker.awake.set()
    expect(page.get_by_text("Done: Release")).to_be_visible()
    expect(other.get_by_role("row")).to_have_count(2)
    expect(other.get_by_role("link", name="first.jpg")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Released by you")).to_be_visible()
    assert len(office.console.sent) == 1
    assert not office.troubles


def test_the_slower_of_two_sees_who_works_on_it_and_who_decided_before_he_sends(open_office: Opened) -> None:
    day, (uid,) = some_held()
    office = open_office(day)
    fast, slow = office.desk("r-1", "reviewer"), office.desk("r-2", "reviewer")
    for desk in (fast, slow):
        desk.goto(f"/queue/{uid}")
    slow.get_by_label("Reason").fill("What I wrote so far")
    fast.get_by_role("button", name="Claim").click()
    expect(slow.get_by_text("r-1 works on it")).to_be_visible()
    expect(slow.get_by_role("button", name="Release")).to_be_disabled()
    fast.get_by_label("Reason").fill("It is labelled.")
    fast.get_by_role("button", name="Release").click()
    expect(slow.get_by_text("Released by r-1").first).to_be_visible()
    expect(slow.get_by_role("button", name="Release")).to_have_count(0)
    expect(slow.get_by_label("Reason")).to_have_value("What I wrote so far")
    assert not office.troubles


def test_who_sends_in_the_same_moment_is_told_and_one_decision_exists(open_office: Opened) -> None:
    day, (uid,) = some_held()
    office = open_office(day)
    fast, slow = office.desk("r-1", "reviewer"), office.desk("r-2", "reviewer", java_script_enabled=False)
    for desk in (fast, slow):
        desk.goto(f"/queue/{uid}")
        desk.get_by_label("Reason").fill("It is labelled.")
    fast.get_by_role("button", name="Release").click()
    expect(fast.get_by_text("Done: Release")).to_be_visible()
    slow.get_by_role("button", name="Refuse").click()
    expect(slow.get_by_text("The worker refused it")).to_be_visible()  # by itself, and without a script
    expect(slow.get_by_text("Released by r-1").first).to_be_visible()


def test_a_double_click_is_one_event(open_office: Opened) -> None:
    day, (uid,) = some_held()
    office = open_office(day)
    page = office.desk("r-1", "reviewer")
    page.goto(f"/queue/{uid}")
    page.get_by_label("Reason").fill("It is labelled.")
    page.get_by_role("button", name="Release").dblclick()
    expect(page.get_by_text("Done: Release")).to_be_visible()
    assert len({message.value for message in office.console.sent}) == 1


def test_stored_script_is_text(open_office: Opened) -> None:
    written = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    day, (uid,) = some_held(written)
    office = open_office(day)
    page = office.desk("r-1", "reviewer")
    page.goto(f"/queue/{uid}")
    page.get_by_label("Reason").fill(written)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Done: Refuse")).to_be_visible()
    for path in ("/queue", "/alerts", "/audit"):
        page.goto(path)
        expect(page.locator("#content img")).to_have_count(0)
    expect(page.get_by_text(written)).to_be_visible()
    assert not office.troubles


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_every_page_can_be_used_by_everybody(open_office: Opened, language: str, scheme: str) -> None:
    day = a_day()
    office = open_office(day)
    (held, *_) = [row.event_uid for row in office.console.parts().questions.queue(QueueFilter()).rows]
    page = office.desk("r-2", "reviewer", color_scheme=scheme)
    page.goto(f"/language/{language}")
    for path in (
        *PATHS,
        f"/queue/{held}",
        f"/cases/{CASE.case_uid}",
        f"/accounts/{STEP.account}",
        "/login",
        "/nowhere",
    ):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
        assert faults(page) == [], path


def test_on_a_narrow_screen_tables_scroll_and_no_column_is_squeezed(open_office: Opened) -> None:
    office = open_office(a_day())
    page = office.desk("r-2", "reviewer", viewport={"width": 390, "height": 844})
    for path in ("/queue", "/cases", "/clocks?state=met", "/accounts", "/audit"):
        page.goto(path)
        page.wait_for_function("[...document.querySelectorAll('td:not(.narrow)')].every(one => one.clientWidth >= 100)")
        page.wait_for_function("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        expect(page.locator("td").first).to_be_visible()


def test_a_planted_fault_of_script_is_found(open_office: Opened) -> None:
    written = "<img src=x onerror=\"alert('planted')\">"
    day, (uid,) = some_held(written)
    office = open_office(day)
    page = office.desk("r-1", "reviewer")

    def unescaped(route: Route) -> None:
        """A page as it would be if a template did not escape what strangers wrote, and nothing forbade script."""
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers, body=html.unescape(answer.text()))

    page.route(f"**/queue/{uid}", unescaped)
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog"):
        page.goto(f"/queue/{uid}")
    assert "a dialog: planted" in office.troubles
    assert page.locator("#content img").count() > 0


def test_a_planted_fault_of_accessibility_is_found(open_office: Opened) -> None:
    office = open_office(some_held()[0])
    page = office.desk("r-1", "reviewer")
    page.route("**/live", lambda route: route.abort())  # or the next exchange mends it
    page.goto("/queue")
    page.evaluate("document.querySelector('select').closest('label').replaceWith(document.querySelector('select'))")
    page.evaluate("document.querySelector('.lead').style.setProperty('color', '#ddd')")
    found = " ".join(faults(page))
    assert re.search(r"select-name", found)
    assert re.search(r"color-contrast", found)
