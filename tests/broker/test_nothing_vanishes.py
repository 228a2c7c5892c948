"""What a sceptical operator asks on real Kafka: is every event answered, and as itself?"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.kafka import read_to_end
from devstack import SeaweedServer
from tests.broker.installation import Installation, Said

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

GOOD = {"id": "good", "mime": "text/plain", "text": "a human wrote this\n", "synthetic": "no"}
BAD = {"id": "bad", "mime": "text/plain", "text": "machine wrote this without a label\n", "synthetic": "yes"}


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("vanishing")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(
            kafka, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES", SEALSTREAM_MISSING_ASSET_PATIENCE="0.1"
        )
        asyncio.run(installation.create())
        installation.start_worker()
        yield installation
        installation.stop_worker()


def about(uid: str, kind: str) -> Any:
    def wanted(alert: Said) -> bool:
        return alert.data["event_uid"] == uid and alert.data["kind"] == kind

    return wanted


async def test_another_content_under_a_used_identity_is_refused_aloud_and_never_answered_as_the_first(
    house: Installation,
) -> None:
    uid = await house.send("publication", {"jurisdictions": ["ES"], "content": GOOD}, "same-id")
    assert (await house.decision(uid))["content"]["id"] == "good"

    await house.send("publication", {"jurisdictions": ["ES"], "content": BAD}, "same-id")
    await house.send("publication", {"jurisdictions": ["ES"], "content": GOOD}, "same-id")  # a replay

    await house.said("alerts", about(uid, "operations"))
    await house.said("alerts", about(uid, "unjudged"))
    await house.everything_done()
    decisions = [decision for decision in await house.everything_said("decisions") if decision.data["event_uid"] == uid]
    assert len({decision.body for decision in decisions}) == 1
    (letter,) = [
        message for message in await house.everything_said("dead-letters") if letter_of(message)["event_uid"] == uid
    ]
    assert letter_of(letter)["error"] == "IdentityReusedError"
    assert letter.data["data"]["content"]["id"] == "bad"


async def test_a_publication_that_nobody_judged_wakes_somebody(house: Installation) -> None:
    uid = await house.send("publication", {"jurisdictions": ["ES"], "content": {**GOOD, "synthetic": "maybe"}})
    (alert,) = await house.said("alerts", about(uid, "unjudged"))
    assert alert.data["subject"]["content_id"] == "good"
    assert "$.content.synthetic" in alert.data["message"]


async def test_dead_letters_are_listed_shown_and_sent_again_as_they_were_sent(house: Installation) -> None:
    asset = {
        "id": "late.txt",
        "mime": "text/plain",
        "synthetic": "no",
        **house.reference("late.txt", b"it came later\n"),
    }
    uid = await house.send("publication", {"jurisdictions": ["ES"], "content": asset})
    (letter,) = await house.said("dead-letters", lambda message: letter_of(message)["event_uid"] == uid)

    listed = house.answer("dead-letters", "list", "--topic", "publication", "--error", "AssetMissingError")
    (kept,) = listed["dead_letters"]
    assert kept["letter"] == letter_of(letter)
    assert house.answer("dead-letters", "show", kept["place"])["letter"]["event_uid"] == uid

    house.put_asset("late.txt", b"it came later\n")
    house.answer("dead-letters", "replay", kept["place"], "--dry-run")
    (sent,) = house.answer("dead-letters", "replay", kept["place"])["sent"]
    assert (sent["topic"], sent["event_uid"]) == (house.topics.publication, uid)
    assert (await house.decision(uid))["content"]["id"] == "late.txt"
    again = [
        message async for message in read_to_end(house.kafka, house.topics.publication) if message.value == letter.body
    ]
    assert len({(message.key, message.value, message.headers) for message in again}) == 1
    assert len(again) == 2
    house.sealstream("dead-letters", "replay", code=2)
    house.sealstream("dead-letters", "show", "0/4711", code=2)


async def test_a_review_says_where_there_is_nothing_to_decide_and_waits_for_its_decision(house: Installation) -> None:
    by = ("--by", "reviewer-7", "--reason", "Seen.")
    assert "no record" in house.sealstream("review", "0" * 64, "release", *by, code=1)
    uid = await house.send("publication", {"jurisdictions": ["ES"], "content": {**BAD, "id": "held"}})
    assert (await house.decision(uid))["decision"] == "hold"
    assert house.answer("review", uid, "release", *by)["decision"] == "allow"
    assert "came first: release" in house.sealstream("review", uid, "refuse", *by, code=1)


async def test_members_and_variables_that_nobody_knows_are_named(house: Installation, tmp_path: Path) -> None:
    event = {"specversion": "1.0", "id": "slip", "source": "/s", "type": "sealstream.publication.v1"}
    (file := tmp_path / "slip.json").write_text(
        json.dumps({**event, "data": {"jurisdiction": ["ES"], "content": GOOD}})
    )
    slip = {"SEALSTREAM_POLICY_JURISDICTION": "CN"}
    said = house.sealstream("publish", str(file), **slip)
    assert "$.jurisdiction (did you mean `jurisdictions`?)" in said
    assert "did you mean SEALSTREAM_POLICY_JURISDICTIONS" in said
    await house.everything_done()
    assert "$.jurisdiction (did you mean `jurisdictions`?)" in house.log.read_text()
    assert "SEALSTREAM_POLICY_JURISDICTIONS" in house.sealstream("worker", code=2, **slip)
    assert "SEALSTREAM_POLICY_JURISDICTIONS" in house.sealstream("config", code=2, **slip)


def letter_of(message: Said) -> dict[str, Any]:
    return dict(json.loads(message.headers["sealstream_dead_letter"] or b"{}"))
