"""What all tests share: which brokers there are, how a run is divided, and a loud word about tests left out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from devstack import EmbeddedBroker, KafkaServer, KafkaUnavailableError
from tests.alone import HOUSES
from tests.lanes import Lanes, give_way, workers

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


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker that computes give way to those that wait for brokers, and none compute on more than its core."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the product's children; each worker is a process
    if (worker := getattr(config, "workerinput", None)) is not None:
        give_way(worker["workerid"])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many workers as keep the machine busy."""
    return workers()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes | None:
    """What waits goes beside what computes."""
    return Lanes(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that would be left out of every run: `make test` looks for those that run alone in few places."""
    alone = (item.nodeid for item in items if item.get_closest_marker("kill"))
    lost = [name for name in alone if not name.startswith(HOUSES)]
    if lost:
        raise pytest.UsageError(f"Marked kill, and not below {' or '.join(HOUSES)}: {', '.join(lost)}")


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
