"""Many hashes at once: each is what the library says of its piece alone."""

import random

import numpy as np
import pytest
import xxhash

from pipeline.fingerprints.hashing import hashes_of_pieces


@pytest.mark.parametrize("number", [20, 5000])
@pytest.mark.parametrize("longest", [3, 15, 16, 17, 40])
def test_each_piece_has_the_hash_that_the_library_says(longest: int, number: int) -> None:
    source = random.Random(longest)
    text = source.randbytes(1000)
    begins = [source.randrange(1000 - longest) for _ in range(number)]
    ends = [begin + source.randint(0, longest) for begin in begins]
    hashes = hashes_of_pieces(text, np.array(begins, np.int64), np.array(ends, np.int64))
    assert hashes.tolist() == [xxhash.xxh32_intdigest(text[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def test_of_no_piece_there_is_no_hash() -> None:
    assert hashes_of_pieces(b"", np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []
