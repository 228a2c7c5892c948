"""Writes docs/compliance.md and docs/compliance.zh.md: the laws article by article, with what the packs say of them.

    python -m tools.make_compliance_pages

Each thing that the product is said to do names the tests that exercise it, and no page is made where one is missing.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.policy.compliance import UnprovedError, render
from pipeline.policy.pack_files import load_packs
from pipeline.policy.words import Language
from tools.compliance_proofs import missing_tests, proofs_of

__all__ = ["PAGES", "pages"]

_DOCS: Final = Path(__file__).parents[1] / "docs"

PAGES: Final[Mapping[Language, Path]] = {"en": _DOCS / "compliance.md", "zh": _DOCS / "compliance.zh.md"}


def pages() -> dict[Language, str]:
    """The pages by language, with their proofs.

    Raises:
        UnprovedError: an article says something that no test exercises, or names a test that is not collected.
    """
    packs = load_packs()
    proofs = proofs_of(packs)
    missing = missing_tests(test for words in proofs.values() for tests in words.values() for test in tests)
    if missing:
        raise UnprovedError(f"These tests are named as proofs and are not collected: {', '.join(missing)}.")
    return {language: render(packs, language, proofs) for language in PAGES}


def main() -> None:
    """Write the pages."""
    try:
        made = pages()
    except UnprovedError as error:
        sys.exit(str(error))
    for language, page in PAGES.items():
        page.write_text(made[language], encoding="utf-8")


if __name__ == "__main__":
    main()
