"""The credential service with the real children: same interface, same answers, hostile bytes kept outside."""

import os
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.credentials import Credential, CredentialService, SealOrder, Software
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.signers import ClaimSigner, claim_signer
from pipeline.credentials.stamping import StampRelay
from pipeline.errors import OperatorError, SealRefusedError, WorldError
from pipeline.isolation import IsolatedCredentialService, WorkerPool

MEMORY = 512 * 2**20
ABSENT = Credential(state="absent", trust="none")


def order(media_type: str) -> SealOrder:
    return SealOrder(
        media_type=media_type,
        operation="generated",
        digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        claim_generator=Software(name="sealstream", version="0.1.0"),
    )


@pytest.fixture(scope="module")
def pool(chain: DevelopmentChain) -> Iterator[WorkerPool]:
    with WorkerPool(size=2, memory_bytes=MEMORY, seconds=20, trust_anchors=chain.trust_anchors) as pool:
        yield pool


@pytest.fixture(scope="module")
def signer(chain: DevelopmentChain) -> ClaimSigner:
    return claim_signer(chain.material)


@pytest.fixture(scope="module")
def service(pool: WorkerPool, signer: ClaimSigner) -> CredentialService:
    return IsolatedCredentialService(pool, lambda _: signer)


@pytest.fixture(scope="module")
def wav() -> bytes:
    """A tenth of a second of silence."""
    samples = bytes(1600)
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    body = form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_what_a_child_seals_is_what_this_process_reads(
    service: CredentialService, chain: DevelopmentChain, wav: bytes
) -> None:
    sealed = service.seal(wav, order("audio/wav"))
    here = InProcessCredentialService(trust_anchors=chain.trust_anchors)
    assert here.read(sealed.asset, "audio/wav") == sealed.credential == service.read(sealed.asset, "audio/wav")
    assert service.extract(sealed.asset, "audio/wav") == sealed.manifest


def test_a_sidecar_comes_and_goes_beside_its_text(service: CredentialService) -> None:
    sealed = service.seal(b"words", order("text/markdown"))
    assert service.read(b"words", "text/markdown", manifest=sealed.manifest) == sealed.credential
    assert service.extract(b"words", "text/markdown") is None


def test_a_plain_text_carries_its_manifest_to_the_child_and_back(service: CredentialService) -> None:
    sealed = service.seal(b"words", order("text/plain"))
    assert sealed.asset.startswith(b"words")
    assert service.read(sealed.asset, "text/plain") == sealed.credential
    assert service.extract(sealed.asset, "text/plain") == sealed.manifest


def test_errors_come_back_as_what_they_are(service: CredentialService) -> None:
    with pytest.raises(SealRefusedError, match="empty"):
        service.seal(b"", order("text/plain"))


def test_signing_material_that_does_not_work_is_found_before_the_first_job(chain: DevelopmentChain) -> None:
    wrong = msgspec.structs.replace(chain.material, algorithm="ps256")
    with pytest.raises(OperatorError, match="ps256"):
        claim_signer(wrong)


def test_trust_anchors_that_are_none_are_found_before_the_first_job() -> None:
    with pytest.raises(OperatorError, match="trust anchors"):
        WorkerPool(size=1, memory_bytes=MEMORY, seconds=5, trust_anchors=b"no certificates")


def test_the_signing_key_is_nowhere_in_a_child(chain: DevelopmentChain, wav: bytes) -> None:
    """Looked for in all of its memory, as text and as the number that it is, after it sealed."""
    private = serialization.load_pem_private_key(chain.material.private_key, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    number = private.private_numbers().private_value.to_bytes(32, "big")
    signer = claim_signer(chain.material)
    with WorkerPool(size=1, memory_bytes=MEMORY, seconds=20) as pool:
        IsolatedCredentialService(pool, lambda _: signer).seal(wav, order("audio/wav"))
        child, told = newest_parser()
        memory = b"".join(readable_memory(child))
    assert b"pipeline.isolation.child" in told
    assert b"BEGIN CERTIFICATE" in memory
    for secret in (chain.material.private_key.splitlines()[1], number, number[::-1]):
        assert secret not in told + memory


def newest_parser() -> tuple[str, bytes]:
    """The process that this one started last for parsing, and what it was told: its command and its environment."""
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    for child in sorted(children, key=int, reverse=True):
        command, around = (Path(f"/proc/{child}/{place}").read_bytes() for place in ("cmdline", "environ"))
        if b"pipeline.isolation.child" in command:
            return child, command + around
    raise AssertionError(children)


def readable_memory(process: str) -> Iterator[bytes]:
    """What a process has written into its memory: the private mappings that are not files."""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            region, rights, _, _, inode, *_ = line.split()
            start, end = (int(address, 16) for address in region.split("-"))
            if rights.startswith("rw") and inode == "0" and end - start < 2**28:
                with suppress(OSError):
                    memory.seek(start)
                    yield memory.read(end - start)


BOMBS = {
    "RIFF that claims 4 GB": b"RIFF\xf0\xff\xff\xffWAVEC2PA\x00\xff\xff\xff",
    "RIFF of 20 bytes": b"RIFF\x0c\x00\x00\x00WAVEC2PA\xf0\xff\xff\x7f",
    "PNG chunk that claims 2 GB": b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffcaBX" + bytes(40),
    "JPEG segment cut off": b"\xff\xd8\xff\xeb\xff\xffJP\x00\x01\x00\x00\x00\x01" + bytes(20),
    "BMFF box larger than everything": struct.pack(">I4sQ", 1, b"ftyp", 2**63) + b"isom" * 8,
    "BMFF boxes in boxes": b"".join(struct.pack(">I4s", 2**20 - 8 * depth, b"moov") for depth in range(5000)),
    "TIFF that points to itself": b"II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00",
    "PDF in circles": b"%PDF-1.4\nxref\n0 1\ntrailer<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "SVG of entities": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>',
    "SVG deep in itself": b"<svg>" + b"<g>" * 200_000,
    "GIF that never ends": b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"\x21\xff\x0bC2PA_GIF\x01\x00\x00\xff",
    "ID3 with a size of its own": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fGEOB\x7f\x7f\x7f\x7f\x00\x00",
    "ZIP without a directory": b"PK\x03\x04" + bytes(60) + b"PK\x05\x06\xff\xff\xff\xff" + b"\xff" * 14,
}
MEDIA_TYPES = ("image/jpeg", "image/png", "image/tiff", "audio/wav", "audio/mpeg", "video/mp4", "application/pdf")


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_absent_malformed_or_hostile_and_the_service_goes_on(
    service: CredentialService, pool: WorkerPool, bomb: bytes
) -> None:
    for media_type in MEDIA_TYPES:
        assert service.read(bomb, media_type).state in ("absent", "malformed")
        sealed = service.seal(bomb, order(media_type))
        assert sealed.credential.state == "valid"
    assert service.read(b"plain words", "text/plain") == ABSENT


def test_noise_in_any_guise_breaks_nothing(service: CredentialService) -> None:
    noise = random.Random(2026)
    beginnings = (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x01\x00\x00WEBP",
        b"ID3\x04",
        b"%PDF-1.7",
        b"II*\x00",
    )
    for number in range(60):
        asset = beginnings[number % len(beginnings)] + noise.randbytes(noise.randrange(4000))
        assert service.read(asset, MEDIA_TYPES[number % len(MEDIA_TYPES)]).state in ("absent", "malformed")


def test_a_sealed_file_cut_off_anywhere_is_never_valid(service: CredentialService, wav: bytes) -> None:
    sealed = service.seal(wav, order("audio/wav")).asset
    for length in random.Random(2026).sample(range(len(sealed)), 60):
        assert service.read(sealed[:length], "audio/wav").state in ("absent", "malformed", "invalid"), length


@pytest.fixture
def silent_authority() -> Iterator[str]:
    """A time-stamp authority that takes every question and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_time_stamp_authority_that_stalls_is_not_blamed_on_the_asset(
    chain: DevelopmentChain, silent_authority: str
) -> None:
    signer = claim_signer(chain.material)
    with (
        StampRelay([silent_authority], seconds=1.0) as relay,
        WorkerPool(size=1, memory_bytes=MEMORY, seconds=10, stamping_port=relay.port) as pool,
        pytest.raises(WorldError, match=r"No time-stamp authority .*127\.0\.0\.1: it did not answer in time"),
    ):
        IsolatedCredentialService(pool, lambda _: signer, relay).seal(b"words", order("text/plain"))


def test_memory_does_not_grow_with_the_jobs(service: CredentialService, wav: bytes) -> None:
    def resident() -> int:
        children = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()
        return sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) * 4096 for child in children)

    for _ in range(50):
        service.seal(wav, order("audio/wav"))
    before = resident()
    for _ in range(300):
        service.seal(wav, order("audio/wav"))
    assert resident() - before < 10 * 2**20


def test_jobs_of_many_threads_are_all_done(service: CredentialService, wav: bytes) -> None:
    done: list[str] = []

    def work() -> None:
        done.extend(service.seal(wav, order("audio/wav")).credential.state for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done == ["valid"] * 40, time.monotonic() - began
