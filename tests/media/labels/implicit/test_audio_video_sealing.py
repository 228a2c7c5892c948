"""Marks and manifests together: marked first, sealed after, and all of it still there in the final bytes."""

from hashlib import sha256

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.labels.implicit import ImplicitRefusedError, read_labels, write_labels
from tests.media.conftest import SAMPLES, Ask, MakeOrder
from tests.unit.labels.implicit.audio_video_makers import KINDS, content, made, media_type_of
from tests.unit.labels.implicit.makers import LABELS, OTHER

RECORDED = {
    "announcement.wav": "audio/wav",
    "news-zh.wav": "audio/wav",
    "voice-note.mp3": "audio/mpeg",
    "clip.mp4": "video/mp4",
}
EMBEDDED = [name for name in KINDS if not media_type_of(name).endswith(("webm", "matroska", "flv", "ogg"))]
BESIDE = [name for name in KINDS if name not in EMBEDDED]


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_marked_file_is_sealed_and_shows_both(
    name: str, service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    media_type = media_type_of(name)
    sealed = service.seal(write_labels(made(name), media_type, LABELS), make_order(media_type))
    assert (sealed.binding, sealed.credential.state, sealed.credential.trust) == ("embedded", "valid", "trusted")
    assert ask(sealed.asset, media_type)["validation_state"] == "Trusted"
    assert read_labels(sealed.asset, media_type).show(LABELS)
    assert content(sealed.asset) == content(made(name))


@pytest.mark.parametrize("name", BESIDE)
def test_a_marked_file_whose_manifest_is_beside_it_stays_as_it_was_marked(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    media_type = media_type_of(name)
    marked = write_labels(made(name), media_type, LABELS)
    sealed = service.seal(marked, make_order(media_type))
    assert (sealed.binding, sealed.asset, sealed.credential.trust) == ("sidecar", marked, "trusted")
    assert read_labels(sealed.asset, media_type).show(LABELS)


@pytest.mark.parametrize("name", RECORDED)
def test_samples_keep_every_frame_through_marking_and_sealing(
    name: str, service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    media_type = RECORDED[name]
    body = (SAMPLES / name).read_bytes()
    sealed = service.seal(write_labels(body, media_type, LABELS), make_order(media_type))
    assert ask(sealed.asset, media_type)["validation_state"] == "Trusted"
    assert read_labels(sealed.asset, media_type).show(LABELS)
    assert content(sealed.asset) == content(body)


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_sealed_file_takes_no_other_mark(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    media_type = media_type_of(name)
    sealed = service.seal(write_labels(made(name), media_type, LABELS), make_order(media_type)).asset
    with pytest.raises(ImplicitRefusedError, match="C2PA manifest"):
        write_labels(sealed, media_type, OTHER)
    assert write_labels(sealed, media_type, LABELS) == sealed


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_mark_changed_after_sealing_is_caught(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    """The signature covers the mark: who turns a producer's number into another breaks it."""
    media_type = media_type_of(name)
    sealed = service.seal(write_labels(made(name), media_type, LABELS), make_order(media_type)).asset
    forged = sealed.replace(b"content-0001", b"content-0002")
    assert sha256(forged).digest() != sha256(sealed).digest()
    assert read_labels(forged, media_type).conforming != LABELS.aigc
    assert service.read(forged, media_type).state == "invalid"
