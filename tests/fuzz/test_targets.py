"""What is fuzzed takes its seeds, and ten dozen broken ones each; `make fuzz` goes on from there."""

import random

import pytest

from tests.fuzz.targets import TARGETS


def broken(body: bytes, chance: random.Random) -> bytes:
    """A seed with some of it cut, doubled, or changed."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        place, length = chance.randrange(len(changed) + 1), chance.randint(1, 16)
        piece = changed[place : place + length]
        changed[place : place + length] = chance.choice((b"", bytes(piece) * 2, chance.randbytes(length), b"\xff" * 4))
    return bytes(changed)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_fuzzed_takes_its_seeds_and_broken_ones(name: str) -> None:
    target, chance = TARGETS[name], random.Random(name)
    seeds = target.seeds()
    assert seeds
    for body in seeds[:12]:
        target.run(body)
    for _ in range(120):
        target.run(broken(chance.choice(seeds), chance))
