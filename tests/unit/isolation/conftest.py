"""Pools over the hostile child, and pools over the real one with a development chain."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.isolation import WorkerPool
from pipeline.isolation.jobs import ExtractJob

Act = Callable[[WorkerPool, str], str]
MakePool = Callable[..., WorkerPool]

HOSTILE = (sys.executable, str(Path(__file__).parent / "hostile_child.py"))


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def make_pool() -> Iterator[MakePool]:
    """Pools over the hostile child; closed at the end of the test."""
    with ExitStack() as pools:

        def make(**changes: object) -> WorkerPool:
            stated: dict[str, object] = {
                "size": 1,
                "memory_bytes": 512 * 2**20,
                "seconds": 30.0,
                "command": HOSTILE,
            }
            return pools.enter_context(WorkerPool(**(stated | changes)))  # type: ignore[arg-type]

        yield make


@pytest.fixture(scope="session")
def act() -> Act:
    """Have a pool's child do what an asset says; see `hostile_child`."""

    def act(pool: WorkerPool, asset: str) -> str:
        return (pool.run(ExtractJob(asset=asset.encode(), media_type="text/plain")) or b"").decode()

    return act
