"""What is lost is found again, over real Kafka, in a real browser: a credential (scenario 9), the read model (10)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from playwright.sync_api import Browser, Page, expect

from tests.broker.bureau import Bureau, open_bureau
from tests.broker.copies import SAMPLES, content, copied
from tests.broker.installation import Installation
from tests.broker.kill.law import in_order
from tests.broker.slow_road import slow_road
from tests.browser.desks import do, drop, open_chromium

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

TEXT_OF_PAGE = """() => {
  const page = document.querySelector('#content').cloneNode(true);
  page.querySelectorAll('p.state, script').forEach(one => one.remove());
  page.querySelectorAll('time').forEach(one => { one.textContent = one.dateTime; });
  return page.textContent.replace(/\\s+/g, ' ');
}"""
"""What a page says, with the instants of what it tells the age of, and without how far it is true."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def bureau(kafka: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    with open_bureau(kafka, tmp_path_factory.mktemp("lost"), chromium) as bureau:
        yield bureau
        assert not bureau.troubles


async def seal(house: Installation, name: str, **more: Any) -> Mapping[str, Any]:
    """Have a picture sealed; its record."""
    made = content((SAMPLES / name).read_bytes(), "image/jpeg", operation="generated", **more)
    uid = await house.send("generation", in_order(made, "studio"))  # and nobody is alerted
    (record,) = await house.said("manifests", lambda message: message.data["event_uid"] == uid)
    return record.data


def stored(bureau: Bureau) -> list[tuple[str, str]]:
    """All objects there are."""
    told = bureau.s3.environment()
    client = boto3.client(
        "s3",
        endpoint_url=bureau.s3.endpoint_url,
        aws_access_key_id=told["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        region_name=told["AWS_REGION"],
    )
    buckets = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    found = [(bucket, client.list_objects_v2(Bucket=bucket)) for bucket in buckets]
    return sorted((bucket, listed["Key"]) for bucket, page in found for listed in page.get("Contents", ()))


def test_a_resized_copy_leads_to_the_manifest_of_its_original_and_is_kept_nowhere(bureau: Bureau) -> None:
    record = bureau.wait(seal(bureau.installation, "harbour.jpg"))
    marker = os.urandom(3 * 2**20)
    copy = bureau.directory / "copy.webp"
    copy.write_bytes(copied("harbour.jpg") + marker)
    before = stored(bureau)
    page = bureau.page()
    page.goto(f"{bureau.doors}/verify")

    def recognised() -> bool:
        """The doors learn of what was sealed from the topics, a moment later."""
        drop(page, copy)
        expect(page.locator("#state")).to_contain_text("Not known byte for byte")
        page.locator("#send").click()
        expect(page.locator("dl.answers")).to_be_visible()
        return page.get_by_role("heading", name="Resembles something that was sealed here").is_visible()

    bureau.until(recognised)
    expect(page.locator("#answers")).to_contain_text("It is a copy of something that was sealed here")
    urn = page.locator("#answers dd code").first.inner_text()
    assert urn == record["manifest"]["label"]
    manifest = page.request.get(f"{bureau.doors}/v1/manifests/{urn}")
    assert (manifest.status, manifest.headers["content-type"]) == (200, "application/c2pa")
    assert urn.encode() in manifest.body()
    assert stored(bureau) == before
    copy.unlink()
    for file in bureau.directory.rglob("*"):  # temporary files, what processes keep, logs, the data of the store
        assert not file.is_file() or marker[:64] not in file.read_bytes(), file


def test_pages_say_what_they_said_before_the_read_model_was_lost_and_topics_were_past_their_retention(
    bureau: Bureau,
) -> None:
    house = bureau.installation
    waits, claimed, refused = (bureau.held(name) for name in ("waits", "claimed", "refused"))
    anna, hana = bureau.at_desk("anna"), bureau.at_desk("hana")
    anna.goto(claimed)
    for button in ("Claim", "Give back"):
        anna.get_by_role("button", name=button, exact=True).click()
        expect(anna.get_by_text(f"Done: {button}")).to_be_visible()
    anna.goto(refused)
    do(anna, "Refuse", "It deceives.")
    bureau.wait(house.send("cases", complaint(refused), "complaint"))
    hana.goto("/cases")
    hana.get_by_role("link", name="K-1").wait_for()
    case = hana.get_by_role("link", name="K-1").get_attribute("href") or ""
    hana.goto("/accounts")
    account = hana.locator("#content table a").first.get_attribute("href") or ""
    paths = (
        *("/", "/queue", "/alerts", "/cases", "/clocks", "/accounts", "/reports", "/registries/operators", "/audit"),
        *(waits, claimed, refused, case, account),
    )
    digest = exported(hana)
    hana.goto("/audit")
    expect(hana.get_by_text(digest).first).to_be_visible()
    before = texts(hana, paths)

    bureau.stop_console()
    (bureau.directory / "state" / "console.sqlite").unlink()
    emptied = bureau.wait(past_retention(house))
    assert {house.topics.decisions, house.topics.reviews, house.topics.enforcement} <= emptied
    bureau.start_console()
    hana = bureau.at_desk("hana")
    assert texts(hana, paths) != before
    bureau.troubles.clear()  # pages of what is not known at all are not found, of which browsers complain
    hana.goto("/queue")
    with slow_road(bureau.s3.endpoint_url, 0.05) as road, rebuilding(bureau, road.url) as rebuild:
        expect(hana.get_by_text(re.compile(r"Rebuilding from the records bucket, [1-9]\d? %"))).to_be_visible()
        bureau.wait(seal(house, "portrait.jpg"))
        assert rebuild.poll() is None  # the pipeline sealed on meanwhile
        road.is_clear.set()
        told, trouble = rebuild.communicate(timeout=240)
    assert (rebuild.returncode, trouble, "left out" in told) == (0, "", False)
    assert "objects of the records bucket were taken into " in told
    expect(hana.get_by_text("Rebuilding from the records bucket")).to_have_count(0)
    assert texts(hana, paths) == before
    assert exported(hana) == digest


def complaint(about: str) -> Mapping[str, Any]:
    """What somebody complains of now: what is late already is alerted, and no bucket has that."""
    return {
        "act": "complaint.received",
        "case": "K-1",
        "at": datetime.now(UTC).isoformat(),
        "about": {"event_uid": about.rpartition("/")[2]},
        "channel": "web",
        "jurisdictions": ["IN"],
    }


def texts(page: Page, paths: Sequence[str]) -> dict[str, str]:
    """What pages say, but for how long ago."""
    said = {}
    for path in paths:
        page.goto(path)
        said[path] = re.sub(r"\b\d+ (s|min|h|d)\b", "…", page.evaluate(TEXT_OF_PAGE))
    return said


@contextmanager
def rebuilding(bureau: Bureau, store: str) -> Iterator[subprocess.Popen[str]]:
    """The product's own command, which reaches the store by another road."""
    process = subprocess.Popen(
        [sys.executable, "-m", "agents.cli", "console", "rebuild"],
        env={**bureau.installation.environment, "AWS_ENDPOINT_URL_S3": store},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(40)


def exported(page: Page) -> str:
    """The digest of what an auditor takes along of all that anna did."""
    page.goto("/audit?actor=anna")
    with page.expect_download() as loaded:
        page.get_by_role("button", name="CSV").click()
    assert b"It deceives." in Path(loaded.value.path()).read_bytes()
    return loaded.value.suggested_filename.removeprefix("audit-").removesuffix(".csv")


async def past_retention(house: Installation) -> set[str]:
    """Have the brokers delete what they keep for some time only, but for what no bucket has; returns the topics."""
    kept = {house.topics.audit, house.topics.dead_letters}
    names = {plan.name for plan in house.topics.plans() if not plan.compacted} - kept
    admin = AIOKafkaAdminClient(bootstrap_servers=house.kafka.bootstrap_servers)
    await admin.start()
    try:
        up_to_the_end = RecordsToDelete(before_offset=-1)
        partitions = {TopicPartition(name, number): up_to_the_end for name in names for number in range(2)}
        low = await admin.delete_records(partitions)
    finally:
        await admin.close()
    return {partition.topic for partition, offset in low.items() if offset > 0}
