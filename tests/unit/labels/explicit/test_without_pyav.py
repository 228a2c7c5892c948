"""Where the extra `media` is not installed, all works but labeling and recognising sound and video, which says why."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from pipeline.pyav import WITHOUT_PYAV

SAMPLES: Final = Path(__file__).parents[4] / "samples"

TRIED: Final = """
import sys

class Without:
    def __init__(self, finder):
        self._finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] == "av" else self._finder.find_spec(name, path, target)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]

import json
from pathlib import Path
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.traits import NO_TRAITS, Look
from pipeline.isolation.jobs import TraitsJob, Tools, perform
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.explicit.model import LabelClaim, LabelOrder
from pipeline.labels.implicit.table import read_labels

def tried(name, media_type):
    body, labeler = Path(name).read_bytes(), InProcessLabeler()
    found, labeled = examine(body, media_type), labeler.label(body, media_type, LabelOrder())
    return {
        "is_left": labeled.asset == body,
        "refused": labeled.refused,
        "checked": labeler.check(body, media_type, LabelClaim()).reason,
        "reason": getattr(found, "reason", None),
        "has_traits": traits(body, media_type) != NO_TRAITS,
        "likeness": likenesses(body, media_type, [[Look(kind="audio", data=b"")]]),
        "unread": read_labels(body, media_type).refused,
    }

def patient(seconds):
    raise AssertionError("nobody knows how long it lasts")

assert "av" not in sys.modules
long = TraitsJob(asset=bytes(2**20), media_type="video/mp4", asked=False)
assert perform(long, Tools(credentials=None, sealing=None, patience=patient), 1.0) == NO_TRAITS
print(json.dumps([tried(*pair.split("=")) for pair in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def tried() -> dict[str, dict[str, object]]:
    kinds = {"clip.mp4": "video/mp4", "announcement.wav": "audio/wav", "portrait.jpg": "image/jpeg"}
    names = [f"{SAMPLES / name}={media_type}" for name, media_type in kinds.items()]
    run = subprocess.run([sys.executable, "-c", TRIED, *names], capture_output=True, text=True, check=True)
    return dict(zip(kinds, json.loads(run.stdout), strict=True))


@pytest.mark.parametrize("name", ["clip.mp4", "announcement.wav"])
def test_sound_and_video_stay_as_they_are(tried: dict[str, dict[str, object]], name: str) -> None:
    media_type = "video/mp4" if name == "clip.mp4" else "audio/wav"
    assert tried[name] == {
        "is_left": True,
        "refused": f"A file of type {media_type} takes no explicit label: {WITHOUT_PYAV}.",
        "checked": f"The file was not looked into: {WITHOUT_PYAV}.",
        "reason": "not-supported",
        "has_traits": False,
        "likeness": [0.0],
        "unread": None,
    }


def test_pictures_are_labeled_and_recognised(tried: dict[str, dict[str, object]]) -> None:
    assert {name: tried["portrait.jpg"][name] for name in ("is_left", "refused", "reason", "has_traits")} == {
        "is_left": False,
        "refused": None,
        "reason": None,
        "has_traits": True,
    }
