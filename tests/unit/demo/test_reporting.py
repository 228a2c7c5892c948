"""The report at the end of the demo: where it lies and what is said of its seal, or in one line what is missing."""

from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from agents.demo.reporting import CommandRunner, report_lines
from pipeline.errors import BugError

TODAY = date(2026, 11, 29)
INSPECTED = '{"file": "incident-report.pdf", "credential": "valid", "trust": "trusted", "decision": "allow"}'


def ending(code: int, *, says: str = "", asked: list[tuple[str, ...]] | None = None) -> CommandRunner:
    """A program of which every command ends with a code."""

    def run(*arguments: object) -> CompletedProcess[str]:
        if asked is not None:
            asked.append(tuple(map(str, arguments)))
        return CompletedProcess(arguments, code, stdout=INSPECTED, stderr=says)

    return run


def test_the_file_is_named_with_what_is_said_of_its_seal(tmp_path: Path) -> None:
    first, second = report_lines(tmp_path, TODAY, TODAY, ending(0))
    assert first.endswith(str(tmp_path / "incident-report.pdf"))
    assert second.endswith("credential valid, trusted")


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    missing = "sealstream: The font is not on this system.\nInstall it.\n"
    assert list(report_lines(tmp_path, TODAY, TODAY, ending(2, says=missing))) == [
        "No report: sealstream: The font is not on this system. Install it."
    ]


def test_a_demo_over_midnight_is_a_report_about_both_days(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []
    list(report_lines(tmp_path, date(2026, 11, 28), TODAY, ending(0, asked=asked)))
    assert "2026-11-28..2026-11-29" in asked[0]


def test_another_end_is_no_reason_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(BugError, match="ended with 70: it broke"):
        list(report_lines(tmp_path, TODAY, TODAY, ending(70, says="it broke")))
