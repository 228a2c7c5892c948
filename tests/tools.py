"""Programs of others that tests ask: where one is missing, the test says so, and fails where it must not be."""

import os
import shutil

import pytest
import typst

__all__ = ["need", "need_font"]


def need(*programs: str) -> None:
    """Skip the test where a program is not installed; fail it where REQUIRE_TOOLS says that all are."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        _not_there(", ".join(missing))


def need_font(family: str) -> None:
    """The same for a font of the system."""
    if family not in typst.Fonts().families():
        _not_there(f"the font {family}")


def _not_there(what: str) -> None:
    told = f"NOTHING was checked: {what} is not installed"
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(told)
    pytest.skip(told)
