"""The rights that each role needs, and the table in the documents that is made of them."""

from pathlib import Path

import pytest

from agents.rights import ROLES, Role, rights_of
from agents.topics import Topics

TOPICS = Topics("sealstream.")
SHORT = {"Read": "R", "Write": "W", "Create": "C", "Describe": "D", "DescribeConfigs": "DC", "AlterConfigs": "AC"}


def table() -> str:
    """The table as it is in the documents."""
    rows = [f"| | {' | '.join(ROLES)} |", f"|---|{'---|' * len(ROLES)}"]
    names = [("topic", plan.name) for plan in TOPICS.plans()] + [("group", "sealstream")]
    for resource, name in names:
        cells = [" ".join(cell(role, resource, name)) for role in ROLES]
        shown = f"`{name.removeprefix('sealstream.')}`" if resource == "topic" else "consumer group"
        rows.append(f"| {shown} | {' | '.join(cells)} |")
    return "\n".join(rows)


def cell(role: Role, resource: str, name: str) -> list[str]:
    rights = [one for one in rights_of(role, TOPICS, "sealstream") if (one.resource, one.name) == (resource, name)]
    return [SHORT[one.operation] if one.needed else f"({SHORT[one.operation]})" for one in rights]


def test_the_documents_have_the_table_of_the_code() -> None:
    said = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert table() in said, table()


@pytest.mark.parametrize("role", list(ROLES))
def test_only_who_decides_about_what_is_held_may_write_reviews(role: Role) -> None:
    writes = {one.name for one in rights_of(role, TOPICS, "g") if one.operation == "Write"}
    assert (TOPICS.reviews in writes) == (role == "reviewer")


def test_nobody_who_reviews_or_keeps_the_other_sets_says_who_may_review() -> None:
    writes = [
        role for role in ROLES if f"Write on the topic {TOPICS.operators}" in map(str, rights_of(role, TOPICS, "g"))
    ]
    assert writes == ["administrator"]


def test_a_worker_that_asks_recognisers_reads_no_manifests() -> None:
    alone = set(rights_of("worker", TOPICS, "g"))
    asking = set(rights_of("worker", TOPICS, "g", asks_recognisers=True))
    assert {str(one) for one in alone - asking} == {"Read on the topic sealstream.manifests"}
