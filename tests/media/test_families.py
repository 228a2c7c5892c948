"""Strangers are not accused: things of one layout that were never sealed, asked about beside sealed ones of it.

Each sealed member with each that is published is a pair; every pair is asked about, and what resembles is looked at.
"""

import io
import random
from collections.abc import Callable

import pytest

from pipeline.evidence.removal import REMOVED
from tests.media.families import PICTURES, REPORTS
from tests.media.kin import FILMS, RECORDINGS, film, recording
from tests.media.recognising import Archive, Share

MEMBERS, SEALED = 1_000, 100
SEALED_FILMS = 25
"""Fewer of films, each of which is compared for a twentieth of a second with whatever comes near."""
FEWEST_PAIRS = 20_000
HALF = 0.5
MOST_RESEMBLING = 0.05
"""Of the pairs, so many may be said to resemble each other, which is an alert and accuses nobody."""

Make = Callable[[random.Random], tuple[bytes, str]]


def ask_about_strangers(kind: str, make: Make, sealed: int = SEALED) -> str:
    """Ask about each that is published, with others sealed, and say what came of it."""
    archive, accused, resembling = Archive(), Share(), Share(of=sealed * (MEMBERS - sealed))
    for number in range(sealed):
        archive.seal(number, *make(random.Random(f"{kind}{number}")))
    for number in range(sealed, MEMBERS):
        found = archive.asked(*make(random.Random(f"{kind}{number}")))
        accused.add(hit=found is not None and found.name == REMOVED)
        resembling.hits += 0 if found is None else int(str(found.evidence.get("candidates", 0)))
    assert resembling.of >= FEWEST_PAIRS
    assert accused.hits == 0
    assert float(resembling) <= MOST_RESEMBLING
    return f"{kind}: strangers accused {accused}; pairs that resemble each other {resembling}"


def pictured(kind: str) -> Make:
    def make(chance: random.Random) -> tuple[bytes, str]:
        out = io.BytesIO()
        PICTURES[kind](chance).save(out, "JPEG", quality=90)
        return out.getvalue(), "image/jpeg"

    return make


def told(kind: str) -> Make:
    return lambda chance: (REPORTS[kind](chance).encode(), "text/plain")


def heard(kind: str) -> Make:
    return lambda chance: (recording(RECORDINGS[kind](chance)), "audio/wav")


def filmed(kind: str) -> Make:
    """Every other one with many key frames, since what a video is known by depends on that."""
    return lambda chance: (film(FILMS[kind](chance), keys=chance.random() < HALF), "video/mp4")


@pytest.mark.parametrize("kind", RECORDINGS)
def test_no_other_recording_of_a_family_is_accused(kind: str, record_property: Callable[[str, object], None]) -> None:
    record_property("figure", ask_about_strangers(kind, heard(kind)))


@pytest.mark.parametrize("kind", FILMS)
def test_no_other_film_of_a_family_is_accused(kind: str, record_property: Callable[[str, object], None]) -> None:
    record_property("figure", ask_about_strangers(kind, filmed(kind), SEALED_FILMS))


@pytest.mark.parametrize("kind", PICTURES)
def test_no_other_picture_of_a_family_is_accused(kind: str, record_property: Callable[[str, object], None]) -> None:
    record_property("figure", ask_about_strangers(kind, pictured(kind)))


@pytest.mark.parametrize("kind", REPORTS)
def test_no_other_report_of_a_template_is_accused(kind: str, record_property: Callable[[str, object], None]) -> None:
    record_property("figure", ask_about_strangers(kind, told(kind)))
