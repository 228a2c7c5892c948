"""Fingerprints out of child processes: the same as here, and hostile content costs nobody anything."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import BugError
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.fingerprints.port import Fingerprinter
from pipeline.fingerprints.traits import NO_TRAITS, SAME
from pipeline.isolation import IsolatedFingerprinter, WorkerPool

MEMORY = 1024 * 2**20
HOSTILE = (sys.executable, str(Path(__file__).parent / "hostile_child.py"))
SAMPLES = Path(__file__).parents[3] / "samples"
KINDS = {
    "harbour.jpg": "image/jpeg",
    "article.txt": "text/plain",
    "voice-note.mp3": "audio/mpeg",
    "clip.mp4": "video/mp4",
}


@pytest.fixture(scope="module")
def fingerprinter() -> Iterator[Fingerprinter]:
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=30) as pool:
        yield IsolatedFingerprinter(pool)


@pytest.mark.parametrize(("name", "media_type"), KINDS.items())
def test_a_child_says_what_this_process_would(fingerprinter: Fingerprinter, name: str, media_type: str) -> None:
    asset = (SAMPLES / name).read_bytes()
    assert fingerprinter.fingerprint(asset, media_type) == InProcessFingerprinter().fingerprint(asset, media_type)
    assert fingerprinter.fingerprint(asset, media_type) is not None


def test_what_has_no_code_has_no_fingerprint(fingerprinter: Fingerprinter) -> None:
    assert fingerprinter.fingerprint(b"{}", "application/json") is None
    assert fingerprinter.fingerprint(b"no picture", "image/png") is None


@pytest.mark.parametrize(("name", "media_type"), KINDS.items())
def test_an_asset_is_told_from_others_by_their_looks(fingerprinter: Fingerprinter, name: str, media_type: str) -> None:
    asset = (SAMPLES / name).read_bytes()
    traits = {other: fingerprinter.traits((SAMPLES / other).read_bytes(), kind) for other, kind in KINDS.items()}
    assert traits[name] == InProcessFingerprinter().traits(asset, media_type)
    found = fingerprinter.likenesses(asset, media_type, [sample_traits.looks for sample_traits in traits.values()])
    assert [likeness >= SAME for likeness in found] == [other == name for other in KINDS]


def test_what_has_no_code_has_no_traits(fingerprinter: Fingerprinter) -> None:
    looks = fingerprinter.traits((SAMPLES / "harbour.jpg").read_bytes(), "image/jpeg").looks
    for asset, media_type in ((b"{}", "application/json"), (b"no picture", "image/png"), (b"", "video/mp4")):
        assert fingerprinter.traits(asset, media_type) == NO_TRAITS
        assert fingerprinter.likenesses(asset, media_type, [looks, ()]) == (0.0, 0.0)


@pytest.mark.parametrize("asset", ["abort", "exit", "endless", "hoard"])
def test_what_kills_stalls_or_starves_its_decoder_has_no_fingerprint(asset: str) -> None:
    with WorkerPool(size=1, memory_bytes=200 * 2**20, seconds=0.5, command=HOSTILE) as pool:
        fingerprinter = IsolatedFingerprinter(pool)
        assert fingerprinter.fingerprint(asset.encode(), "image/png") is None
        assert fingerprinter.traits(asset.encode(), "image/png") == NO_TRAITS
        assert fingerprinter.likenesses(asset.encode(), "image/png", [(), ()]) == (0.0, 0.0)


def test_an_error_of_ours_is_told() -> None:
    with WorkerPool(size=1, memory_bytes=200 * 2**20, seconds=5, command=HOSTILE) as pool:
        fingerprinter = IsolatedFingerprinter(pool)
        with pytest.raises(BugError, match="LookupError"):
            fingerprinter.fingerprint(b"stumble over it", "image/png")
