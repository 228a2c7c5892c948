"""The verify page in Chromium: what is told of a file, that nothing leaves the device before somebody says so, and
that nothing of it is kept. Scenario 9."""

import io
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.doors.app import doors_application
from console.texts import text
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.policy.words import Language
from tests.browser.desks import drop
from tests.browser.test_console import faults
from tests.browser.test_looking import picture
from tests.unit.console.door_house import doors_of
from tests.unit.house import House, png
from tests.unit.usecases.public_house import SAMPLES, PublicHouse, smaller

HOSTILE = b"<!doctype html><title>run</title><script>alert(1)</script><img src=x onerror='alert(2)'>"
LARGE = 300 * 2**20


class Counted:
    """An application that counts the bytes which are read of what is sent to it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            self.read += len(message.get("body", b""))
            return message

        await self._app(scope, counted, send)


@dataclass
class Served:
    """The doors at an address, files to verify there, and what they are to be found as."""

    directory: Path
    address: str = ""

    def __post_init__(self) -> None:
        chain = development_chain(self.directory / "chain")
        credentials = InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)
        self.public = PublicHouse(House(credentials))
        self.parent = self.public.seal("portrait.jpg", (SAMPLES / "portrait.jpg").read_bytes())
        came_from = {**self.public.house.put("again.jpg", self.public.sealed(self.parent), "image/jpeg")}
        self.record = self.public.seal(operation="edited", parents=[came_from])
        sealed = self.public.sealed(self.record)
        maker = PublicHouse(House(credentials, producer="studio"))
        labeled = io.BytesIO()
        with Image.open(io.BytesIO(maker.sealed(maker.seal()))) as image:
            image.save(labeled, "JPEG", xmp=image.info["xmp"])
        for name, body in {
            "sealed.jpg": sealed,
            "changed.jpg": sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:],
            "labeled.jpg": labeled.getvalue(),
            "copy.webp": smaller(),
            "unseen.png": png(),
            "page.jpg": HOSTILE,
        }.items():
            (self.directory / name).write_bytes(body)
        with (self.directory / "large.mp4").open("wb") as large:
            large.truncate(LARGE)  # sparse: no disk holds it
        self.counted = Counted(doors_application(doors_of(self.public)))

    def file(self, name: str) -> Path:
        return self.directory / name


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"))
    server = uvicorn.Server(uvicorn.Config(served.counted, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    served.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield served
    server.should_exit = True
    thread.join(10)


@dataclass
class Visitor:
    """Somebody before the verify page: the page, what it sent, what went wrong, and which files it read."""

    page: Page
    sent: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def drop(self, *files: Path) -> None:
        drop(self.page, *files)

    def says(self, text: str) -> None:
        expect(self.page.locator("#state")).to_contain_text(text)

    def sends(self) -> None:
        self.page.locator("#send").click()
        expect(self.page.locator("dl.answers")).to_be_visible()

    def row(self, name: str) -> Locator:
        """What is told in one row of the answers."""
        return self.page.locator(f"dt:text-is('{name}') + dd")


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(served: Served, chromium: Browser) -> Iterator[Visit]:
    contexts = []

    def visited(language: str = "en", **options: Any) -> Visitor:
        context = chromium.new_context(locale=language, **options)
        contexts.append(context)
        context.add_init_script(
            "window.readings = []; for (const way of ['arrayBuffer', 'stream', 'text', 'slice']) {"
            "const read = Blob.prototype[way]; Blob.prototype[way] = function (...given) {"
            "window.readings.push(way); return read.apply(this, given); }; }"
        )
        visitor = Visitor(context.new_page())
        page = visitor.page
        page.on("request", lambda request: visitor.sent.append(f"{request.method} {urlsplit(request.url).path}"))
        page.on("console", lambda said: visitor.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
        page.on("dialog", lambda dialog: visitor.troubles.append(f"a dialog: {dialog.message}"))
        page.goto(f"{served.address}/verify")
        return visitor

    yield visited
    for context in contexts:
        context.close()


def test_a_known_file_is_known_without_being_sent(served: Served, visit: Visit) -> None:
    somebody = visit()
    somebody.page.set_input_files("#file", served.file("sealed.jpg"))
    somebody.says("Known byte for byte. The file has not left your device.")
    assert "POST /verify" not in somebody.sent
    assert somebody.troubles == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_resized_copy_that_is_dropped_leads_to_its_manifest_and_what_the_original_was_made_from(
    served: Served, visit: Visit, language: Language, scheme: str
) -> None:
    somebody = visit(language, color_scheme=scheme, viewport={"width": 1100, "height": 900})
    page = somebody.page
    somebody.drop(served.file("copy.webp"), served.file("unseen.png"))  # of several, the first
    somebody.says(text("verify.unknown-here", language))
    expect(page.locator("#file")).to_have_value(re.compile("copy.webp"))  # people see which file it is
    assert "POST /verify" not in somebody.sent
    assert faults(page) == []
    page.get_by_role("button", name=text("verify.send", language)).press("Enter")
    expect(page.get_by_role("heading", name=text("verify.head-resembles", language))).to_be_visible()
    expect(page.locator("#answers")).to_be_focused()
    told = somebody.row(text("verify.row-resembles", language))
    expect(told).to_contain_text(
        {"en": "The copy lacks the credential of the original, or was changed.", "zh": "已被修改"}[language]
    )
    expect(told.locator(".lineage")).to_contain_text(served.parent.manifest.label)
    expect(told.locator(".lineage > li")).to_have_count(1)
    urn = told.locator("dd code").first.inner_text()
    assert urn == served.record.manifest.label
    manifest = page.request.get(f"{served.address}/v1/manifests/{urn}")
    assert (manifest.status, manifest.headers["content-type"]) == (200, "application/c2pa")
    assert manifest.body() == served.public.house.stored(served.record.manifest.uri)
    assert faults(page) == []
    assert somebody.sent.count("POST /verify") == 1
    assert somebody.troubles == []
    picture(page, f"verify-{language}", full_page=True)


def test_each_of_the_five_answers_comes_first_of_a_file_of_its_kind_by_keyboard_alone(
    served: Served, visit: Visit
) -> None:
    page = visit().page
    for name, answer in (
        ("sealed.jpg", "Known byte for byte"),
        ("changed.jpg", "A credential in the file"),
        ("labeled.jpg", "A label in the file"),
        ("copy.webp", "Resembles something that was sealed here"),
        ("unseen.png", "Nothing found, which does not say that a person made it"),
    ):
        page.get_by_role("link", name="中文").focus()  # the last before the form
        page.keyboard.press("Tab")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
        chooser.value.set_files(served.file(name))
        expect(page.locator("#state")).to_contain_text("The file has not left your device.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#answers h2")).to_have_text(answer)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_of_300_megabytes_is_refused_and_nobody_reads_it(
    served: Served, visit: Visit, language: Language
) -> None:
    large = served.file("large.mp4")
    somebody = visit(language)
    page = somebody.page
    for give in (somebody.drop, lambda file: page.set_input_files("#file", file)):
        page.set_input_files("#file", [])
        expect(page.locator("#state")).to_be_hidden()
        give(large)
        somebody.says(text("verify.too-large-known", language, megabytes=64))
        expect(page.locator("#send")).to_be_disabled()
    page.evaluate("document.getElementById('verify').requestSubmit()")
    assert page.evaluate("readings") == []
    assert not {"POST /verify", "GET /verify/known"} & {*somebody.sent}
    assert faults(page) == []
    page.set_input_files("#file", served.file("unseen.png"))
    somebody.sends()
    without_script, read = visit(language, java_script_enabled=False).page, served.counted.read
    without_script.set_input_files("#file", large)
    without_script.locator("#send").click()
    expect(without_script.get_by_role("alert")).to_contain_text(text("verify.too-large-known", language, megabytes=64))
    assert served.counted.read == read


def test_a_page_that_is_named_as_a_picture_is_neither_run_nor_taken_for_one(served: Served, visit: Visit) -> None:
    somebody = visit()
    page = somebody.page
    scripts = page.evaluate("document.scripts.length")
    somebody.drop(served.file("page.jpg"))
    somebody.says("Not known byte for byte")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        somebody.sends()
    expect(page.locator("#answers")).to_contain_text("page.jpg · text/html")
    assert page.url == f"{served.address}/verify"
    assert page.evaluate("document.scripts.length") == scripts
    assert "run</title>" not in answered.value.text()
    assert answered.value.headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in answered.value.headers["content-security-policy"]
    assert somebody.troubles == []


def test_it_works_without_a_script_and_what_was_sent_is_kept_nowhere(
    served: Served, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stored = dict(served.public.house.store.objects)
    sent = tmp_path / "larger.webp"
    sent.write_bytes(served.file("copy.webp").read_bytes() + os.urandom(3 * 2**20))
    somebody = visit(java_script_enabled=False)
    somebody.page.set_input_files("#file", sent)
    somebody.sends()
    expect(somebody.row("Resembles")).to_contain_text(served.record.manifest.label)
    assert served.public.house.store.objects == stored
    assert list(tmp_path.iterdir()) == [sent]
