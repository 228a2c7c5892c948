"""A console on a port, a worker that answers, and people with a browser each."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser

from agents.messages import KafkaMessage
from devstack import free_port
from pipeline.events.inputs import Review
from pipeline.events.intake import intake_review_act
from tests.browser.desks import Desks, open_chromium
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import TOPICS, Happenings
from tests.unit.console.shelf import audited

WORKER_SECONDS = 0.3


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
class Office(Desks):
    """A console that people reach, and what goes on around it."""

    console: Console
    day: Happenings
    worker: Worker


@pytest.fixture(scope="module")  # an event loop runs while it is open
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


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
        office = Office(f"http://127.0.0.1:{port}", chromium, console, day, worker)
        offices.append((office, server, thread))
        return office

    yield opened
    for office, server, thread in offices:
        for context in office.contexts:
            context.close()
        server.should_exit = True
        thread.join(10)
