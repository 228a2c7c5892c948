"""`sealstream propagate`: who hands content on, written into its implicit label."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from pipeline.labels.implicit.aigc import first_write
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from tests.unit.cli.typing import Run
from tests.unit.house import png

MARKER = InProcessImplicitLabeler()
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
FIRST = first_write("studio", "1")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, tmp_path: Path) -> Run:
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))

    return typed


@pytest.fixture
def labeled(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(MARKER.label(png(), "image/png", LabelsToWrite(aigc=FIRST, digital_source_type=SOURCE)).asset)
    return path


def spread(run: Run, file: Path, *more: object) -> tuple[int, str, str]:
    return run("propagate", file, "--by", "feed.example", "--id", "post-17", *more)


def test_only_the_two_members_of_who_hands_it_on_change(run: Run, labeled: Path) -> None:
    code, out, _ = spread(run, labeled, "--json")
    written = Path(json.loads(out)["written"])
    found = MARKER.read(written.read_bytes(), "image/png")
    assert (code, written.name) == (0, "a.propagated.png")
    assert found.conforming is not None
    assert (found.conforming.content_producer, found.conforming.produce_id, found.conforming.label) == (
        "studio",
        "1",
        "1",
    )
    assert (found.conforming.content_propagator, found.conforming.propagate_id) == ("feed.example", "post-17")
    assert found.digital_source_types == (SOURCE,)
    before, after = (Image.open(io.BytesIO(path.read_bytes())) for path in (labeled, written))
    assert before.tobytes() == after.tobytes()


def test_the_next_platform_takes_the_place_of_the_one_before(run: Run, labeled: Path, tmp_path: Path) -> None:
    spread(run, labeled)
    last = tmp_path / "last.png"
    assert run("propagate", tmp_path / "a.propagated.png", "--by", "b", "--id", "2", "--out", last)[0] == 0
    mark = MARKER.read(last.read_bytes(), "image/png").conforming
    assert mark is not None
    assert (mark.content_producer, mark.content_propagator, mark.propagate_id) == ("studio", "b", "2")


def test_a_file_with_a_manifest_is_refused(run: Run, labeled: Path, tmp_path: Path) -> None:
    run("seal", labeled)
    code, _, err = spread(run, tmp_path / "a.sealed.png")
    assert code == 1
    assert "C2PA manifest" in err
    assert not (tmp_path / "a.sealed.propagated.png").exists()


@pytest.mark.parametrize(("name", "body"), [("bare.png", png()), ("a.bin", b"anything"), ("broken.png", b"nothing")])
def test_a_file_without_a_label_is_refused(run: Run, tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
    code, _, err = spread(run, tmp_path / name)
    assert (code, bool(err)) == (1, True)


def test_a_name_that_a_label_cannot_hold_is_refused(run: Run, labeled: Path) -> None:
    code, _, err = run("propagate", labeled, "--by", "A name with spaces", "--id", "1")
    assert code == 1
    assert "ContentPropagator" in err


def test_another_producers_label_is_never_replaced() -> None:
    body = MARKER.label(png(), "image/png", LabelsToWrite(aigc=FIRST)).asset
    again = MARKER.label(body, "image/png", LabelsToWrite(aigc=first_write("thief", "1"))).asset
    assert MARKER.read(again, "image/png").conforming == FIRST
