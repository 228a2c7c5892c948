"""docs/compliance.md says what the packs say: article by article, rule by rule."""

import re

import pytest

from pipeline.policy.compliance import UnprovedError, render
from pipeline.policy.obligations import PROVISIONS
from pipeline.policy.pack_files import load_packs, shipped_pack
from pipeline.policy.words import Language, chosen
from tools.compliance_proofs import missing_tests, proofs_of, written_proofs
from tools.make_compliance_pages import PAGES, pages

DOCUMENT = PAGES["en"]


def rows_of(title: str) -> list[str]:
    """The rows of a law's table, without its head."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


@pytest.fixture(scope="module")
def made() -> dict[Language, str]:
    return pages()


@pytest.mark.parametrize("language", PAGES)
def test_the_documents_are_what_the_packs_say_and_tests_exercise(language: Language, made: dict[Language, str]) -> None:
    assert PAGES[language].read_text(encoding="utf-8") == made[language], (
        "packs or proofs changed; write it anew: python -m tools.make_compliance_pages"
    )


def test_a_test_that_is_not_collected_is_missing() -> None:
    there = "tests/unit/policy/test_promises.py::test_a_breach_stops_it"
    assert missing_tests([there, f"{there}[no.such-rule]", "tests/contract/test_compliance.py::test_none"]) == [
        "tests/contract/test_compliance.py::test_none",
        f"{there}[no.such-rule]",
    ]


def test_no_page_says_what_no_test_exercises() -> None:
    packs = load_packs()
    proofs = {**proofs_of(packs), (PROVISIONS, "16"): {"marks": ()}}
    with pytest.raises(UnprovedError, match=f"{PROVISIONS}, article 16, says 'marks', and names no test for it"):
        render(packs, "en", proofs)


def test_what_is_written_down_as_a_proof_is_of_something_that_an_article_says() -> None:
    said = {
        (pack.name, article.article, word)
        for pack in load_packs()
        for article in pack.articles
        for word in article.product
    }
    assert written_proofs().keys() <= said


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
            assert len(cells) == 7
            assert all(cells)
            assert re.match(r"\*\*(enforces|marks|detects|records|reports|people)\b", cells[3])
