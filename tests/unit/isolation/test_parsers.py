"""The whole of an event in one child: the same as step by step, and steps are the way out where that child dies."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.credentials import SealOrder, Software
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.signers import claim_signer
from pipeline.fingerprints.in_process import InProcessFingerprinter, InProcessImageCoder
from pipeline.fingerprints.traits import NO_TRAITS
from pipeline.isolation import Parsers, WorkerPool, isolated_parsers
from pipeline.isolation.parsers import Examining, Made, Making
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.explicit.model import LabelClaim, LabelOrder
from pipeline.labels.implicit.aigc import first_write
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from tests.unit.films import each_second

SAMPLES = Path(__file__).parents[3] / "samples"
RELUCTANT = (sys.executable, str(Path(__file__).parent / "reluctant_child.py"))
MEMORY = 1024 * 2**20
KINDS = {
    "harbour.jpg": "image/jpeg",
    "still-life.png": "image/png",
    "article.txt": "text/plain",
    "notes.md": "text/markdown",
}


@pytest.fixture(scope="module")
def here(chain: DevelopmentChain) -> Parsers:
    return Parsers(
        credentials=InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors),
        image_coder=InProcessImageCoder(),
        labeler=InProcessLabeler(),
        implicit_labeler=InProcessImplicitLabeler(),
        fingerprinter=InProcessFingerprinter(),
    )


@pytest.fixture(scope="module")
def isolated(chain: DevelopmentChain) -> Iterator[Parsers]:
    signer = claim_signer(chain.material)
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=60, trust_anchors=chain.trust_anchors) as pool:
        yield isolated_parsers(pool, lambda _: signer)


@pytest.fixture
def reluctant(chain: DevelopmentChain) -> Iterator[Parsers]:
    signer = claim_signer(chain.material)
    with WorkerPool(
        size=1, memory_bytes=MEMORY, seconds=60, trust_anchors=chain.trust_anchors, command=RELUCTANT
    ) as pool:
        yield isolated_parsers(pool, lambda _: signer)


def making(name: str, *, label: LabelOrder | None = None) -> Making:
    media_type = KINDS[name]
    return Making(
        asset=(SAMPLES / name).read_bytes(),
        media_type=media_type,
        label=label,
        claim=None,
        labels=LabelsToWrite(aigc=first_write("studio", "1"), digital_source_type=None, latent=None),
        reads_labels=media_type != "text/plain",
        order=SealOrder(
            media_type=media_type,
            operation="generated",
            digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            claim_generator=Software(name="sealstream", version="0.1.0"),
        ),
    )


def examining(made: Made, media_type: str) -> Examining:
    return Examining(
        asset=made.sealed.asset,
        media_type=media_type,
        claim=LabelClaim(),
        reads_labels=made.found is not None,
        recognises=True,
    )


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("label", [None, LabelOrder()], ids=["", "labeled"])
def test_a_child_makes_of_an_asset_what_this_process_would(
    here: Parsers, isolated: Parsers, name: str, label: LabelOrder | None
) -> None:
    mine, other = here.make(making(name, label=label)), isolated.make(making(name, label=label))
    for made in (mine, other):
        assert (made.inherited.state, made.sealed.credential.state) == ("absent", "valid")
        assert (made.label_refused, made.labels_refused) == (None, None)
        assert made.traits.fingerprint is not None
        assert (made.checked is not None and made.checked.present) == (label is not None)
    assert (mine.written, mine.traits, mine.found) == (other.written, other.traits, other.found)
    assert here.examine(examining(mine, KINDS[name])) == isolated.examine(examining(mine, KINDS[name]))


def test_only_a_video_that_is_compared_is_looked_through_for_that(here: Parsers) -> None:
    video = msgspec.structs.replace(making("harbour.jpg"), asset=each_second(), media_type="video/mp4")
    assert here.make(video).compared is None
    compared = here.make(msgspec.structs.replace(video, compares=True))
    assert compared.compared is not None
    assert compared.traits.sought == ()
    assert compared.compared.sought
    assert here.make(msgspec.structs.replace(making("harbour.jpg"), compares=True)).compared is None


def test_what_came_with_a_manifest_is_sealed_as_it_is(isolated: Parsers) -> None:
    order = making("harbour.jpg", label=LabelOrder())
    sealed = isolated.make(order).sealed
    again = isolated.make(
        Making(**{**{name: getattr(order, name) for name in order.__struct_fields__}, "asset": sealed.asset})
    )
    assert again.inherited == sealed.credential
    assert again.written is None
    assert again.label_refused == "The asset carries a manifest, which a label would break."


def test_what_its_manifest_speaks_for_is_asked_nothing_else(isolated: Parsers) -> None:
    made = isolated.make(making("harbour.jpg"))
    assert isolated.examine(examining(made, "image/jpeg")).traits is None


def test_an_asset_that_kills_the_child_that_does_it_all_is_done_step_by_step(
    reluctant: Parsers, isolated: Parsers
) -> None:
    made, easy = reluctant.make(making("harbour.jpg")), isolated.make(making("harbour.jpg"))
    assert (made.sealed.credential.state, made.found) == ("valid", easy.found)
    assert made.traits == NO_TRAITS, "what killed its child, and no more"
    read = reluctant.examine(examining(made, "image/jpeg"))
    assert (read.credential, read.found) == (made.sealed.credential, made.found)
