"""The document of all articles."""

from pipeline.policy.compliance import render
from pipeline.policy.obligations import PROVISIONS
from tests.unit.policy.small_packs import article, pack, rule


def table(document: str, title: str) -> list[list[str]]:
    """The cells of a law's table, without its head."""
    section = document.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def test_a_row_says_who_is_bound_to_what_and_what_is_done_and_left() -> None:
    law = pack(
        rule("small.one"),
        rule("small.two", basis="secondary"),
        rule("small.three", basis="memory"),
        articles=(
            article(
                "9", binds=("provider", "app_store"), product=("enforces", "records"), left_to_people="The rest of it."
            ),
        ),
    )
    assert table(render((law,)), "A small law") == [
        [
            "9",
            "Duty 9.",
            "provider, app store",
            "**enforces, records**: How 9.",
            "`small.one`<br>`small.two` †<br>`small.three` ‡",
            "The rest of it.",
        ]
    ]


def test_an_article_without_rules_or_remainder_says_so() -> None:
    (cells,) = table(render((pack(articles=(article("8"),)),)), "A small law")
    assert cells[-2:] == ["none", "nothing"]


def test_no_text_breaks_its_row() -> None:
    law = pack(articles=(article("9", duty="First line,\nsecond | line.", how="a || b"),))
    document = render((law,))
    assert "| 9 | First line, second \\| line. | provider | **enforces**: a \\|\\| b | none | nothing |" in document


def test_the_provisions_come_first_and_the_others_in_their_order() -> None:
    packs = [pack(articles=(article("1"),), name=name, title=name) for name in ("a-law", PROVISIONS, "z-law")]
    titles = [line.removeprefix("## ") for line in render(packs).splitlines() if line.startswith("## ")]
    assert titles == [PROVISIONS, "a-law", "z-law", "What no pipeline can decide"]


def test_a_law_says_what_it_is_where_it_holds_and_since_when() -> None:
    law = pack(rule("small.one"), source="https://law.example/small", jurisdiction="*", except_in=("CN", "EU"))
    assert (
        "`small-law` 1.0.0; jurisdiction: everywhere, except CN, EU; first rule in force: 2023-01-10 (Asia/Shanghai); "
        "source: <https://law.example/small>."
    ) in render((law,))
