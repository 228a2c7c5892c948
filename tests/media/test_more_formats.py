"""Formats that the project has no sample of; ffmpeg makes them, and what it cannot make is built by hand."""

import json
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from tests.media.conftest import DOCX, Ask, MakeOrder
from tests.tools import need

PICTURE = ("-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1")
SOUND = ("-f", "lavfi", "-i", "sine=duration=0.2")
FILM = ("-f", "lavfi", "-i", "testsrc=size=64x48:duration=0.4", "-pix_fmt", "yuv420p")

EMBEDDED = {
    "picture.gif": ("image/gif", PICTURE),
    "picture.tiff": ("image/tiff", PICTURE),
    "picture.avif": ("image/avif", (*PICTURE, "-still-picture", "1")),
    "sound.flac": ("audio/flac", SOUND),
    "sound.m4a": ("audio/mp4", SOUND),
    "film.mov": ("video/quicktime", FILM),
    "film.avi": ("video/x-msvideo", FILM),
    "fragmented.mp4": ("video/mp4", (*FILM, "-movflags", "frag_keyframe+empty_moov")),
}
BESIDE = {
    "sound.ogg": ("audio/ogg", SOUND),
    "film.webm": ("video/webm", FILM),
    "film.mkv": ("video/x-matroska", FILM),
}


def made(name: str, arguments: tuple[str, ...], directory: Path) -> bytes:
    need("ffmpeg")
    file = directory / name
    done = subprocess.run(["ffmpeg", "-v", "error", *arguments, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return file.read_bytes()


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_format_carries_its_manifest(
    name: str, tmp_path: Path, service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    media_type, arguments = EMBEDDED[name]
    sealed = service.seal(made(name, arguments, tmp_path), make_order(media_type))
    assert (sealed.binding, sealed.credential.state, sealed.credential.trust) == ("embedded", "valid", "trusted")
    assert service.extract(sealed.asset, media_type) == sealed.manifest
    assert ask(sealed.asset, media_type)["validation_state"] == "Trusted"


@pytest.mark.parametrize("name", BESIDE)
def test_the_format_gets_a_sidecar(
    name: str, tmp_path: Path, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    media_type, arguments = BESIDE[name]
    asset = made(name, arguments, tmp_path)
    sealed = service.seal(asset, make_order(media_type))
    assert (sealed.binding, sealed.asset, sealed.sidecar_because) == ("sidecar", asset, None)
    assert service.read(asset, media_type, manifest=sealed.manifest).trust == "trusted"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def test_jpeg_xl_carries_a_manifest_in_a_container_and_not_without(
    service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    naked = b"\xff\x0a" + bytes(64)
    container = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"jxlc", naked)
    inside, beside = (service.seal(asset, make_order("image/jxl")) for asset in (container, naked))
    assert (inside.binding, beside.binding) == ("embedded", "sidecar")
    assert beside.sidecar_because is not None
    assert ask(inside.asset, "image/jxl")["validation_state"] == "Trusted"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_zip_containers_get_a_sidecar_however_they_are_packed(
    compression: int,
    tmp_path: Path,
    service: InProcessCredentialService,
    make_order: MakeOrder,
    ask: Ask,
) -> None:
    file = tmp_path / "letter.docx"
    with zipfile.ZipFile(file, "w", compression) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        container.writestr("word/document.xml", "<document/>" * 50)
    sealed = service.seal(file.read_bytes(), make_order(DOCX))
    assert (sealed.binding, sealed.asset) == ("sidecar", file.read_bytes())
    assert ask(sealed.asset, DOCX, sealed.manifest)["validation_state"] == "Trusted"


def test_a_picture_inside_a_document_is_not_the_documents_credential(
    tmp_path: Path, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    """A container that holds a sealed picture says nothing of itself: absent, not malformed."""
    picture = service.seal(made("picture.gif", PICTURE, tmp_path), make_order("image/gif")).asset
    file = tmp_path / "letter.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as container:
        container.writestr("word/media/image1.gif", picture)
    assert service.read(file.read_bytes(), DOCX).state == "absent"


@pytest.mark.parametrize("media_type", ["application/json", "text/csv", "text/html", "application/x-made-up"])
def test_anything_else_gets_a_sidecar(
    media_type: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    asset = json.dumps({"answer": "42"}).encode()
    sealed = service.seal(asset, make_order(media_type))
    assert (sealed.binding, sealed.asset) == ("sidecar", asset)
    assert service.read(asset, media_type, manifest=sealed.manifest).state == "valid"
