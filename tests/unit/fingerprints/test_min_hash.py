"""MinHash: what the standard's formula says, also where the quick way is none."""

import random

import numpy as np
import pytest

from pipeline.fingerprints.min_hash import FACTORS, SUMMANDS, min_hash

PERMUTATIONS = list(zip(FACTORS.tolist(), SUMMANDS.tolist(), strict=True))


def by_formula(features: list[int]) -> bytes:
    """(a x + b) mod 2^64 mod (2^61 - 1), the lower 32 bits; of the smallest, the lowest bit of each, then the next."""
    smallest = [
        min(((factor * feature + summand) % 2**64 % (2**61 - 1)) % 2**32 for feature in features)
        for factor, summand in PERMUTATIONS
    ]
    bits = [value >> bit & 1 for bit in range(4) for value in smallest]
    return bytes(int("".join(map(str, bits[place : place + 8])), 2) for place in range(0, len(bits), 8))


@pytest.mark.parametrize("number", [1, 2, 48, 3000])
def test_the_smallest_values_are_those_of_the_formula(number: int) -> None:
    source = random.Random(number)
    features = [source.randrange(2**32) for _ in range(number)]
    assert min_hash(np.array(features, np.uint32)) == by_formula(features)


@pytest.mark.parametrize("number", [1, 40])
@pytest.mark.parametrize("nearly", [*range(-9, 10)])
def test_what_the_upper_bits_add_is_not_lost_where_32_bits_end(nearly: int, number: int) -> None:
    """Of each permutation that can be inverted, there is a feature that comes out so near to 0 by its lower bits."""
    near = [(nearly - summand) * pow(factor, -1, 2**32) % 2**32 for factor, summand in PERMUTATIONS if factor % 2]
    features = [*near[:number], *near[:1]]
    assert min_hash(np.array(features, np.uint32)) == by_formula(features)


def test_no_feature_is_permuted_to_the_prime_or_beyond() -> None:
    """So the rest of dividing by it needs no more than an addition; see `min_hash`."""
    prime, seven = 2**61 - 1, 7
    for factor, summand in zip(FACTORS.tolist(), SUMMANDS.tolist(), strict=True):
        # The rest is the lower 61 bits and at most seven: it can only reach the prime from one of these.
        for lower in range(prime - seven, prime + 1):
            feature = (lower - summand) * pow(factor, -1, 2**61) % 2**61
            assert feature >= 2**32
