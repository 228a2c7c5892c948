"""A clock that cannot run is refused when its pack is read, with file, line and reason."""

from pathlib import Path

import pytest

from pipeline.errors import OperatorError
from pipeline.policy.pack_files import read_pack

PACK = """\
pack: test-law
version: 1.0.0
title: A law
jurisdiction: CN
articles:
  - article: "1"
    duty: Answer.
    binds: [provider]
    product: [detects]
    how: A clock runs.
rules:
  - id: test.rule
    article: "1"
    kind: test-rule
    binds: [provider]
    on: [complaint.updated]
    must: "!complaint.overdue"
    severity: low
    action: alert
    on_unknown: alert
    valid_from: 2026-01-01
    citation: A law, Art. 1
    text: Late.
    remedy: Answer.
clocks:
  - id: test.clock
    article: "1"
    kind: complaint-overdue
    binds: [provider]
    on: complaint
    starts: complaint.received_at
    ends: [complaint.answered_at]
    length: PT3H
    severity: medium
    valid_from: 2026-01-01
    citation: A law, Art. 1
    text: Late.
    remedy: Answer.
    document: The answer.
"""


def test_a_clock_that_can_run_is_taken(tmp_path: Path) -> None:
    (path := tmp_path / "law.yaml").write_text(PACK)
    (clock,) = read_pack(path).clocks
    assert (clock.length, clock.warn, clock.basis) == ("PT3H", (), "read")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("starts: complaint.received_at", "starts: complaint.recieved_at", "there is no fact complaint.recieved_at"),
        ("starts: complaint.received_at", "starts: complaint.id", "complaint.id is no instant"),
        ("length: PT3H", "length: P10BD", "working days are counted by a calendar"),
        ("length: PT3H", "length: PT3H\n    calendar: CN", "a calendar is for lengths in working days"),
        ("length: PT3H", "length: P10BD\n    calendar: FR", "there is no calendar FR"),
        ("length: PT3H", "length: published", "a clock has a fact that says until when"),
        ("length: PT3H", "length: three hours", "clocks.0.length"),
        ("length: PT3H", "length: PT3H\n    warn: [80%, 50%]", "warnings rise"),
        ("length: PT3H", "length: PT3H\n    time_zone: Asia/Atlantis", "is no IANA time zone"),
        ("length: PT3H", "length: PT3H\n    valid_to: 2025-01-01", "the clock ends before it begins"),
        ("length: PT3H", "length: PT3H\n    when: complaint.urgent == 3", "clocks.0.when"),
        ("on: complaint\n", "on: question\n", "clocks.0.on"),
        ("id: test.clock", "id: test.rule", "a rule of the pack has the id test.rule"),
    ],
)
def test_a_clock_that_cannot_run_is_refused_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    (path := tmp_path / "law.yaml").write_text(PACK.replace(old, new))
    with pytest.raises(OperatorError, match=told) as caught:
        read_pack(path)
    assert "law.yaml:" in caught.value.what
