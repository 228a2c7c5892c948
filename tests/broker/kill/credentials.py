"""Assets with credentials, made before the run with the signing chain that the workers will use."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.credentials import CredentialService, Disclosure, SealOrder, Software
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.broker.kill.media import MAKERS, tampered

__all__ = ["ORIGINALS", "Credentialed", "credential_service", "originals", "seal_each_media_type"]

ORIGINALS: Final = 4
_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentialed:
    """An asset with a valid credential, and the same asset after somebody changed it.

    Args:
        mime: the media type.
        sealed: the asset as it was sealed.
        tampered: the asset with a few bytes changed since.
        manifest: the manifest beside it; None where it lies inside.
    """

    mime: str
    sealed: bytes
    tampered: bytes
    manifest: bytes | None


def credential_service(state_dir: Path) -> CredentialService:
    """Sign and trust as the workers with this state directory do."""
    chain = development_chain(state_dir)
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


def seal_each_media_type(service: CredentialService, seed: int) -> Iterator[Credentialed]:
    """Seal one asset of each media type."""
    rng = random.Random(seed)
    for mime, make in MAKERS.items():
        asset = make(rng)
        sealed = service.seal(asset, _order(mime))
        yield Credentialed(
            mime=mime,
            sealed=sealed.asset,
            tampered=tampered(asset, sealed.asset, mime),
            manifest=None if sealed.binding == "embedded" else sealed.manifest,
        )


def originals(seed: int) -> tuple[bytes, ...]:
    """Pictures that copies will be made of."""
    rng = random.Random(seed)
    return tuple(MAKERS["image/png"](rng) for _ in range(ORIGINALS))


def _order(mime: str) -> SealOrder:
    return SealOrder(
        media_type=mime,
        operation="generated",
        digital_source_type=_SOURCE_TYPE,
        claim_generator=Software(name="another-generator", version="1"),
        when=None,
        software_agent=None,
        disclosure=Disclosure(
            model_type="c2pa.types.model", model_name=None, model_identifier=None, human_oversight=None
        ),
        parents=(),
    )
