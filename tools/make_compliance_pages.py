"""Writes docs/compliance.md and docs/compliance.zh.md: the laws article by article, with what the packs say of them.

python -m tools.make_compliance_pages
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.policy.compliance import render
from pipeline.policy.pack_files import load_packs
from pipeline.policy.words import Language

__all__ = ["PAGES"]

_DOCS: Final = Path(__file__).parents[1] / "docs"

PAGES: Final[Mapping[Language, Path]] = {"en": _DOCS / "compliance.md", "zh": _DOCS / "compliance.zh.md"}


def main() -> None:
    """Write the pages."""
    for language, page in PAGES.items():
        page.write_text(render(load_packs(), language), encoding="utf-8")


if __name__ == "__main__":
    main()
