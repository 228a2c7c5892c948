"""Nothing is lost: workers are killed, the broker starts again, the store goes away, and every event is accounted for.

The same run with other numbers: `python -m tools.kill_driver --help`.
"""

import logging
import os
from pathlib import Path

import msgspec
import pytest

from devstack import KafkaUnavailableError
from tests.broker.kill.command import TerminalOnlooker
from tests.broker.kill.credentials import ORIGINALS
from tests.broker.kill.driver import run
from tests.broker.kill.law import ACCOUNTS
from tests.broker.kill.plan import Plan
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA

pytestmark = [pytest.mark.kafka, pytest.mark.s3, pytest.mark.kill]


def test_every_event_comes_to_its_end_whatever_is_killed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "aiokafka")  # our own clients complain while the broker is away
    plan = Plan()
    directory = tmp_path / "run"
    with capfd.disabled(), TerminalOnlooker() as onlooker:
        onlooker.say(f"kill run; data and logs in {directory}")
        try:
            report = run(plan, directory, onlooker)
        except KafkaUnavailableError as error:
            (pytest.fail if os.environ.get(REQUIRE_KAFKA) else pytest.skip)(f"No Apache Kafka: {error}")
        for line in report.lines():
            onlooker.say(line)

    (tmp_path / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report.document())))
    assert report.problems == []
    assert not report.wedged
    assert report.endings == []
    assert report.left_behind == []
    assert report.log_errors == {}
    assert sum(report.kills.values()) >= plan.kills
    assert report.recogniser_kills == plan.recogniser_kills
    assert report.events == plan.events + ORIGINALS
    assert report.following > 0
    assert report.announcements > 0
    assert len(report.counted) == ACCOUNTS
    assert report.outcomes["enforcement"] > 0
    assert len(report.outages) == plan.outages
    assert os.environ.get(BOOTSTRAP) or len(report.broker_restarts) == plan.broker_restarts
