"""Content that lost its marks, on real Kafka: it is recognised by any worker, also by one that starts later."""

import asyncio
from collections.abc import Iterator

import pytest

from devstack import SeaweedServer
from tests.broker.copies import RULE, decided, recognised, removed, sealed
from tests.broker.installation import Installation
from tests.broker.kill.cases import alert_id

pytestmark = [pytest.mark.kafka, pytest.mark.s3]


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("similarity")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES")
        asyncio.run(installation.create())
        installation.start_worker()
        yield installation
        installation.stop_worker()


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
    (alert,) = await house.said("alerts", lambda message: message.id == alert_id(uid, RULE))
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
