"""Crews of workers on real Kafka, and a broker that may be stopped."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack import KafkaServer, KafkaUnavailableError
from tests.broker.delivery.crew import Crew
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """A broker that may be stopped, beside one that is there already."""
    server = KafkaServer(tmp_path / "kafka")
    try:
        server.start()
    except KafkaUnavailableError as error:
        required = os.environ.get(REQUIRE_KAFKA) and not os.environ.get(BOOTSTRAP)
        (pytest.fail if required else pytest.skip)(f"No Apache Kafka: {error}")
    with server:
        yield server


@pytest.fixture
def hire(tmp_path: Path) -> Iterator[Callable[..., Crew]]:
    """Make a crew; whoever is left of it is killed after the test, before the broker goes."""
    crews: list[Crew] = []

    def make(bootstrap: str, **facts: object) -> Crew:
        crew = Crew(directory=tmp_path, bootstrap=bootstrap, **facts)  # type: ignore[arg-type]
        crews.append(crew)
        return crew

    yield make
    for crew in crews:
        crew.dismiss()
