"""The rights that each role needs, and the table in the documents that is made of them."""

import pytest

from agents.rights import KAFKA_ROLES, KafkaRole, rights_of
from agents.topics import Topics
from tools.make_rights_table import PAGE, rights_table

TOPICS = Topics("sealstream.")


def test_the_documents_have_the_table_of_the_code() -> None:
    assert rights_table() in PAGE.read_text(encoding="utf-8"), "type: python -m tools.make_rights_table"


@pytest.mark.parametrize("role", list(KAFKA_ROLES))
def test_only_who_decides_about_what_is_held_may_write_reviews(role: KafkaRole) -> None:
    writes = {right.name for right in rights_of(role, TOPICS, "g") if right.operation == "Write"}
    assert (TOPICS.reviews in writes) == (role in {"reviewer", "console"})


def test_nobody_who_reviews_or_keeps_the_other_sets_says_who_may_review() -> None:
    writes = [
        role
        for role in KAFKA_ROLES
        if f"Write on the topic {TOPICS.operators}" in map(str, rights_of(role, TOPICS, "g"))
    ]
    assert writes == ["administrator"]


def test_a_worker_that_asks_recognisers_reads_no_manifests() -> None:
    alone = set(rights_of("worker", TOPICS, "g"))
    asking = set(rights_of("worker", TOPICS, "g", asks_recognisers=True))
    assert {str(right) for right in alone - asking} == {"Read on the topic sealstream.manifests"}
