"""The laws article by article and what the product does about each, as Markdown for people who answer for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from pipeline.policy.compliance_words import FRAMES, PageWords
from pipeline.policy.obligations import PROVISIONS
from pipeline.policy.pack import EVERYWHERE, Article, ClockRule, Pack, Product, Rule
from pipeline.policy.words import ENGLISH, Language, chosen

__all__ = ["Proofs", "UnprovedError", "render"]

Proofs: TypeAlias = Mapping[tuple[str, str], Mapping[Product, Sequence[str]]]
"""The tests that exercise what is said of an article, by pack and article: for each word, ids of tests."""

_BASIS: Final = {"read": "", "secondary": " †", "memory": " ‡"}


class UnprovedError(ValueError):
    """The document would say something that no test exercises."""


def render(packs: Sequence[Pack], language: Language = ENGLISH, proofs: Proofs | None = None) -> str:
    """The document for these packs, the Deep Synthesis Provisions first.

    Args:
        packs: the laws.
        language: what it is written in; a pack without words in it keeps its English.
        proofs: the tests behind what is said of articles; without it no column of proofs is shown.

    Raises:
        UnprovedError: an article says that the product does something, and no proof of that is there.
    """
    ordered = sorted(packs, key=lambda pack: pack.name != PROVISIONS)
    frame = FRAMES[language]
    return "\n".join((frame.head, *(_law(pack, language, frame, proofs) for pack in ordered), frame.tail))


def _law(pack: Pack, language: Language, frame: PageWords, proofs: Proofs | None) -> str:
    where = frame.everywhere if pack.jurisdiction == EVERYWHERE else pack.jurisdiction
    if pack.except_in:
        where += f"{frame.except_in}{frame.comma.join(pack.except_in)}"
    facts = [f"`{pack.name}` {pack.version}", f"{frame.jurisdiction}{frame.colon}{where}"]
    if pack.rules:
        first = min(rule.valid_from for rule in pack.rules)
        facts.append(f"{frame.first_rule}{frame.colon}{first} ({pack.time_zone})")
    if pack.source:
        facts.append(f"{frame.source}{frame.colon}<{pack.source}>")
    columns = frame.columns if proofs is not None else frame.columns[:-1]
    rows = (_row(pack, article, language, frame, proofs) for article in pack.articles)
    return (
        f"## {chosen(pack.title, language)}\n\n{frame.semicolon.join(facts)}{frame.stop}\n\n"
        f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n{''.join(rows)}"
    )


def _row(pack: Pack, article: Article, language: Language, frame: PageWords, proofs: Proofs | None) -> str:
    named: list[Rule | ClockRule] = [rule for rule in pack.rules if rule.article == article.article]
    named += [clock for clock in pack.clocks if clock.article == article.article]
    does = frame.comma.join(frame.product[word] for word in article.product)
    cells = [
        f"{article.article}{_BASIS[article.basis]}",
        chosen(article.duty, language),
        frame.comma.join(frame.binds[bound] for bound in article.binds) or frame.nobody,
        f"**{does}**{frame.colon}{chosen(article.how, language)}",
        _ids(named) or frame.none,
        chosen(article.left_to_people, language) or frame.nothing,
    ]
    if proofs is not None:
        cells.append(_proof(pack, article, frame, proofs.get((pack.name, article.article), {})) or frame.nothing)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |\n"


def _ids(named: Iterable[Rule | ClockRule]) -> str:
    return "<br>".join(f"`{rule.id}`{_BASIS[rule.basis]}" for rule in named)


def _proof(pack: Pack, article: Article, frame: PageWords, proofs: Mapping[Product, Sequence[str]]) -> str:
    parts = []
    for word in article.product:
        if word == "people":
            continue
        if not proofs.get(word):
            raise UnprovedError(f"{pack.name}, article {article.article}, says {word!r}, and names no test for it.")
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in proofs[word])
        parts.append(f"{frame.product[word]}{frame.colon}{tests}")
    return "<br>".join(parts)


def _cell(text: str) -> str:
    """One line, with nothing in it that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")
