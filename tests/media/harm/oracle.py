"""Unusual files, sealed as a worker does it, and what programs of others see in them before and after."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from pipeline.credentials import SealedAsset
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.media.conftest import MakeOrder
from tests.unit.labels.implicit.makers import LABELS

_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")

__all__ = ["Seal", "make_seal", "packets", "pictures", "run", "written"]

Seal = Callable[[bytes, str], Iterator[SealedAsset]]
"""Seals a file twice: as it is, and with an implicit label where it takes one."""


def make_seal(service: InProcessCredentialService, make_order: MakeOrder) -> Seal:
    def seal(body: bytes, media_type: str) -> Iterator[SealedAsset]:
        marked = InProcessImplicitLabeler().label(body, media_type, LABELS)
        for asset in dict.fromkeys((body, marked.asset)):
            sealed = service.seal(asset, make_order(media_type))
            assert sealed.credential.state == "valid"
            if sealed.binding == "sidecar":
                assert sealed.asset == asset
            yield sealed

    return seal


def written(directory: Path, body: bytes, name: str) -> Path:
    """A file for a program, named by its content so that both can lie side by side."""
    file = directory / f"{sha256(body).hexdigest()[:12]}.{name}"
    file.write_bytes(body)
    return file


def run(*command: str | Path) -> str:
    """What a program says of a file, and what it complains about."""
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    return _ADDRESS.sub("", (done.stdout + done.stderr).decode(errors="replace"))


def pictures(body: bytes) -> list[tuple[object, ...]]:
    """Every frame or page as Pillow shows it: its size, its time, and the digest of its pixels."""
    with Image.open(io.BytesIO(body)) as picture:
        assert getattr(picture, "n_frames", 1) == sum(1 for _ in ImageSequence.Iterator(picture))
        return [
            (frame.size, frame.mode, frame.info.get("duration"), frame.info.get("loop"), _digest(frame))
            for frame in ImageSequence.Iterator(picture)
        ]


def _digest(frame: Image.Image) -> str:
    return sha256(np.asarray(frame.convert("RGBA") if frame.mode in ("P", "PA") else frame).tobytes()).hexdigest()


def packets(file: Path) -> list[str]:
    """Every packet of every stream, with its times, as ffmpeg copies them."""
    said = run("ffmpeg", "-v", "error", "-i", file, "-map", "0", "-c", "copy", "-f", "framemd5", "-")
    found = [line for line in said.splitlines() if not line.startswith("#")]
    assert found
    return found
