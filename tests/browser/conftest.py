"""A console on a port, a worker that answers, and people with a browser each."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from agents.messages import KafkaMessage
from devstack import free_port
from pipeline.events.inputs import Review
from pipeline.events.intake import intake_review_act
from tests.tools import need
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import TOPICS, Happenings
from tests.unit.console.shelf import audited

WORKER_SECONDS = 0.3
expect.set_options(timeout=60_000)  # a busy machine is no fault of the page


@dataclass
class Worker:
    """Answers what people send as a worker does: the first decision counts, and a second one is refused.

    Args:
        console: learns what becomes of it.
        day: what happened.
        awake: while it is not, what people send waits.
    """

    console: Console
    day: Happenings
    decided: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    awake: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.awake.set()

    def work(self, message: KafkaMessage) -> None:
        time.sleep(WORKER_SECONDS)
        self.awake.wait()
        if message.topic == TOPICS.audit:
            with self.lock:
                audited(self.day, message)
                self.console.learn(self.day)
            return
        taken = intake_review_act(message.value, message.headers)
        with self.lock:
            about, act = taken.event_uid, taken.reference.id
            if isinstance(taken, Review) and about in self.decided:
                self.day.refuse(about, taken.verdict, taken.reviewer.id, act)
            elif isinstance(taken, Review):
                self.decided.add(about)
                self.day.review(about, taken.verdict, taken.reviewer.id, act, reason=taken.reason)
            else:
                self.day.claim(about, taken.actor.id, act, what=taken.act)
            self.console.learn(self.day)


@dataclass
class Office:
    """A console that people reach, and what goes on around it."""

    at: str
    console: Console
    day: Happenings
    worker: Worker
    browser: Browser
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def desk(self, who: str, role: str, **options: object) -> Page:
        """The browser of a person who has logged in."""
        page = self.page(**options)
        page.goto(f"{self.at}/login")
        page.get_by_label(f"{who} · {role}", exact=True).check()
        page.get_by_role("button", name="Log in").click()
        return page

    def page(self, **options: object) -> Page:
        context = self.browser.new_context(base_url=self.at, **{"locale": "en-GB", **options})
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: self.troubles.append(f"a dialog: {dialog.message}"))
        return page


@pytest.fixture(scope="module")  # while it is open, Playwright keeps an event loop running that no other test may meet
def chromium() -> Iterator[Browser]:
    need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_office(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    offices: list[tuple[Office, uvicorn.Server, threading.Thread]] = []

    def opened(day: Happenings, **as_said: Any) -> Office:
        port = free_port()
        console = Console(tmp_path / "read-model", **as_said)
        console.learn(day)
        worker = Worker(console, day)
        console.on_send = lambda message: threading.Thread(target=worker.work, args=(message,), daemon=True).start()
        config = uvicorn.Config(console.application, port=port, log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        office = Office(f"http://127.0.0.1:{port}", console, day, worker, chromium)
        offices.append((office, server, thread))
        return office

    yield opened
    for office, server, thread in offices:
        for context in office.contexts:
            context.close()
        server.should_exit = True
        thread.join(10)
