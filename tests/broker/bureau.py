"""An installation with everything that people meet: worker, console and public doors as processes, logins, browsers."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import oidc_provider_mock
from playwright.sync_api import APIResponse, Browser, Page

from agents.kafka import read_to_end
from agents.messages import KafkaMessage
from devstack import SeaweedServer, free_port
from tests.broker.installation import Installation
from tests.broker.kill.law import in_order
from tests.broker.test_people import law_that_needs_two
from tests.browser.desks import Desks
from tests.unit.console.provider import running_provider
from tests.unit.console.whole_worker import PEOPLE

__all__ = ["Bureau", "open_bureau"]

ORDER: Final = "in.it-rules.order-clock"
"""A clock that is warned of after fifteen seconds here, and missed after a minute."""

CLAIM_SECONDS: Final = 24
_PATIENCE: Final = 240.0
_SECRET: Final = "a-secret-of-tests"

Answer = TypeVar("Answer")


@dataclass(kw_only=True)
class Served:
    """A command that serves pages.

    Args:
        command: its name, and that of its log.
        at: its address.
        directory: where its log goes.
        environment: its settings.
    """

    command: str
    at: str
    directory: Path
    environment: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it may not be up yet."""
        with (self.directory / f"{self.command}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agents.cli", self.command, "--bind", self.at.removeprefix("http://")],
                env=self.environment,
                stderr=log,
            )

    def stop(self) -> None:
        """End it in order, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(40)

    def is_up(self) -> bool:
        """Whether what it answers can be relied on."""
        try:
            return httpx2.get(f"{self.at}/readyz", timeout=10).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False


@dataclass
class Bureau(Desks):
    """People at work on real topics and buckets; who logged in stays so.

    Args:
        installation: the topics, the buckets and the worker.
        s3: where the buckets are.
        directory: where all that processes write lies.
        console: the process.
        doors: the address of the public doors.
    """

    installation: Installation = field(kw_only=True)
    s3: SeaweedServer = field(kw_only=True)
    directory: Path = field(kw_only=True)
    console: Served = field(kw_only=True)
    doors: str = field(kw_only=True)
    thread: ThreadPoolExecutor = field(kw_only=True)
    desks: dict[tuple[str, str], Page] = field(default_factory=dict, kw_only=True)

    def at_desk(self, who: str, role: str | None = None) -> Page:
        """The browser of one of the people, in the first of his roles if none is said."""
        roles = PEOPLE[who]
        key = (who, role or roles[0])
        if key not in self.desks:
            self.desks[key] = self._logged_in(*key, has_several=len(roles) > 1)
        return self.desks[key]

    def _logged_in(self, who: str, role: str, *, has_several: bool) -> Page:
        page = self.page()
        # The provider's own page asks for a style elsewhere.
        elsewhere = re.compile(r"https?://(?!127\.0\.0\.1[:/]|localhost[:/])")
        page.context.route(elsewhere, lambda route: route.fulfill(status=200, content_type="text/css", body=""))
        page.goto("/login")
        page.get_by_role("link", name="Log in by").click()
        page.get_by_role("button", name=who, exact=True).click()
        if has_several:
            page.get_by_label(role.replace("-", " "), exact=True).check()
            page.get_by_role("button", name="Go on").click()
        page.get_by_text(f"{who} · {role.replace('-', ' ')}").wait_for()
        return page

    def wait(self, asked: Coroutine[Any, Any, Answer]) -> Answer:
        """Wait for what is asked of the brokers, in a thread of its own: the browser has the loop of this one."""
        return self.thread.submit(asyncio.run, asked).result()

    def publish(self, name: str, *, needs_two: bool = False) -> str:
        """Publish something that is held: its user did not declare it. Returns the event's uid, at once."""
        content = {"id": name, "mime": "text/plain", "text": f"{name}, written by a machine"}
        data = {**in_order(content, f"user-of-{name}"), "actor": {"role": "user"}, "declaration": {"made": False}}
        if needs_two:
            data["user"] = {"id_hash": f"user-of-{name}"}
        return self.wait(self.installation.send("publication", data, name))

    def held(self, name: str, *, needs_two: bool = False) -> str:
        """The path of an event that the console shows as held."""
        path = f"/queue/{self.publish(name, needs_two=needs_two)}"
        self.until(lambda: self.asked(f"{path}.json").ok)
        return path

    def asked(self, path: str) -> APIResponse:
        """What the console answers vera, who may only look."""
        return self.at_desk("vera").request.get(path)

    def standing(self, path: str) -> list[str]:
        """What was decided about an event, one after the other, as the page has it."""
        after = {decision["supersedes"]: decision for decision in self.asked(f"{path}.json").json()["decisions"]}
        said, at = [], None
        while at in after:
            said.append(after[at]["decision"])
            at = after[at]["decision_id"]
        return said

    def on_topic(self, name: str, wanted: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
        """The data of the messages that a topic has now, of those that are wanted."""
        topic = f"{self.installation.topics.prefix}{name}"

        async def read() -> list[KafkaMessage]:
            return [message async for message in read_to_end(self.installation.kafka, topic)]

        said = [json.loads(message.value) for message in self.wait(read()) if message.value]
        return [data for data in said if wanted(data)]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what another process does."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.installation.log.read_text()
            time.sleep(0.05)

    def stop_console(self) -> None:
        """Let everybody close their pages, and end the console in order."""
        while self.contexts:
            self.contexts.pop().close()
        self.desks.clear()
        self.console.stop()

    def start_console(self) -> None:
        """Start it once more, and wait until it has read what the topics have; nobody is logged in."""
        self.console.start()
        self.until(self.console.is_up)

    @contextmanager
    def worker_asleep(self) -> Iterator[None]:
        """Nothing that is sent is worked on before the end of this."""
        os.kill(self.installation.worker_pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.installation.worker_pid, signal.SIGCONT)


def _law(directory: Path) -> str:
    """Two packs that ship, with a rule that asks for two persons and a clock of one minute, as a setting."""
    (directory / "china.yaml").write_text(law_that_needs_two(), encoding="utf-8")
    pack = (files("pipeline.policy") / "packs" / "in-it-rules-2026.yaml").read_text(encoding="utf-8")
    head, found, rest = pack.partition(f"  - id: {ORDER}\n")
    assert found
    for was, becomes in (("    length: PT3H\n", "    length: PT1M\n"), ("    warn: [50%]\n", "    warn: [25%]\n")):
        before, was_there, behind = rest.partition(was)
        assert was_there
        assert "  - id: " not in before
        rest = f"{before}{becomes}{behind}"
    (directory / "india.yaml").write_text(f"{head}{found}{rest}", encoding="utf-8")
    return f"+{directory}"


@contextmanager
def open_bureau(kafka: str, directory: Path, chromium: Browser) -> Iterator[Bureau]:
    """Start everything, and end it."""
    (directory / "law").mkdir()
    at, doors = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    users = [oidc_provider_mock.User(sub=name) for name in PEOPLE]
    with (
        SeaweedServer(directory / "s3") as s3,
        running_provider(users) as provider,
        ThreadPoolExecutor(1) as thread,
    ):
        installation = Installation(
            kafka,
            s3,
            directory,
            SEALSTREAM_WITHOUT_OPERATORS="false",
            SEALSTREAM_POLICY_PACKS=_law(directory / "law"),
            SEALSTREAM_CLAIM_MINUTES=str(CLAIM_SECONDS / 60),
        )
        thread.submit(asyncio.run, _begin(installation)).result()
        console = {
            "SEALSTREAM_CONSOLE_STORE": "true",
            "SEALSTREAM_CONSOLE_LOGIN": "oidc",
            "SEALSTREAM_CONSOLE_OIDC_ISSUER": provider.issuer,
            "SEALSTREAM_CONSOLE_OIDC_CLIENT_ID": "the-console",
            "SEALSTREAM_CONSOLE_OIDC_CLIENT_SECRET": _SECRET,
        }
        installation.start_worker()
        (directory / "tmp").mkdir()
        environment = {**installation.environment, "TMPDIR": str(directory / "tmp")}
        screens = [
            Served(command="console", at=at, directory=directory, environment={**environment, **console}),
            Served(command="doors", at=doors, directory=directory, environment=environment),
        ]
        try:
            for screen in screens:
                screen.start()
            bureau = Bureau(
                at,
                chromium,
                installation=installation,
                s3=s3,
                directory=directory,
                console=screens[0],
                doors=doors,
                thread=thread,
            )
            for screen in screens:
                bureau.until(screen.is_up)
            yield bureau
            for context in bureau.contexts:
                context.close()
        finally:
            for screen in screens:
                screen.stop()
        installation.stop_worker()


async def _begin(installation: Installation) -> None:
    await installation.create()
    for name, roles in PEOPLE.items():
        await installation.put_operator(name, *roles)
