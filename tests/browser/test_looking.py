"""Looking at content in a real browser: blurred at first, by keyboard alone, without a script, and never run."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office
from tests.browser.test_console import faults
from tests.unit.console.happenings import Happenings
from tests.unit.console.shelf import LAYOUT, Shelf
from tests.unit.console.test_lineage import seal as family
from tests.unit.console.test_lineage import uid_of

Opened = Callable[..., Office]
SAMPLES = Path(__file__).parents[2] / "samples"
PICTURES = os.environ.get("SEALSTREAM_PICTURES_TO")
"""Where to put pictures of the pages, for documentation; nowhere if not said."""


PLAYABLE = "one => one.readyState > 0 || new Promise(done => one.addEventListener('loadedmetadata', () => done(true)))"


@pytest.fixture
def shelf() -> Shelf:
    day = Happenings()
    for name, role in (("r-1", "reviewer"), ("au-1", "auditor")):
        day.operator(name, role)
    return Shelf(day, most=10**7)


def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=full_page)


def expect_blurred(page: Page, what: str) -> None:
    """Nothing is painted before the style sheet is there; a script may ask earlier, so it is waited for."""
    expect(page.locator(f".veiled {what}")).to_have_css("filter", re.compile("blur"))


def expect_clear(page: Page, what: str) -> None:
    expect(page.locator(f".veiled {what}")).to_have_css("filter", "none")


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def access_key(page: Page, key: str) -> None:
    """Press Alt and a key as a keyboard does; what Playwright sends has not the letter that browsers go by."""
    session = page.context.new_cdp_session(page)
    pressed = {"modifiers": 1, "key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "unmodifiedText": key, **pressed})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})


def test_a_picture_is_shown_blurred_and_then_clearly_by_keyboard_alone(open_office: Opened, shelf: Shelf) -> None:
    uid = shelf.publish("harbour.jpg", (SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg")
    office = open_office(shelf.day, vault=shelf.vault)
    page = office.desk("r-1", "reviewer", viewport={"width": 1100, "height": 900})
    page.goto(f"/queue/{uid}")
    expect(page.locator(".veiled img")).to_have_count(0)
    tab_to(page, "Show, blurred")
    page.keyboard.press("Enter")
    image = page.locator(".veiled img")
    expect(image).to_be_visible()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    expect_blurred(page, "img")
    picture(page, "content")
    access_key(page, "v")
    expect(page.get_by_label("Show clearly")).to_be_checked()
    expect_clear(page, "img")
    page.get_by_label("Show clearly").focus()
    page.keyboard.press("Space")
    expect_blurred(page, "img")
    assert len(office.console.sent) == 1
    assert not office.troubles


def test_it_works_without_a_script(open_office: Opened, shelf: Shelf) -> None:
    uid = shelf.publish("harbour.jpg", (SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg")
    office = open_office(shelf.day, vault=shelf.vault)
    page = office.desk("r-1", "reviewer", java_script_enabled=False)
    page.goto(f"/queue/{uid}")
    page.get_by_role("button", name="Show, blurred").click()
    expect_blurred(page, "img")
    page.get_by_label("Show clearly").check()
    expect_clear(page, "img")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open alone").click()
    expect(opened.value.locator("img")).to_be_visible()


def test_what_is_shown_clearly_stays_so_while_the_page_is_exchanged(
    open_office: Opened, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("console.looks.time", SimpleNamespace(monotonic=lambda: now))
    uid = shelf.publish("notes.md", b"What was *written*.", "text/markdown")
    office = open_office(shelf.day, vault=shelf.vault)
    page = office.desk("r-1", "reviewer")
    page.goto(f"/queue/{uid}")
    page.get_by_role("button", name="Show, blurred").click()
    page.get_by_label("Show clearly").check()
    shelf.day.claim(uid, "r-2", "a-1")
    office.console.learn(shelf.day)
    expect(page.get_by_text("r-2 works on it")).to_be_visible()
    expect(page.get_by_label("Show clearly")).to_be_checked()
    now += 600
    shelf.day.claim(uid, "r-2", "a-3", number=2, what="unclaim")
    office.console.learn(shelf.day)
    page.get_by_role("button", name="Show, blurred").click()
    expect(page.get_by_text("What was *written*.")).to_be_visible()
    shelf.day.retract(uid, "r-2", "a-2")
    office.console.learn(shelf.day)
    expect(page.get_by_text("found illegal, and is handed to nobody")).to_be_visible()
    expect(page.get_by_text("What was *written*.")).to_have_count(0)


def test_a_video_is_played_and_nothing_that_a_stranger_wrote_runs(open_office: Opened, shelf: Shelf) -> None:
    written = b"<script>alert(1)</script><img src=x onerror='alert(2)'>"
    film = shelf.publish("clip.mp4", (SAMPLES / "clip.mp4").read_bytes(), "video/mp4")
    web, drawing = (shelf.publish(f"of {mime}", written, mime) for mime in ("text/html", "image/svg+xml"))
    false = shelf.publish("false.png", written, "image/png")
    office = open_office(shelf.day, vault=shelf.vault)
    page = office.desk("r-1", "reviewer")
    page.goto(f"/queue/{film}")
    page.get_by_role("button", name="Show, blurred").click()
    assert page.locator(".veiled video").evaluate(PLAYABLE)
    expect_blurred(page, "video")
    for uid in (web, drawing, false):
        page.goto(f"/queue/{uid}")
        page.get_by_role("button", name="Show, blurred").click()
        page.goto(page.get_by_role("link", name="Open alone").get_attribute("href") or "")
        assert page.evaluate("document.scripts.length") == 0
    assert not [told for told in office.troubles if "dialog" in told]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_these_pages_can_be_used_by_everybody(open_office: Opened, shelf: Shelf, language: str, scheme: str) -> None:
    uid = shelf.publish("harbour.jpg", (SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg")
    family(shelf.day, "poster", "crop", "logo")
    family(shelf.day, "crop", "photo")
    family(shelf.day, "photo")
    about = {"kind": "incident", "period": "2026-11", "language": "zh"}
    shelf.store.create(LAYOUT.report("0" * 64), b"%PDF", media_type="application/pdf", metadata=about)
    office = open_office(shelf.day, vault=shelf.vault)
    page = office.desk("au-1", "auditor", color_scheme=scheme, viewport={"width": 1100, "height": 700})
    page.goto(f"/language/{language}")
    page.goto(f"/queue/{uid}")
    page.locator("#look-reason").fill("Sample 12")
    page.locator("#look button").first.click()
    expect(page.locator(".veil")).to_be_visible()
    assert faults(page) == []
    page.goto(f"/queue/{uid_of('crop')}")
    expect(page.locator(".tree a")).to_have_text(["photo", "poster"])
    assert faults(page) == []
    page.goto("/reports")
    with page.expect_download():
        page.get_by_role("button", name="PDF").click()
    assert faults(page) == []
    page.goto("/registries")
    page.get_by_role("link", name="operators").click()
    page.get_by_role("link", name="au-1").click()
    expect(page.get_by_role("heading", name="au-1")).to_be_visible()
    assert faults(page) == []
    page.goto("/audit?actor=au-1")
    expect(page.get_by_text("Sample 12").first).to_be_visible()
    with page.expect_download() as loaded:
        page.get_by_role("button", name="CSV").click()
    name = loaded.value.suggested_filename.removeprefix("audit-").removesuffix(".csv")
    page.goto("/audit?actor=au-1")
    expect(page.get_by_text(name)).to_be_visible()
    picture(page, f"audit-{language}")
    assert faults(page) == []
    assert not office.troubles
