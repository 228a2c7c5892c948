"""Content is recognised after what happens to it on its way, and not taken for anything else."""

import itertools
import json
from functools import cache
from pathlib import Path

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.fingerprints import NEAR, Fingerprint, NoFingerprint
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.index import FingerprintIndex, IndexEntry
from pipeline.fingerprints.traits import SAME
from tests.media.conftest import MakeOrder
from tests.media.copies import PICTURE_COPIES, SOUND_COPIES, TEXT_COPIES, VIDEO_COPIES

SAMPLES = Path(__file__).parents[2] / "samples"
MEDIA_TYPES: dict[str, str] = {
    entry["file"]: entry["media_type"] for entry in json.loads((SAMPLES / "samples.json").read_text())
}
WITHOUT = {"answer.json"}
WITH = [name for name in MEDIA_TYPES if name not in WITHOUT]


def original(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def key_of(name: str) -> bytes:
    return name.encode().ljust(32, b"\0")


@cache
def of_sample(name: str) -> Fingerprint:
    return of(original(name), MEDIA_TYPES[name])


def of(body: bytes, media_type: str) -> Fingerprint:
    found = examine(body, media_type)
    assert isinstance(found, Fingerprint), found
    return found


@cache
def everything() -> FingerprintIndex:
    index = FingerprintIndex()
    index.load(IndexEntry(of_sample(name), key_of(name)) for name in WITH)
    return index


def recognised(found: Fingerprint) -> list[bytes]:
    (answer,) = everything().nearest([found], limit=10)
    return [match.key for match in answer.matches]


def of_kind(prefix: str) -> list[str]:
    return [name for name in WITH if MEDIA_TYPES[name].startswith(prefix)]


PAINTED = [name for name in of_kind("image/") if name != "diagram.svg"]


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_samples_have_a_fingerprint_or_a_reason(name: str) -> None:
    if name in WITHOUT:
        assert examine(original(name), MEDIA_TYPES[name]) == NoFingerprint(reason="not-supported")
    else:
        assert recognised(of_sample(name)) == [key_of(name)]


@pytest.mark.parametrize("name", PAINTED)
@pytest.mark.parametrize("copy", [copy for copy in PICTURE_COPIES if copy != "a label in a corner"])
def test_a_copy_of_a_picture_is_recognised_as_that_and_as_nothing_else(name: str, copy: str) -> None:
    assert recognised(of(PICTURE_COPIES[copy](original(name)), "image/x-any")) == [key_of(name)]


@pytest.mark.parametrize("name", PAINTED)
def test_a_label_that_hides_a_part_of_a_picture_costs_bits_but_leaves_it_far_from_chance(name: str) -> None:
    labelled = of(PICTURE_COPIES["a label in a corner"](original(name)), "image/jpeg")
    assert labelled.distance(of_sample(name)) <= NEAR["image"] + 16


@pytest.mark.parametrize("name", of_kind("audio/"))
@pytest.mark.parametrize("copy", SOUND_COPIES)
def test_a_copy_of_a_recording_is_recognised_as_that_and_as_nothing_else(name: str, copy: str) -> None:
    media_type, make = SOUND_COPIES[copy]
    found = of(make(original(name)), media_type)
    assert recognised(found) == [key_of(name)]


@pytest.mark.parametrize("name", of_kind("audio/"))
@pytest.mark.parametrize("copy", SOUND_COPIES)
def test_laid_over_each_other_all_copies_of_a_recording_are_the_same_and_others_are_not(name: str, copy: str) -> None:
    media_type, make = SOUND_COPIES[copy]
    body = make(original(name))
    for other in of_kind("audio/"):
        looks = traits(original(other), MEDIA_TYPES[other]).looks
        assert (likenesses(body, media_type, [looks])[0] >= SAME) == (other == name)


@pytest.mark.parametrize("name", of_kind("video/"))
@pytest.mark.parametrize("copy", VIDEO_COPIES)
def test_a_copy_of_a_video_is_recognised_as_that_and_as_nothing_else(name: str, copy: str) -> None:
    media_type, make = VIDEO_COPIES[copy]
    codes = traits(make(original(name)), media_type, asked=True).all_codes
    answers = everything().nearest([code for code in codes if code.kind == "video"], limit=10)
    assert {match.key for answer in answers for match in answer.matches} == {key_of(name)}


@pytest.mark.parametrize(
    ("name", "copy"),
    # Markdown means something else without its line breaks.
    [pair for pair in itertools.product(of_kind("text/"), TEXT_COPIES) if pair != ("notes.md", "wrapped anew")],
)
def test_a_copy_of_a_text_is_recognised_as_that_and_as_nothing_else(name: str, copy: str) -> None:
    changed = TEXT_COPIES[copy](original(name).decode())
    assert recognised(of(changed.encode(), MEDIA_TYPES[name])) == [key_of(name)]


@pytest.mark.parametrize(
    ("sample", "other"),
    [pair for pair in itertools.combinations(WITH, 2) if of_sample(pair[0]).kind == of_sample(pair[1]).kind],
)
def test_different_samples_are_far_from_each_other(sample: str, other: str) -> None:
    assert of_sample(sample).distance(of_sample(other)) > 2 * NEAR[of_sample(sample).kind]


@pytest.mark.parametrize("name", WITH)
def test_sealing_leaves_the_fingerprint_as_it_was(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    sealed = service.seal(original(name), make_order(MEDIA_TYPES[name]))
    assert of(sealed.asset, MEDIA_TYPES[name]) == of_sample(name)
