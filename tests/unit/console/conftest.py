"""A real PostgreSQL server for read models, started once where Debian's package is installed."""

import os
from collections.abc import Iterator

import pytest

from tests.unit.console.databases import NoPostgresError, PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server; without one a skip, or a failure where REQUIRE_TOOLS is set."""
    try:
        server = PostgresServer()
    except NoPostgresError as error:
        (pytest.fail if os.environ.get("REQUIRE_TOOLS") else pytest.skip)(str(error))
    try:
        yield server
    finally:
        server.stop()
