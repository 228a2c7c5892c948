"""Citations on a line of the demo: short, and still saying which law and which article."""

import pytest

from agents.demo.citations import short_citation
from pipeline.policy.pack_files import load_packs
from pipeline.policy.words import chosen

WIDTH = 36
"""More would leave no room for the message on 80 columns."""

CITED = sorted({chosen(rule.citation) for pack in load_packs() for rule in pack.rules})


@pytest.mark.parametrize("citation", CITED)
def test_every_citation_of_the_packs_fits_beside_its_message(citation: str) -> None:
    assert 0 < len(short_citation(citation)) <= WIDTH


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.name)
def test_articles_that_are_different_stay_different(pack: object) -> None:
    articles: dict[str, set[str]] = {}
    for rule in pack.rules:  # type: ignore[attr-defined]
        citation = chosen(rule.citation)
        if citation.startswith(("Good practice", "C2PA 2.4", "CAWG")):
            continue
        articles.setdefault(short_citation(citation), set()).add(rule.article.partition(" ")[0])

    assert {short: found for short, found in articles.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("citation", "short"),
    [
        ("CAC, MIIT and MPS Order No. 12 (Deep Synthesis Provisions), Art. 9", "CN Deep Synthesis Art. 9"),
        ("GB 45438-2025, cl. 5.4; Labeling Measures, Art. 4(4)", "CN GB 45438 cl. 5.4"),
        ("Cal. Bus. & Prof. Code § 22757.3(b) (SB 942, AB 853)", "Cal. BPC § 22757.3(b)"),
        ("A law that nobody thought of, Art. 1", "A law that nobody thought of Art. 1"),
        (None, ""),
    ],
)
def test_a_citation_says_law_and_article(citation: str | None, short: str) -> None:
    assert short_citation(citation) == short
