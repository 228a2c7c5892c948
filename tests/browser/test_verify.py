"""The verify page in Chromium: nothing leaves the device before somebody says so, and everybody can use it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from console.doors.app import doors_application
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.unit.console.door_house import doors_of
from tests.unit.house import House
from tests.unit.usecases.public_house import PublicHouse, smaller

_PATIENCE_MS = 60_000  # a busy machine is no fault of the page


class Served:
    """The doors at an address, and files to verify there."""

    def __init__(self, directory: Path) -> None:
        chain = development_chain(directory / "chain")
        self.public = PublicHouse(
            House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors))
        )
        record = self.public.seal()
        self.sealed, self.copy = directory / "sealed.jpg", directory / "copy.webp"
        self.sealed.write_bytes(self.public.sealed(record))
        self.copy.write_bytes(smaller())
        config = uvicorn.Config(doors_application(doors_of(self.public)), port=0, log_level="error")
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self.server.started:
            assert self._thread.is_alive()
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    return Served(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def address(served: Served) -> Iterator[str]:
    with served as address:
        yield address


def opened(chromium: Browser, url: str, **options: Any) -> tuple[Page, list[str], list[str]]:
    """A page, what it sends, and what its console complains of."""
    page = chromium.new_context(locale="en-US", **options).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    sent: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, sent, complaints


def test_a_known_file_is_known_without_being_sent(served: Served, address: str, chromium: Browser) -> None:
    page, sent, complaints = opened(chromium, f"{address}/verify")
    page.set_input_files("#file", served.sealed)
    expect(page.locator("#state")).to_contain_text("Known byte for byte. The file has not left your device.")
    assert "POST" not in sent
    assert complaints == []


def test_a_copy_is_sent_when_somebody_says_so_and_then_recognised(
    served: Served, address: str, chromium: Browser
) -> None:
    page, sent, complaints = opened(chromium, f"{address}/verify")
    page.set_input_files("#file", served.copy)
    expect(page.locator("#state")).to_contain_text("Not known byte for byte")
    assert "POST" not in sent
    page.get_by_role("button", name="Send and look into it").press("Enter")
    expect(page.get_by_role("heading", name="Resembles something that was sealed here")).to_be_visible()
    assert sent.count("POST") == 1
    assert complaints == []


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_it_works_without_script_and_nobody_is_kept_out(
    served: Served, address: str, chromium: Browser, language: str
) -> None:
    page = chromium.new_context(locale=language, java_script_enabled=False).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{address}/verify")
    page.set_input_files("#file", served.copy)
    page.locator("#send").click()
    expect(page.locator("dl.answers")).to_be_visible()
    with_script, _, _ = opened(chromium, f"{address}/verify")
    with_script.set_content(page.content().replace('href="/', f'href="{address}/'))
    found = Axe().run(with_script)["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
