"""docs/performance.md is made of what was measured."""

from pathlib import Path

import msgspec

from bench.page import performance_page
from bench.results import Figures

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_was_measured() -> None:
    figures = msgspec.json.decode((DOCS / "performance" / "figures.json").read_bytes(), type=Figures)
    assert (DOCS / "performance.md").read_text(encoding="utf-8") == performance_page(figures), (
        "write it anew: python -m bench --none --json docs/performance/figures.json --page docs/performance.md"
    )
