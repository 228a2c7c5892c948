"""The samples of the project, sealed once each, and the service that seals them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import encypher_c2pa
import pytest

from pipeline.credentials import Disclosure, SealedAsset, SealOrder, Software
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.in_process import InProcessCredentialService

SAMPLES = Path(__file__).parents[2] / "samples"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "portrait.jpg": "image/jpeg",
    "harbour.jpg": "image/jpeg",
    "still-life.png": "image/png",
    "garden.webp": "image/webp",
    "announcement.wav": "audio/wav",
    "voice-note.mp3": "audio/mpeg",
    "clip.mp4": "video/mp4",
    "report.pdf": "application/pdf",
    "diagram.svg": "image/svg+xml",
    "letter.docx": DOCX,
    "article.txt": "text/plain",
    "notes.md": "text/markdown",
    "answer.json": "application/json",
}

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sample before and after."""

    name: str
    media_type: str
    original: bytes
    sealed: SealedAsset

    @property
    def sidecar(self) -> bytes | None:
        """The manifest where it is not in the file."""
        return self.sealed.manifest if self.sealed.binding == "sidecar" else None


MakeOrder = Callable[[str], SealOrder]
Report = Mapping[str, Any]
Ask = Callable[..., Report]


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="session")
def service(chain: DevelopmentChain) -> InProcessCredentialService:
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


@pytest.fixture(scope="session")
def make_order() -> MakeOrder:
    def make(media_type: str) -> SealOrder:
        return SealOrder(
            media_type=media_type,
            operation="generated",
            digital_source_type=AI,
            when="2026-05-01T12:00:00Z",
            title="A sample",
            claim_generator=Software(name="sealstream", version="0.1.0"),
            software_agent=Software(name="Sample model", version="1"),
            disclosure=Disclosure(model_type="c2pa.types.model.generic", human_oversight="prompt_guided"),
        )

    return make


@pytest.fixture(scope="session", params=MEDIA_TYPES.items(), ids=MEDIA_TYPES)
def sample(request: pytest.FixtureRequest, service: InProcessCredentialService, make_order: MakeOrder) -> Sealed:
    name, media_type = request.param
    original = (SAMPLES / name).read_bytes()
    return Sealed(
        name=name, media_type=media_type, original=original, sealed=service.seal(original, make_order(media_type))
    )


@pytest.fixture(scope="session")
def ask(chain: DevelopmentChain, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """What an independent validator, which shares no code with the library used here, says of an asset.

    It trusts the development chain alone, works offline and tells nobody; what it would remember about that goes
    to a directory of the tests.
    """
    directory = tmp_path_factory.mktemp("validator")

    def ask(asset: bytes, media_type: str, manifest: bytes | None = None, **trust: str) -> Report:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("ENCYPHER_C2PA_CONFIG_DIR", str(directory))
            return encypher_c2pa.verify(
                asset,
                media_type,
                manifest_store=manifest,
                trust_pem=chain.trust_anchors.decode(),
                no_default_trust=True,
                telemetry=False,
                online=False,
                **trust,
            )

    return ask
