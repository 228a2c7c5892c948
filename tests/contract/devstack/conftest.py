"""A Kafka that these tests may stop and kill: not the one that the rest of the suite shares."""

import os
from collections.abc import Iterator

import pytest

from devstack import KafkaServer, KafkaUnavailableError


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """Real Kafka; without it a skip, or a failure where REQUIRE_KAFKA is set."""
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    try:
        server.start()
    except KafkaUnavailableError as error:
        if os.environ.get("REQUIRE_KAFKA"):
            raise
        pytest.skip(f"Not tested with real Kafka. {error}")
    with server:
        yield server
