"""A development chain made once, services that sign with it, and orders with sensible defaults."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.credentials import SealOrder, Software
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.in_process import InProcessCredentialService

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

MakeOrder = Callable[..., SealOrder]


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="session")
def service(chain: DevelopmentChain) -> InProcessCredentialService:
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


@pytest.fixture(scope="session")
def make_order() -> MakeOrder:
    def make(media_type: str = "text/plain", **changes: object) -> SealOrder:
        stated: dict[str, object] = {
            "media_type": media_type,
            "operation": "generated",
            "digital_source_type": AI,
            "claim_generator": Software(name="sealstream", version="0.1.0"),
        }
        return SealOrder(**(stated | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def png() -> bytes:
    """The smallest picture: one pixel, made by hand so that nothing needs an encoder."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x80\x40\x20")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "signing"
