"""What browsers of people are, wherever the console is that they reach, and how people use its pages."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.tools import need

expect.set_options(timeout=60_000)  # a busy machine is no fault of the page


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Chromium of the system; while it is open, Playwright keeps an event loop running that no other test may meet."""
    need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Desks:
    """The browsers of people at one console, and what they complained about.

    Args:
        at: the address of the console.
        browser: Chromium.
    """

    at: str
    browser: Browser
    troubles: list[str] = field(default_factory=list, kw_only=True)
    contexts: list[BrowserContext] = field(default_factory=list, kw_only=True)

    def page(self, **options: object) -> Page:
        """A browser of somebody who has not logged in."""
        context = self.browser.new_context(base_url=self.at, **{"locale": "en-GB", **options})
        self.contexts.append(context)
        page = context.new_page()
        self.listen(page)
        return page

    def listen(self, page: Page) -> None:
        """Note what goes wrong on a page."""
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._hear)
        page.on("dialog", lambda dialog: self.troubles.append(f"a dialog: {dialog.message}"))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.troubles.append(f"{said.text} ({said.location['url']})")

    def desk(self, who: str, role: str, **options: object) -> Page:
        """The browser of a person who has logged in, where the login is that of development."""
        page = self.page(**options)
        page.goto(f"{self.at}/login")
        page.get_by_label(f"{who} · {role}", exact=True).check()
        page.get_by_role("button", name="Log in").click()
        return page


def drop(page: Page, *files: Path) -> None:
    """Drop files on a page, as a browser does it when somebody lets go of them."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 500, "data": data})


def tab_to(page: Page, what: str, wanted: str) -> None:
    """Go on by Tab until what a script says of the control is what is wanted."""
    met = []
    for _ in range(60):
        page.keyboard.press("Tab")
        met.append(page.evaluate(f"({what})(document.activeElement)"))
        if met[-1] == wanted:
            return
    raise AssertionError(f"The keyboard does not come to {wanted}: {met}")


def press(page: Page, name: str) -> None:
    """Go to a control by the keyboard alone, and use it."""
    tab_to(page, "(e) => (e.getAttribute('aria-label') || e.innerText || '').trim()", name)
    page.keyboard.press("Enter")


def write(page: Page, text: str) -> None:
    """Give a reason, by the keyboard alone."""
    tab_to(page, "(e) => e.id", "reason")
    page.keyboard.type(text)


def open_case(page: Page, kind: str, number: str, chosen: Mapping[str, str], places: str | None = None) -> None:
    """Open a case, and wait until the worker has it."""
    page.goto(f"/cases/new?kind={kind}")
    page.get_by_label("Number, your own").fill(number)
    if places is not None:
        page.get_by_label("Places").fill(places)
    for label, value in chosen.items():
        page.get_by_label(label, exact=True).select_option(value)
    page.get_by_label("Reason").fill("As it came in.")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def do(page: Page, step: str, reason: str = "As the law has it.", done: str | None = None) -> None:
    """Do something about the case that a page shows, and wait until it is done."""
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text(f"Done: {done or step}")).to_be_visible()


def read_back(pdf: bytes) -> str:
    """The text of a PDF, as it lies on its pages."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return found.stdout.decode()
