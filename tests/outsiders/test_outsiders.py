"""What other people's tools do to sealed files is what docs/tools.md says; `make outsiders` tries the slow ones."""

import pytest

from tests.outsiders.running import before, needed, tried, version_of
from tests.outsiders.table import Attempt, attempts, measured, tools
from tests.tools import need

REPEATED = [attempt for attempt in attempts() if attempt.ci]
FORMATS = sorted({attempt.format for attempt in REPEATED})
WRITE_ANEW = "write it anew with `make outsiders`, and look at what differs"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_sealed_file_has_what_the_page_says(format_: str) -> None:
    need("exiftool")
    assert before(format_) == measured().formats[format_], WRITE_ANEW


@pytest.mark.parametrize("attempt", REPEATED, ids=lambda attempt: attempt.key)
def test_a_tool_does_to_it_what_the_page_says(attempt: Attempt) -> None:
    tool = tools()[attempt.tool]
    need("exiftool", *needed(tool))
    then, now = measured().versions[attempt.tool], version_of(tool)
    assert tried(attempt) == measured().rows[attempt.key], f"{attempt.tool} {now}; measured with {then}: {WRITE_ANEW}"
