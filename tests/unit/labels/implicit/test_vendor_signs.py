"""Signs of vendors and generators: read for what they say, told apart from labels, and never touched."""

import json

import pytest
from PIL import Image

from pipeline.labels.implicit import LabelsToWrite, read_labels, write_labels
from pipeline.labels.implicit.carriers.video_boxes import box
from pipeline.labels.implicit.places import LABEL_PLACES
from tests.unit.labels.implicit import audio_video_makers as media
from tests.unit.labels.implicit.makers import LABELS
from tests.unit.labels.implicit.wild_makers import comment, description, jpeg, png, png_chunk, png_text
from tests.unit.labels.implicit.wild_media import film, keyed

EXIF_HEAD = b"Exif\x00\x00"
AIGC = LabelsToWrite(aigc=LABELS.aigc)


@pytest.mark.parametrize(("kind", "ai"), [(0, False), (1, True), (2, True)])
def test_a_label_type_of_a_video_app_is_its_own_sign(kind: int, *, ai: bool) -> None:
    body = film(box(b"udta", keyed("aigc_info", json.dumps({"aigc_label_type": kind}))))
    found = read_labels(body, "video/mp4")
    assert found.aigc == ()
    assert [(sign.ai, sign.weight) for sign in found.signs] == [(ai, "strong")]
    assert b"aigc_label_type" in write_labels(body, "video/mp4", LABELS)


def test_a_clouds_second_schema_is_its_own_sign_and_its_provider_is_named() -> None:
    said = '{"AIGC":{"ServiceProvider":"云汀云","Time":"2025-09-01"}}'
    body = jpeg((0xE1, EXIF_HEAD + description(said)))
    found = read_labels(body, "image/jpeg")
    assert found.aigc == ()
    assert [(sign.vendor, sign.carrier, sign.weight) for sign in found.signs] == [
        ("云汀云", "exif.ImageDescription", "strong")
    ]
    assert said.encode() in write_labels(body, "image/jpeg", LABELS)


@pytest.mark.parametrize(
    "body",
    [
        png_text("parameters", "a harbour\nSteps: 20, Sampler: Euler a, CFG scale: 7"),
        png_text("prompt", "{}"),
        png_text("workflow", "{}"),
        png_text("Dream", "a harbour"),
        png_text("sd-metadata", "{}"),
        png_text("Software", "NovelAI"),
        png(png_chunk(b"eXIf", comment("a harbour\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1", "unicode"))),
    ],
)
def test_parameters_of_a_generator_are_a_weak_sign(body: bytes) -> None:
    found = read_labels(body, "image/png")
    assert found.aigc == ()
    assert [(sign.ai, sign.weight) for sign in found.signs] == [(True, "weak")]
    assert "harbour" not in found.signs[0].said


@pytest.mark.parametrize("keyword", ["Title", "Software", "Comment"])
def test_ordinary_texts_of_a_picture_are_no_sign(keyword: str) -> None:
    found = read_labels(png_text(keyword, "GIMP 3, a prompt with parameters"), "image/png")
    assert (found.aigc, found.signs) == ((), ())


@pytest.mark.parametrize(
    "value", ["", "{}", "[]", "0", '{"aigc_label_type":null}', '{"aigc_label_type":9}', "{" * 9000]
)
def test_a_label_type_that_nobody_knows_says_nothing(value: str) -> None:
    found = read_labels(film(box(b"udta", keyed("aigc_info", value))), "video/mp4")
    assert (found.aigc, found.signs) == ((), ())


@pytest.mark.parametrize("name", ["mkv", "mp3", "flac", "flv"])
def test_a_label_type_goes_along_into_other_containers(name: str) -> None:
    body = media.made(name, aigc_info='{"aigc_label_type":0}')
    found = read_labels(body, media.media_type_of(name))
    assert (found.aigc, [sign.ai for sign in found.signs]) == ((), [False])
    written = write_labels(body, media.media_type_of(name), AIGC)
    found = read_labels(written, media.media_type_of(name))
    assert (found.conforming, [sign.ai for sign in found.signs]) == (LABELS.aigc, [False])


@pytest.mark.parametrize(("tag", "said"), [(0x010F, 'workflow:{"1":{}}'), (0x0110, "prompt:{}"), (0x0131, "ComfyUI 1")])
def test_what_generators_leave_in_place_of_a_camera_is_a_weak_sign(tag: int, said: str) -> None:
    exif = Image.Exif()
    exif[tag] = said
    found = read_labels(jpeg((0xE1, exif.tobytes())), "image/jpeg")
    assert [(sign.ai, sign.weight) for sign in found.signs] == [(True, "weak")]
    assert found.signs[0].carrier in {place.carrier for place in LABEL_PLACES if place.holds == "sign"}
