"""Image-Codes are read, written and compared as ISO 24138 has them; the ISCC library is the witness."""

import iscc_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import ImageCode, is_picture

LENGTHS = st.sampled_from(range(32, 257, 32))
CODES = st.builds(
    lambda bits, body: ImageCode(bits=bits, body=body >> (256 - bits)), LENGTHS, st.integers(0, 2**256 - 1)
)


def as_the_library_writes_it(bits: int, digest: bytes, kind: int = iscc_core.ST_CC.IMAGE) -> str:
    return "ISCC:" + iscc_core.encode_component(iscc_core.MT.CONTENT, kind, iscc_core.VS.V0, bits, digest)


def is_canonical_to_the_library(text: str) -> bool:
    try:
        return bool(iscc_core.iscc_validate(text)) and iscc_core.iscc_normalize(text) == text
    except ValueError:
        return False


@given(CODES)
def test_a_code_is_written_as_the_library_writes_it(code: ImageCode) -> None:
    assert code.text == as_the_library_writes_it(code.bits, code.body.to_bytes(code.bits // 8, "big"))
    assert iscc_core.iscc_validate(code.text)


@given(CODES)
def test_what_was_written_is_read(code: ImageCode) -> None:
    assert ImageCode.parse(code.text) == code


@given(LENGTHS, st.binary(min_size=32, max_size=32), st.sampled_from([s for s in iscc_core.ST_CC if s.name != "IMAGE"]))
def test_codes_of_other_media_are_no_image_codes(bits: int, digest: bytes, kind: int) -> None:
    assert ImageCode.parse(as_the_library_writes_it(bits, digest, kind)) is None


@given(st.one_of(st.text(max_size=70), st.from_regex("ISCC:EE[A-Z2-7]{0,60}", fullmatch=True)))
def test_whatever_else_is_read_is_none_or_canonical(text: str) -> None:
    code = ImageCode.parse(text)
    assert code is None or code.text == text
    if code is None and text.startswith("ISCC:EE"):
        assert not is_canonical_to_the_library(text)


@pytest.mark.parametrize("text", ["", "ISCC:", "EEA4GQZQTY6J5DTH", "iscc:EEA4GQZQTY6J5DTH", "ISCC:EEA4GQZQTY6J5DT"])
def test_only_the_canonical_form_is_a_code(text: str) -> None:
    assert ImageCode.parse(text) is None


@given(CODES, CODES)
def test_distance_is_that_of_the_library_over_as_many_bits_as_both_have(
    image_code: ImageCode, other: ImageCode
) -> None:
    common = min(image_code.bits, other.bits)
    bodies = [(code.body >> (code.bits - common)).to_bytes(common // 8, "big") for code in (image_code, other)]
    assert image_code.distance(other) == other.distance(image_code) == iscc_core.iscc_distance_bytes(*bodies)
    assert image_code.distance(image_code) == 0


@pytest.mark.parametrize("media_type", ["image/jpeg", "IMAGE/PNG", "image/webp; q=1", " image/x-made-up "])
def test_what_is_a_picture(media_type: str) -> None:
    assert is_picture(media_type)


@pytest.mark.parametrize("media_type", ["image/svg+xml", "Image/SVG+XML; charset=utf-8", "text/plain", "video/mp4", ""])
def test_what_is_no_picture(media_type: str) -> None:
    assert not is_picture(media_type)
