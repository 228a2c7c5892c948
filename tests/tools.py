"""Programs of others that tests ask: where one is missing, the test says so, and fails where it must not be."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["alone", "need"]

CACHE = Path(__file__).parents[1] / ".cache"


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Keep other processes out while this one installs something where all of them look for it.

    Marks of pytest-xdist that keep tests in one process are not enough: 3.8.0 does not see them with pytest 9.2.
    """
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def need(*programs: str) -> None:
    """Skip the test where a program is not installed; fail it where REQUIRE_TOOLS says that all are."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        told = f"NOTHING was checked: {', '.join(missing)} is not installed"
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(told)
        pytest.skip(told)
