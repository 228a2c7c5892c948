"""What a lawful event needs beside its asset: the bar, and the figures."""

import pytest

from tests.law.asking import PLACES, needed

GENERATION, SEALED, PHOTO = "generation", "publication of what was sealed", "publication of a photo by a person"


@pytest.mark.parametrize("place", PLACES)
def test_little_is_asked_of_who_keeps_the_law(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    facts = {need.what: need.facts for need in needed(place)}
    with capsys.disabled():
        for what, names in facts.items():
            print(f"\nfacts needed in {place}, {what}: {len(names)} {', '.join(names)}", end="")
    assert len(facts[SEALED]) <= (3 if place == "CN" else 0)
    assert facts[PHOTO] == (("user.identity.status", "user.identity.method") if place == "CN" else ())
    assert len(facts[GENERATION]) <= 5
