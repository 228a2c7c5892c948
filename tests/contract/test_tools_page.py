"""docs/tools.md is made of what was measured, and what was measured is what is tried."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from tests.media.exhibits import EXHIBITS
from tests.outsiders.page import ADVICE, Advice, render
from tests.outsiders.table import HERE, attempts, measured, tools

ROOT = Path(__file__).parents[2]
WRITE_ANEW = "write it anew: python -m tools.make_tools_page"


def packages(name: str) -> set[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_the_page_is_what_was_measured() -> None:
    assert (ROOT / "docs" / "tools.md").read_text(encoding="utf-8") == render(measured()), WRITE_ANEW


def test_everything_that_is_tried_was_measured_and_nothing_else() -> None:
    assert list(measured().rows) == [attempt.key for attempt in attempts()], "measure anew: make outsiders"
    assert list(measured().versions) == list(tools())
    assert set(measured().formats) == {attempt.format for attempt in attempts()}
    assert date.fromisoformat(measured().date) >= date(2026, 11, 29)


def test_two_dozen_tools_and_every_format_are_there() -> None:
    assert len(tools()) >= 25
    assert set(measured().formats) == set(EXHIBITS)


def test_what_every_run_repeats_is_most_of_it() -> None:
    assert sum(attempt.ci for attempt in attempts()) > len(attempts()) / 2


def test_the_packages_of_all_tools_are_listed_and_large_ones_apart() -> None:
    wanted: dict[bool, set[str]] = {True: set(), False: set()}
    for tool in tools().values():
        wanted[tool.ci] |= {*tool.more_debian, *([] if tool.debian is None else [tool.debian])}
    assert packages("packages.txt") == wanted[True]
    assert packages("packages-more.txt") == wanted[False] - wanted[True]


def test_what_does_not_come_from_debian_is_pinned() -> None:
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    pinned = {
        "npm": set(json.loads(lock)["packages"][""]["dependencies"]),
        "cargo": set(
            re.findall(r"^(\w+)=[\d.]+$", (HERE / "install_others").read_text(encoding="utf-8"), re.MULTILINE)
        ),
        "python": set(
            re.findall(r"^([\w-]+)==", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
        ),
    }
    pinned["python"].add("pillow")  # It is pinned with everything that the product needs.
    for registry, names in pinned.items():
        assert {found for tool in tools().values() if (found := getattr(tool, registry))} == names
    assert "resolved" not in lock


@pytest.mark.parametrize("advice", ADVICE, ids=lambda advice: advice.use)
def test_advice_is_true_of_every_format_that_it_is_given_for(advice: Advice) -> None:
    for format_ in advice.formats:
        labels = {
            attempt.operation.name: measured().rows[attempt.key].label
            for attempt in attempts()
            if attempt.format == format_
        }
        assert labels[advice.use] == "kept", format_
        assert labels[advice.instead_of] in ("gone", "unreadable"), format_
