"""What pictures are recognised by, whatever their shape."""

import io

import pytest
from PIL import Image

from pipeline.fingerprints.in_process import InProcessFingerprinter


@pytest.mark.parametrize("size", [(1, 200), (200, 1), (1, 3), (2, 2), (1, 1)])
def test_a_picture_that_is_a_single_line_is_coded_and_compared_like_any_other(size: tuple[int, int]) -> None:
    line = Image.new("L", size)
    line.putdata([number * 37 % 256 if number % 7 else 255 for number in range(size[0] * size[1])])
    target = io.BytesIO()
    line.save(target, "PNG")
    fingerprinter = InProcessFingerprinter()
    traits = fingerprinter.traits(target.getvalue(), "image/png")
    assert (traits.fingerprint is not None) == (size != (1, 1)), "one point alone is too plain to be told from others"
    assert len(fingerprinter.likenesses(target.getvalue(), "image/png", [traits.looks])) == 1
