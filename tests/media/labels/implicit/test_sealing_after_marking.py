"""Marks come before the seal: the seal covers them, and they are still there behind it."""

import pytest

from pipeline.credentials import embeds
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.labels.implicit import ImplicitRefusedError, read_labels, write_labels
from tests.media.conftest import Ask, MakeOrder
from tests.unit.labels.implicit.makers import DOCX, LABELS, MAKERS, OTHER, made, media_type_of

SEALED = [name for name in MAKERS if embeds(media_type_of(name))]
SIDECARS = ("text/html", "text/markdown", "application/epub+zip", DOCX)


@pytest.mark.parametrize("name", SEALED)
def test_a_marked_file_seals_valid_and_still_shows_its_marks(
    name: str, service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    media_type = media_type_of(name)
    marked = write_labels(made(name), media_type, LABELS)
    sealed = service.seal(marked, make_order(media_type))
    assert (sealed.binding, sealed.credential.state, sealed.credential.trust) == ("embedded", "valid", "trusted")
    assert read_labels(sealed.asset, media_type).show(LABELS)
    assert ask(sealed.asset, media_type)["validation_state"] == "Trusted"


@pytest.mark.parametrize("name", [name for name in MAKERS if media_type_of(name) in SIDECARS])
def test_a_marked_file_with_its_seal_beside_it_is_the_marked_file(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    media_type = media_type_of(name)
    marked = write_labels(made(name), media_type, LABELS)
    sealed = service.seal(marked, make_order(media_type))
    assert (sealed.binding, sealed.asset, sealed.credential.state) == ("sidecar", marked, "valid")


@pytest.mark.parametrize("name", SEALED)
def test_the_seal_covers_the_marks(name: str, service: InProcessCredentialService, make_order: MakeOrder) -> None:
    media_type = media_type_of(name)
    sealed = service.seal(write_labels(made(name), media_type, LABELS), make_order(media_type))
    changed = sealed.asset.replace(b"content-0001", b"content-0002")
    if changed == sealed.asset:
        pytest.fail("the mark is not in the bytes as it is")
    assert service.read(changed, media_type).state == "invalid"


@pytest.mark.parametrize("name", SEALED)
def test_a_sealed_file_is_not_marked_any_more(
    name: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    """What somebody signed would look tampered with. That it is marked already is no reason to refuse it."""
    media_type = media_type_of(name)
    sealed = service.seal(write_labels(made(name), media_type, LABELS), make_order(media_type)).asset
    with pytest.raises(ImplicitRefusedError, match="C2PA manifest"):
        write_labels(sealed, media_type, OTHER)
    assert write_labels(sealed, media_type, LABELS) == sealed
