"""Every format seals, reads back, stays a file of its format, and shows every change."""

import io
import json
import random
import shutil
import subprocess
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pipeline.credentials import alert_kinds, embeds
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.sdk import Validator
from tests.media.conftest import Ask, Sealed

TAMPERED = {"content-tampered", "manifest-tampered", "manifest-malformed"}

ASKED_AS = {"application/json": "text/markdown"}
"""The independent validator knows manifests of this type only inside the text, and refuses any beside it. The manifest
and the bytes are the same under the name of a type whose sidecars it reads."""


def test_it_reads_back_valid_trusted_and_ai_generated(sample: Sealed, service: InProcessCredentialService) -> None:
    credential = service.read(sample.sealed.asset, sample.media_type, manifest=sample.sidecar)
    assert (credential.state, credential.trust, credential.ai_generated) == ("valid", "trusted", True)
    assert alert_kinds(credential) == ()


def test_the_manifest_is_inside_where_the_format_can_carry_it(
    sample: Sealed, service: InProcessCredentialService
) -> None:
    inside = embeds(sample.media_type)
    assert sample.sealed.binding == ("embedded" if inside else "sidecar")
    assert sample.sealed.sidecar_because is None
    assert (sample.sealed.asset == sample.original) is not inside
    extracted = service.extract(sample.sealed.asset, sample.media_type)
    assert extracted == (sample.sealed.manifest if inside else None)


def test_an_independent_validator_agrees(sample: Sealed, ask: Ask) -> None:
    media_type = ASKED_AS.get(sample.media_type, sample.media_type)
    report = ask(sample.sealed.asset, media_type, sample.sidecar)
    assert (report["validation_state"], report["signature"], report["hard_binding"]) == ("Trusted", "valid", "match")


def test_the_claim_signs_for_everything_the_manifest_says(sample: Sealed) -> None:
    examination = Validator().examine(sample.sealed.asset, sample.media_type, sample.sidecar)
    manifest: dict[str, Any] = json.loads(examination.details)["manifests"][0]
    created = {assertion["url"].rpartition("/")[2] for assertion in manifest["claim.v2"]["created_assertions"]}
    hard_bindings = {name for name in created if name.startswith("c2pa.hash.")}
    assert created - hard_bindings == {"c2pa.actions.v2", "c2pa.ai-disclosure"}
    assert len(hard_bindings) == 1
    assert manifest["claim.v2"]["gathered_assertions"] == []
    assert manifest["claim.v2"]["claim_generator_info"]["specVersion"] == "2.4.0"
    assert manifest["assertions"]["c2pa.actions.v2"]["allActionsIncluded"] is True


def content_positions(sample: Sealed) -> Iterator[int]:
    """Seeded positions in what the sample was before it was sealed, wherever these bytes are now.

    The first 64 bytes of an MP4 are left out: its file type box is no part of the hard binding (C2PA 2.4 A.4).
    """
    seeded = random.Random(sample.name)
    piece = 12
    found = 0
    while found < 12:
        begin = seeded.randrange(64 if sample.media_type == "video/mp4" else 0, len(sample.original) - piece)
        at = sample.sealed.asset.find(sample.original[begin : begin + piece])
        if at >= 0:
            found += 1
            yield at + seeded.randrange(piece)


def flipped(asset: bytes, position: int, bit: int) -> bytes:
    return asset[:position] + bytes([asset[position] ^ (1 << bit)]) + asset[position + 1 :]


def test_one_flipped_bit_of_the_content_is_noticed(sample: Sealed, service: InProcessCredentialService) -> None:
    for number, position in enumerate(content_positions(sample)):
        changed = flipped(sample.sealed.asset, position, number % 8)
        credential = service.read(changed, sample.media_type, manifest=sample.sidecar)
        assert credential.state in ("invalid", "malformed"), position
        assert TAMPERED & {alert_kind.kind for alert_kind in alert_kinds(credential)}, position


def test_one_flipped_bit_of_what_the_manifest_says_is_noticed(
    sample: Sealed, service: InProcessCredentialService
) -> None:
    """What a claim does not cover are salt, padding and certificates' wrapping; what it says is in the assertions."""
    manifest = sample.sealed.manifest
    for words in (b"c2pa.created", b"trainedAlgorithmicMedia", b"prompt_guided", b"Sample model", b"sealstream"):
        position = manifest.index(words) + len(words) // 2
        changed = flipped(manifest, position, 0)
        credential = service.read(sample.original, sample.media_type, manifest=changed)
        assert credential.state in ("invalid", "malformed"), words


def test_it_is_still_a_file_of_its_format(sample: Sealed, tmp_path: Path) -> None:
    asset = sample.sealed.asset
    file = tmp_path / sample.name
    file.write_bytes(asset)
    match sample.media_type:
        case "audio/wav":
            with wave.open(io.BytesIO(asset)) as sealed, wave.open(io.BytesIO(sample.original)) as original:
                assert sealed.readframes(10**9) == original.readframes(10**9)
        case "image/svg+xml":
            assert ET.fromstring(asset).tag.endswith("svg")  # noqa: S314 (our own sample)
        case "application/json" | "text/markdown":
            assert asset == sample.original
        case "text/plain":
            assert asset.decode().partition("\ufeff")[0] == sample.original.decode()
        case "application/pdf":
            run("pdfinfo", str(file))
        case media_type if "openxmlformats" in media_type:
            assert zipfile.ZipFile(io.BytesIO(asset)).testzip() is None
        case _:
            run("ffmpeg", "-v", "error", "-xerror", "-i", str(file), "-f", "null", "-")


def run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: nothing here can open this format")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
