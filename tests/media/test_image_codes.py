"""A picture is recognised after what happens to pictures on their way, and not taken for another one."""

import io
import itertools
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.fingerprints import ImageCode
from pipeline.fingerprints.in_process import InProcessImageCoder
from pipeline.policy.reference import FeatureEntry, parse_entry
from pipeline.policy.reference.features import FeatureIndex
from tests.media.conftest import MEDIA_TYPES, MakeOrder

SAMPLES = Path(__file__).parents[2] / "samples"
PICTURES = {name: kind for name, kind in MEDIA_TYPES.items() if kind in ("image/jpeg", "image/png", "image/webp")} | {
    "harbour-edited.jpg": "image/jpeg"
}

Change = Callable[[Image.Image], bytes]


def kept(kind: str, **options: object) -> Change:
    def change(image: Image.Image) -> bytes:
        target = io.BytesIO()
        image.save(target, kind, **options)
        return target.getvalue()

    return change


def resized(width: int | None = None, *, times: float = 1.0) -> Change:
    def change(image: Image.Image) -> bytes:
        factor = times if width is None else width / image.width
        size = (round(image.width * factor), round(image.height * factor))
        return kept("JPEG", quality=85)(image.resize(size, Image.Resampling.LANCZOS))

    return change


COPIES: dict[str, Change] = {
    "JPEG of high quality": kept("JPEG", quality=90),
    "JPEG of low quality": kept("JPEG", quality=25),
    "WebP": kept("WEBP", quality=60),
    "AVIF": kept("AVIF", quality=50),
    "PNG": kept("PNG"),
    "GIF of 256 colours": kept("GIF"),
    "half the size": resized(times=0.5),
    "a third of the size": resized(times=1 / 3),
    "twice the size": resized(times=2),
    "a thumbnail": resized(128),
    "without colour": lambda image: kept("JPEG")(image.convert("L")),
    "a little brighter": lambda image: kept("JPEG")(ImageEnhance.Brightness(image).enhance(1.05)),
    "a little more contrast": lambda image: kept("JPEG")(ImageEnhance.Contrast(image).enhance(1.1)),
}


@cache
def original(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@cache
def code_of(asset: bytes) -> ImageCode:
    code = ImageCode.parse(InProcessImageCoder().code(asset, "image/x-any") or "")
    assert code is not None
    return code


@cache
def database() -> FeatureIndex:
    entries = {
        name: parse_entry(
            "features", name, {"id": name, "version": 1, "verdict": "harmful", "iscc": code_of(original(name)).text}
        )
        for name in PICTURES
    }
    return FeatureIndex({name: entry for name, entry in entries.items() if isinstance(entry, FeatureEntry)})


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_recognised_as_what_it_is_a_copy_of_and_as_nothing_else(name: str, copy: str) -> None:
    with Image.open(io.BytesIO(original(name))) as image:
        asset = COPIES[copy](image.convert("RGB"))
    assert [match.entry_id for match in database().match(image_code=code_of(asset).text)] == [name]


@pytest.mark.parametrize(("picture", "other"), list(itertools.combinations(PICTURES, 2)))
def test_different_pictures_differ_in_about_half_of_their_bits(picture: str, other: str) -> None:
    assert code_of(original(picture)).distance(code_of(original(other))) > 90


@pytest.mark.parametrize("name", PICTURES)
def test_sealing_a_picture_does_not_change_its_code(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    sealed = service.seal(original(name), make_order(PICTURES[name]))
    assert sealed.asset != original(name)
    assert code_of(sealed.asset) == code_of(original(name))
