"""A fingerprint is an ISCC Content-Code of 256 bits; the ISCC library is the witness."""

from typing import get_args

import iscc_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import NEAR, Fingerprint, Kind

SUBTYPES = {
    "text": iscc_core.ST_CC.TEXT,
    "image": iscc_core.ST_CC.IMAGE,
    "audio": iscc_core.ST_CC.AUDIO,
    # Not the standard's Video-Code: it is made of pictures, as mixed content is.
    "video": iscc_core.ST_CC.MIXED,
}
KINDS = st.sampled_from(get_args(Kind))
DIGESTS = st.binary(min_size=32, max_size=32)


def witness(digest: bytes, subtype: int, bits: int = 256) -> str:
    component = iscc_core.encode_component(iscc_core.MT.CONTENT, subtype, iscc_core.VS.V0, bits, digest)
    return f"ISCC:{component}"


@given(KINDS, DIGESTS)
def test_its_code_is_the_one_that_the_standard_writes_and_is_read_back(kind: Kind, digest: bytes) -> None:
    fingerprint = Fingerprint.of(kind, digest)
    assert fingerprint.code == witness(digest, SUBTYPES[kind])
    assert fingerprint.digest == digest
    assert fingerprint.bits == 256
    assert Fingerprint.parse(fingerprint.code) == fingerprint


@given(KINDS, DIGESTS, DIGESTS)
def test_distances_are_those_of_the_standard(kind: Kind, digest: bytes, other: bytes) -> None:
    codes = Fingerprint.of(kind, digest), Fingerprint.of(kind, other)
    assert codes[0].distance(codes[1]) == iscc_core.iscc_distance_bytes(digest, other)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "ISCC:",
        "nothing of the kind",
        witness(bytes(32), iscc_core.ST_CC.VIDEO),
        witness(bytes(32), iscc_core.ST_CC.TEXT, bits=64),
        witness(bytes(32), iscc_core.ST_CC.TEXT).lower(),
        witness(bytes(32), iscc_core.ST_CC.TEXT).removeprefix("ISCC:"),
        witness(bytes(32), iscc_core.ST_CC.TEXT)[:-1] + "B",
        witness(bytes(32), iscc_core.ST_CC.TEXT) + "A",
        "ISCC:\N{FULLWIDTH LATIN CAPITAL LETTER A}AAA",
    ],
)
def test_other_codes_and_other_ways_to_write_one_are_none(code: str) -> None:
    assert Fingerprint.parse(code) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = Fingerprint.parse(text)
    assert found is None or found.code == text


def test_near_is_far_from_chance() -> None:
    assert set(NEAR) == set(get_args(Kind))
    assert max(NEAR.values()) <= 256 // 8
