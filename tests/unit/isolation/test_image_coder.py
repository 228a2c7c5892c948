"""Image-Codes out of child processes: the same as here, and a hostile picture costs nobody anything."""

import os
import random
import struct
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import BugError
from pipeline.fingerprints import ImageCoder
from pipeline.fingerprints.in_process import InProcessImageCoder
from pipeline.isolation import IsolatedImageCoder, WorkerPool

MEMORY = 512 * 2**20
HOSTILE = (sys.executable, str(Path(__file__).parent / "hostile_child.py"))


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=20) as pool:
        yield pool


@pytest.fixture(scope="module")
def coder(pool: WorkerPool) -> ImageCoder:
    return IsolatedImageCoder(pool)


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def noise(width: int, height: int) -> bytes:
    source = random.Random(2026)
    return png(width, height, b"".join(b"\0" + source.randbytes(4 * width) for _ in range(height)))


def test_a_child_says_what_this_process_would(coder: ImageCoder) -> None:
    asset = noise(60, 40)
    assert coder.code(asset, "image/png") == InProcessImageCoder().code(asset, "image/png") is not None


def test_what_is_no_picture_is_not_even_sent() -> None:
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=20) as closed:
        pass
    assert IsolatedImageCoder(closed).code(noise(9, 9), "text/plain") is None
    with pytest.raises(BugError, match="closed pool"):
        IsolatedImageCoder(closed).code(noise(9, 9), "image/png")


@pytest.mark.parametrize("asset", ["abort", "exit", "endless", "hoard"])
def test_a_picture_that_kills_stalls_or_starves_its_decoder_has_no_code(asset: str) -> None:
    with WorkerPool(size=1, memory_bytes=200 * 2**20, seconds=0.5, command=HOSTILE) as pool:
        coder = IsolatedImageCoder(pool)
        assert coder.code(asset.encode(), "image/png") is None
        assert coder.code(b"code ISCC:EE", "image/png") == "ISCC:EE"


def test_an_error_of_ours_is_told() -> None:
    with (
        WorkerPool(size=1, memory_bytes=MEMORY, seconds=5, command=HOSTILE) as pool,
        pytest.raises(BugError, match="LookupError"),
    ):
        IsolatedImageCoder(pool).code(b"stumble over it", "image/png")


def test_an_answer_of_another_kind_is_nonsense_of_a_child_that_was_taken_over() -> None:
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=5, command=HOSTILE) as pool:
        assert IsolatedImageCoder(pool).code(b"answer otherwise", "image/png") is None
        assert IsolatedImageCoder(pool).code(b"code ISCC:EE", "image/png") == "ISCC:EE"


def test_a_picture_within_the_limit_of_pixels_and_beyond_that_of_memory_has_no_code() -> None:
    """Eight thousand by eight thousand pixels with transparency, in a file of a few hundred kilobytes."""
    bomb = png(8000, 8000, bytes(8000 * (4 * 8000 + 1)))
    assert len(bomb) < 300_000
    with WorkerPool(size=1, memory_bytes=400 * 2**20, seconds=20) as pool:
        coder = IsolatedImageCoder(pool)
        assert coder.code(bomb, "image/png") is None
        assert coder.code(noise(9, 9), "image/png") is not None


def test_memory_does_not_grow_with_the_pictures(coder: ImageCoder) -> None:
    def resident() -> int:
        children = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()
        return sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) * 4096 for child in children)

    asset = noise(200, 200)
    for _ in range(30):
        coder.code(asset, "image/png")
    before = resident()
    for _ in range(200):
        coder.code(asset, "image/png")
    assert resident() - before < 10 * 2**20
