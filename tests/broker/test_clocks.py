"""Clocks on real Kafka: what they announce is said once, in time, with no event arriving, and also after a kill."""

import asyncio
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agents.kafka import read_to_end
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import SeaweedServer
from tests.broker.installation import Installation, Said

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

ORDER = "in.it-rules.order-clock"
ASSESSMENT = "cn.deep-synthesis.art15.assessment-clock"


@pytest.fixture
def installation(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("clocks")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory)
        asyncio.run(installation.create())
        installation.start_worker()
        yield installation
        installation.stop_worker()


def order(number: str, received: datetime, done: datetime | None = None) -> dict[str, Any]:
    """An order in India to take content down, which gives three hours."""
    return {
        "event_type": "takedown.updated",
        "jurisdictions": ["IN"],
        "takedown": {
            "id": number,
            "kind": "order",
            "received_at": received.isoformat(),
            "done_at": None if done is None else done.isoformat(),
        },
    }


def ago(hours: float = 0, seconds: float = 0, years: int = 0) -> datetime:
    now = datetime.now(UTC)
    return now.replace(year=now.year - years) - timedelta(hours=hours, seconds=-seconds)


def announced(said: Said, number: str) -> bool:
    return "stage" in said.data and said.data["case_id"] == number


def stages(said: list[Said], number: str) -> list[str]:
    return [message.data["stage"] for message in said if announced(message, number)]


async def test_what_is_due_is_said_once_by_itself_and_after_a_kill_and_what_was_done_in_time_is_not(
    installation: Installation,
) -> None:
    late, met, warned, overdue = (secrets.token_hex(4) for _ in range(4))
    await installation.send("activities", order(overdue, ago(10)))
    (missed,) = await installation.said("alerts", lambda alert: alert.data["evidence"].get("takedown.id") == overdue)
    assert (missed.data["kind"], missed.data["severity"], missed.data["rule"]["id"]) == (
        "takedown-overdue",
        "critical",
        ORDER,
    )

    # The warning falls due with no event arriving.
    await installation.send("activities", order(warned, ago(1.5, 6)))
    (first,) = await installation.said("clocks", lambda message: announced(message, warned))
    assert (first.data["stage"], first.data["share"]) == ("warned", 50)

    # Nobody is there when the time is up, and what was done in time waits where nobody has read it.
    await installation.send("activities", order(late, received := ago(3, 12)))
    await installation.send("activities", order(met, received))
    for number in (late, met):
        await installation.said("clocks", lambda message, number=number: message.data.get("case_id") == number)
    installation.kill_worker()
    await installation.send("activities", order(met, received, datetime.now(UTC)))
    await asyncio.sleep(max(0.0, (received + timedelta(hours=3, seconds=1) - datetime.now(UTC)).total_seconds()))
    installation.start_worker()
    await installation.said("alerts", lambda alert: alert.data["evidence"].get("takedown.id") == late)
    await installation.said(
        "clocks", lambda message: message.data.get("case_id") == met and message.data.get("state") == "met"
    )
    await asyncio.sleep(3)

    said = await installation.everything_said("clocks")
    listed = await asyncio.to_thread(installation.answer, "clocks", "list")
    assert {(shown_clock["clock"]["case_id"], shown_clock["announced"][-1]["stage"]) for shown_clock in listed} == {
        (overdue, "missed"),
        (warned, "warned"),
        (late, "missed"),
    }
    shown = await asyncio.to_thread(installation.answer, "cases", "show", met)
    assert (shown["id"], shown["version"], shown["clocks"][0]["state"]) == (met, 2, "met")
    assert stages(said, overdue) == ["missed"]
    assert stages(said, warned) == ["warned"]
    assert stages(said, late) == ["due", "missed"]
    assert stages(said, met) == []
    alerts = [alert for alert in await installation.everything_said("alerts") if alert.data["rule"]["id"] == ORDER]
    assert sorted(alert.data["evidence"]["takedown.id"] for alert in alerts) == sorted([overdue, late])
    await topics_are_rebuilt_from_the_bucket(installation)


async def topics_are_rebuilt_from_the_bucket(installation: Installation) -> None:
    """Fill the topics of another prefix, which are empty, and compare the newest of each key."""
    anew = installation.topics.prefix.replace("law-", "anew-")
    await create_topics(installation.kafka, Topics(anew).plans(), partitions=3, replication_factor=1)
    published = installation.answer("rebuild", SEALSTREAM_KAFKA_TOPIC_PREFIX=anew)["published"]
    assert (published["decisions"], published["cases"]) == (5, 8)
    for topic in ("case-updates", "clocks", "decisions"):
        was, now = [
            {
                message.key: message.value
                async for message in read_to_end(installation.kafka, f"{prefix}{topic}")
                if dict(message.headers)["ce_type"] != b"sealstream.clock-announcement.v1"
            }
            for prefix in (installation.topics.prefix, anew)
        ]
        assert now == was


def of_assessment(said: Said, service: str) -> bool:
    return said.data.get("case_id") == f"services/{service}" and said.data["law"]["clock"] == ASSESSMENT


def of_service(said: Said, service: str) -> bool:
    return said.data["evidence"].get("service.id") == f"services/{service}"


async def assess(installation: Installation, service: str, version: int, assessed: datetime) -> None:
    """Put the entry of a service that edits faces, whose security assessment was done then."""
    facts = {"biometric_tool": True, "security_assessed_at": assessed.isoformat()}
    await installation.put("services", {"id": service, "version": version, "jurisdictions": ["CN"], "service": facts})


async def test_a_security_assessment_lapses_by_itself_is_said_once_and_not_where_it_was_renewed(
    installation: Installation,
) -> None:
    """A year after it, with no event arriving; also where the time is up while no worker is there."""
    lapsed, late, renewed, deleted = (secrets.token_hex(4) for _ in range(4))
    await assess(installation, lapsed, 1, ago(years=1, seconds=-3600))
    (alert,) = await installation.said("alerts", lambda message: of_service(message, lapsed))
    assert (alert.data["kind"], alert.data["rule"]["id"]) == ("security-assessment-lapsed", ASSESSMENT)

    soon = ago(years=1, seconds=15)
    for service in (late, renewed, deleted):
        await assess(installation, service, 1, soon)
        await installation.said("clocks", lambda message, service=service: of_assessment(message, service))
    installation.kill_worker()
    await assess(installation, renewed, 2, datetime.now(UTC))
    await installation.delete("services", deleted)
    await asyncio.sleep(max(0.0, (soon - ago(years=1)).total_seconds() + 1))
    installation.start_worker()
    await installation.said("alerts", lambda message: of_service(message, late))
    for service, state in ((renewed, "met"), (deleted, "withdrawn")):
        await installation.said(
            "clocks",
            lambda message, service=service, state=state: (
                of_assessment(message, service) and message.data.get("state") == state
            ),
        )
    await asyncio.sleep(3)

    said = [message for message in await installation.everything_said("clocks") if "stage" in message.data]
    stages = {
        service: [message.data["stage"] for message in said if of_assessment(message, service)]
        for service in (lapsed, late, renewed, deleted)
    }
    assert stages == {lapsed: ["missed"], late: ["due", "missed"], renewed: [], deleted: []}
    lapses = [
        message for message in await installation.everything_said("alerts") if message.data["rule"]["id"] == ASSESSMENT
    ]
    assert sorted(lapse.data["evidence"]["service.id"] for lapse in lapses) == sorted(
        f"services/{service}" for service in (lapsed, late)
    )
    listed = (await asyncio.to_thread(installation.answer, "duties", "list", "--overdue"))["duties"]
    assert {(duty["entry"], duty["duty"], duty["article"]) for duty in listed} == {
        (service, ASSESSMENT, "15") for service in (lapsed, late)
    }
