"""docs/compliance.md says what the packs say: article by article, rule by rule."""

import re
from pathlib import Path

from pipeline.policy.compliance import render
from pipeline.policy.obligations import PROVISIONS
from pipeline.policy.pack_files import load_packs, shipped_pack
from pipeline.policy.words import chosen

DOCUMENT = Path(__file__).parents[2] / "docs" / "compliance.md"


def rows_of(title: str) -> list[str]:
    """The rows of a law's table, without its head."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


def test_the_document_is_what_the_packs_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(load_packs()), (
        "the packs changed; write it anew: sealstream policy compliance > docs/compliance.md"
    )


def test_every_article_of_the_provisions_from_6_to_21_has_its_row() -> None:
    there = {re.match(r"\| (\d+)", row).group(1) for row in rows_of(chosen(shipped_pack(PROVISIONS).title))}  # type: ignore[union-attr]
    assert {str(number) for number in range(6, 22)} <= there


def test_every_rule_is_named_in_the_row_of_its_article() -> None:
    for pack in load_packs():
        rows = {row.split(" | ")[0].removeprefix("| ").rstrip(" †‡"): row for row in rows_of(chosen(pack.title))}
        for rule in pack.rules:
            assert f"`{rule.id}`" in rows[rule.article]


def test_every_row_says_what_the_product_does_and_what_is_left_to_people() -> None:
    for pack in load_packs():
        rows = rows_of(chosen(pack.title))
        assert len(rows) == len(pack.articles)
        for row in rows:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            assert len(cells) == 6
            assert all(cells)
            assert re.match(r"\*\*(enforces|marks|detects|records|reports|people)\b", cells[3])
