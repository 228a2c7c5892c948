"""A time stamp that comes later, in an update manifest beside an asset that stays as it is."""

from collections.abc import Iterator

import msgspec
import pytest

from pipeline.credentials import Software
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.manifest_store import manifests_in
from pipeline.credentials.signers import claim_signer
from pipeline.credentials.stamping import StampRelay
from pipeline.errors import OperatorError, SealRefusedError, TimeStampError
from pipeline.isolation import IsolatedCredentialService, WorkerPool
from tests.authorities import Authority, answering
from tests.media.conftest import Ask, MakeOrder, Sealed
from tests.media.test_samples import ASKED_AS

MISTAKEN = {"image/webp", "audio/wav"}
"""RIFF files with an update beside them: the other validator calls the data hash of the manifest inside a mismatch."""

BY = Software(name="sealstream", version="1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture(scope="module")
def stamping(authority: Authority, chain: DevelopmentChain) -> InProcessCredentialService:
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    return InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors + authority.root)


def test_every_kind_of_file_gets_its_stamp_beside_it_and_for_no_other_bytes(
    sample: Sealed, stamping: InProcessCredentialService, authority: Authority, ask: Ask
) -> None:
    asset, manifest = sample.sealed.asset, sample.sealed.manifest
    assert not sample.sealed.credential.has_time_stamp
    stamped = stamping.stamp(asset, sample.media_type, manifest, BY)
    read = stamping.read(asset, sample.media_type, manifest=stamped.manifest)
    assert (read.state, read.trust, read.time_stamped) == ("valid", "trusted", True)
    assert read.active_manifest == stamped.label != sample.sealed.label
    assert read.ai_generated
    assert stamped.stamped_at.startswith("20")
    before, after = manifests_in(manifest), manifests_in(stamped.manifest)
    assert {label: after[label] for label in before} == before
    assert len(after) == len(before) + 1
    named = ASKED_AS.get(sample.media_type, sample.media_type)
    report = ask(asset, named, stamped.manifest, tsa_trust_pem=authority.root.decode())
    assert report["validation_state"] == ("Invalid" if sample.media_type in MISTAKEN else "Trusted")
    assert "timeStamp.trusted" in [status["code"] for status in report["validation_results"]["success"]]
    other = b"W" + asset[1:] if sample.media_type == "text/plain" else asset[:-1] + bytes([asset[-1] ^ 1])
    assert stamping.read(other, sample.media_type, manifest=stamped.manifest).state != "valid"
    with pytest.raises(SealRefusedError, match="not valid for the asset"):
        stamping.stamp(other, sample.media_type, manifest, BY)


WORDS = b"Words.\n"


def test_a_stamp_of_nobody_who_is_trusted_here_is_thrown_away(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder
) -> None:
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    stranger = InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors)
    plain = InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)
    sealed = plain.seal(WORDS, make_order("text/markdown"))
    with pytest.raises(OperatorError, match="an authority that is not trusted here"):
        stranger.stamp(sealed.asset, "text/markdown", sealed.manifest, BY)
    with pytest.raises(OperatorError, match="without a time-stamp authority"):
        plain.stamp(sealed.asset, "text/markdown", sealed.manifest, BY)


def test_in_a_confined_child_and_no_stamp_is_none_even_where_sealing_does_without(
    authority: Authority, chain: DevelopmentChain, make_order: MakeOrder
) -> None:
    signer = claim_signer(chain.material)
    with (
        StampRelay([authority.url], seconds=5.0, later=True) as relay,
        WorkerPool(
            size=1,
            memory_bytes=2**30,
            seconds=30.0,
            trust_anchors=chain.trust_anchors + authority.root,
            stamping_port=relay.port,
        ) as pool,
    ):
        sealed = IsolatedCredentialService(pool, lambda _: signer).seal(WORDS, make_order("text/plain"))
        service = IsolatedCredentialService(pool, lambda _: signer, relay)
        stamped = service.stamp(sealed.asset, "text/plain", sealed.manifest, BY)
        assert service.read(sealed.asset, "text/plain", manifest=stamped.manifest).time_stamped
        authority.replayed = True
        try:
            with pytest.raises(TimeStampError):
                service.stamp(sealed.asset, "text/plain", sealed.manifest, BY)
        finally:
            authority.replayed = False
        authority.status = 503
        try:
            with pytest.raises(TimeStampError, match=r"No time-stamp authority gave a time stamp: .* status 503"):
                service.stamp(sealed.asset, "text/plain", sealed.manifest, BY)
        finally:
            authority.status = 200
