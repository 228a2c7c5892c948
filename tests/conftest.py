"""What all tests share: which brokers there are, and a loud word about tests that had to be left out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from devstack import EmbeddedBroker, KafkaServer, KafkaUnavailableError

# How long it takes to think of an example says how busy the machine is, and nothing about the code.
settings.register_profile(
    "unhurried", settings.get_profile("default"), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if settings.get_current_profile_name() == "default":
    settings.load_profile("unhurried")

REQUIRE_KAFKA = "REQUIRE_KAFKA"
BOOTSTRAP = "KAFKA_BOOTSTRAP_SERVERS"


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers of real Apache Kafka; without it a skip, or a failure where REQUIRE_KAFKA is set."""
    given = os.environ.get(BOOTSTRAP)
    if given:
        yield given
        return
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    try:
        server.start()
    except KafkaUnavailableError as error:
        (pytest.fail if os.environ.get(REQUIRE_KAFKA) else pytest.skip)(f"No Apache Kafka: {error}")
    try:
        yield server.bootstrap_servers
    finally:
        server.stop()


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bool]]:
    """Bootstrap servers of the best broker there is, and whether it is only the embedded one."""
    try:
        yield request.getfixturevalue("kafka"), False
    except pytest.skip.Exception:
        with EmbeddedBroker(Path(tmp_path_factory.mktemp("broker"))) as embedded:
            yield embedded.bootstrap_servers, True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted, and which were left out for want of Kafka, lest the run be taken for a whole one."""
    passed_or_not = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    counted = [said for report in passed_or_not for name, said in report.user_properties if name == "figure"]
    if counted:
        terminalreporter.section("COUNTED")
        for said in counted:
            terminalreporter.line(said)
    skipped = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and "Kafka" in report.longrepr[2]
    ]
    if skipped:
        terminalreporter.section("NOT TESTED ON REAL APACHE KAFKA", sep="!", red=True, bold=True)
        terminalreporter.line("Install Java 17 or newer and Maven, or set KAFKA_BOOTSTRAP_SERVERS. Left out:")
        for nodeid in skipped:
            terminalreporter.line(f"  {nodeid}")
