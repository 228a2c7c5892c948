"""Drawings (SVG) are known by what they show."""

from pathlib import Path

import pytest
from PIL import Image

from pipeline.fingerprints import Fingerprint, NoFingerprint
from pipeline.fingerprints.content import examine
from pipeline.fingerprints.drawings import drawn

SVG = "image/svg+xml"
SAMPLE = (Path(__file__).parents[3] / "samples" / "diagram.svg").read_bytes()


def drawing(inside: str, shape: str = 'width="400" height="300"') -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {shape}>{inside}</svg>'
    ).encode()


def lightest_and_darkest(body: bytes) -> tuple[int, int]:
    picture = drawn(body)
    assert picture is not None
    darkest, lightest = picture.convert("L").getextrema()
    return lightest, darkest


def test_a_drawing_has_the_code_of_what_it_shows_however_it_is_written() -> None:
    found = examine(SAMPLE, SVG)
    assert isinstance(found, Fingerprint)
    assert found.kind == "image"
    assert examine(SAMPLE.replace(b"\n", b"\r\n  ").replace(b"<svg", b"<!-- by hand --><svg"), SVG) == found


def test_letters_are_drawn_whatever_the_machine_has() -> None:
    assert lightest_and_darkest(drawing('<text x="20" y="200" font-size="90" font-family="Any">Tide</text>')) == (
        255,
        0,
    )


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
@pytest.mark.parametrize("place", ["{path}", "file://{path}", " {path}"])
def test_what_a_drawing_refers_to_is_not_opened(tmp_path: Path, attribute: str, place: str) -> None:
    path = tmp_path / "black.png"
    Image.new("RGB", (400, 300)).save(path)
    inside = f'<image {attribute}="{place.format(path=path)}" width="400" height="300"/>'
    assert lightest_and_darkest(drawing(inside)) == (255, 255)


def test_parts_of_the_drawing_itself_are_used() -> None:
    inside = '<defs><rect id="box" width="400" height="100"/></defs><use href="#box"/><use xlink:href="#box" y="150"/>'
    assert lightest_and_darkest(drawing(inside)) == (255, 0)


def test_entities_of_the_drawing_are_its_own_and_no_files() -> None:
    head = b'<!DOCTYPE svg [<!ENTITY ink "#000000"><!ENTITY file SYSTEM "file:///etc/hostname">]>'
    assert lightest_and_darkest(head + drawing('<rect width="400" height="99" fill="&ink;"/>')) == (255, 0)
    assert drawn(head + drawing('<text y="99" font-size="90">&file;</text>')) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg",
        b"<html/>",
        drawing("<rect/>", 'viewBox="0 0 1 90000"'),
        drawing("<rect/>" + " " * 8_000_000),
        drawing("<rect/>", 'width="1e9999" height="-1" viewBox="a b c d"') + b"<",
    ],
)
def test_what_is_no_drawing_or_out_of_bounds_has_no_code(body: bytes) -> None:
    assert examine(body, SVG) == NoFingerprint(reason="not-readable")
