"""Content that lost its marks: samples that are sealed, and copies of them that are published."""

import base64
import io
import mimetypes
import secrets
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.broker.installation import Installation
from tests.broker.kill.law import in_order

__all__ = ["RULE", "content", "copied", "decided", "published", "recognised", "removed", "sealed"]

SAMPLES = Path(__file__).parents[2] / "samples"
RULE = "cn.deep-synthesis.art18.label-removed"
"""Copies are published in China."""


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
    mime = mimetypes.guess_type(name)[0] or ""
    made = content((SAMPLES / name).read_bytes(), mime, operation="generated")
    uid = await house.send("generation", {"content": made})
    (record,) = await house.said("manifests", lambda message: message.data["event_uid"] == uid)
    return record.data


async def published(house: Installation, name: str) -> str:
    """Have a copy of a sample published; the event_uid."""
    return await house.send("publication", in_order(content(copied(name), "image/webp"), secrets.token_hex(8)))


async def decided(house: Installation, name: str) -> dict[str, Any]:
    """The decision about a copy of a sample."""
    return await house.decision(await published(house, name))


def removed(decision: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in decision["findings"] if finding["rule"] == RULE]


async def recognised(house: Installation, name: str) -> dict[str, Any]:
    """The first decision about a copy that names its original; the worker learns of it from the topic."""
    for _ in range(20):
        decision = await decided(house, name)
        if removed(decision):
            return decision
    pytest.fail("it was not recognised")
