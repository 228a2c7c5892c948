"""Programs of others that tests ask: where one is missing, the test says so, and fails where it must not be."""

import os
import shutil

import pytest

__all__ = ["need"]


def need(*programs: str) -> None:
    """Skip the test where a program is not installed; fail it where REQUIRE_TOOLS says that all are."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        told = f"NOTHING was checked: {', '.join(missing)} is not installed"
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(told)
        pytest.skip(told)
