"""Content that lost its marks, on real Kafka: it is recognised by any worker, also by one that starts later."""

import asyncio
import base64
import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devstack import SeaweedServer
from tests.broker.installation import Installation
from tests.broker.kill.cases import alert_id
from tests.broker.kill.law import in_order

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

SAMPLES = Path(__file__).parents[2] / "samples"
RULE = "label.label-removed"


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("similarity")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES")
        asyncio.run(installation.create())
        installation.start_worker()
        yield installation
        installation.stop_worker()


def copied(name: str) -> bytes:
    """A picture of half the size, in another format, without anything but its pixels."""
    target = io.BytesIO()
    with Image.open(SAMPLES / name) as image:
        image.convert("RGB").resize((image.width // 2, image.height // 2)).save(target, "WEBP", quality=60)
    return target.getvalue()


def content(body: bytes, media_type: str, **more: str) -> dict[str, Any]:
    encoded = base64.b64encode(body).decode()
    return {"id": secrets.token_hex(4), "mime": media_type, "base64": encoded, **more}


async def sealed(house: Installation, name: str) -> dict[str, Any]:
    """The record of a sample that a service generated."""
    made = content((SAMPLES / name).read_bytes(), "image/jpeg", operation="generated")
    uid = await house.send("generation", {"content": made})
    (record,) = await house.said("manifests", lambda one: one.data["event_uid"] == uid)
    return record.data


async def decided(house: Installation, name: str) -> dict[str, Any]:
    """The decision about a copy of a sample."""
    uid = await house.send("publication", in_order(content(copied(name), "image/webp"), secrets.token_hex(8)))
    return await house.decision(uid)


def removed(decision: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in decision["findings"] if one["rule"] == RULE]


async def recognised(house: Installation, name: str) -> dict[str, Any]:
    """The first decision about a copy that names its original; the worker learns of it from the topic."""
    for _ in range(20):
        decision = await decided(house, name)
        if removed(decision):
            return decision
    pytest.fail("it was not recognised")


async def test_a_smaller_copy_in_another_format_is_blocked_and_its_manifest_is_named(house: Installation) -> None:
    record = await sealed(house, "harbour.jpg")
    assert (record["fingerprint"]["algorithm"], record["fingerprint"]["kind"]) == ("io.iscc.v0", "image")

    decision = await recognised(house, "harbour.jpg")

    (finding,) = removed(decision)
    assert (decision["decision"], finding["severity"], finding["action"]) == ("block", "critical", "block")
    assert finding["evidence"]["event_uid"] == record["event_uid"]
    assert finding["evidence"]["manifest_uri"] == record["manifest"]["uri"]
    assert finding["evidence"]["similarity"] > 0.95
    uid = decision["event_uid"]
    (alert,) = await house.said("alerts", lambda one: one.id == alert_id(uid, RULE))
    assert (alert.data["kind"], alert.data["severity"]) == ("label-removed", "critical")

    assert removed(await decided(house, "portrait.jpg")) == []


async def test_a_worker_that_starts_later_knows_what_was_sealed_before(house: Installation) -> None:
    record = await sealed(house, "portrait.jpg")
    await house.everything_done()
    house.kill_worker()
    house.start_worker()

    # The first one: everything is loaded before work is taken.
    (finding,) = removed(await decided(house, "portrait.jpg"))

    assert finding["evidence"]["event_uid"] == record["event_uid"]
    assert removed(await decided(house, "still-life.png")) == []
