"""A file that somebody holds: known, signed, labeled, like something, or none of it."""

import io
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from pipeline.assets import asset_of
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.usecases.verifying import Verified
from tests.unit.house import House, png
from tests.unit.usecases.public_house import HARBOUR, SAMPLES, PublicHouse, smaller


@pytest.fixture
def public(house: House) -> PublicHouse:
    return PublicHouse(house)


def verified(public: PublicHouse, body: bytes, claim: str = "image/jpeg") -> Verified:
    return public.verification(asset_of(body, claim))


def test_what_came_out_is_known_and_carries_its_credential(public: PublicHouse) -> None:
    record = public.seal()
    said = verified(public, public.sealed(record))
    assert said.answers[:2] == ("known", "credential")
    assert said.word == "trusted"
    (known,) = said.known
    assert known.role == "sealed"
    assert known.seal is not None
    assert (known.seal.manifest_id, known.seal.ai_generated) == (record.manifest.label, True)


def test_what_went_in_is_known_and_has_no_credential(public: PublicHouse) -> None:
    public.seal()
    said = verified(public, HARBOUR)
    assert said.answers == ("known",)
    assert (said.known[0].role, said.word) == ("original", "absent")


def test_a_resized_copy_resembles_its_original(public: PublicHouse) -> None:
    record = public.seal()
    said = verified(public, smaller(), "image/webp")
    assert said.answers == ("resembles",)
    assert said.resembles is not None
    assert said.resembles.is_copy
    assert said.resembles.similarity > 0.95
    assert said.resembles.seal is not None
    assert said.resembles.seal.manifest_id == record.manifest.label


def test_a_file_that_was_changed_after_signing_says_so(public: PublicHouse) -> None:
    body = public.sealed(public.seal())
    said = verified(public, body[:-20] + bytes([body[-20] ^ 1]) + body[-19:])
    assert "credential" in said.answers
    assert "known" not in said.answers
    assert said.word == "changed"


def test_a_manifest_beside_a_file_counts_for_these_bytes(public: PublicHouse) -> None:
    public.seal("story.md", b"Once upon a time.\n", "text/markdown")
    said = verified(public, b"Once upon a time.\n", "text/markdown")
    assert (said.answers, said.word) == (("known", "credential"), "trusted")


def test_a_signer_whom_nobody_trusts_is_told(public: PublicHouse, tmp_path: Path) -> None:
    chain = development_chain(tmp_path)
    stranger = PublicHouse(House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)))
    said = verified(public, stranger.sealed(stranger.seal()))
    assert (said.word, "credential" in said.answers, said.known) == ("untrusted", True, ())


def test_a_broken_manifest_is_malformed(public: PublicHouse) -> None:
    stub = b"JP\x00\x01\x00\x00\x00\x01" + b"\x00\x00\x00\x28jumb\x00\x00\x00\x20jumdc2pa" + bytes(20)
    segment = b"\xff\xeb" + (len(stub) + 2).to_bytes(2, "big") + stub
    said = verified(public, HARBOUR[:2] + segment + HARBOUR[2:])
    assert (said.word, said.answers) == ("malformed", ("credential",))


def test_a_label_without_a_credential_is_found(public: PublicHouse) -> None:
    labeled = House(public.house.inspect.parsers.credentials, producer="studio")  # type: ignore[arg-type]
    maker = PublicHouse(labeled)
    record = maker.seal()
    target = io.BytesIO()
    with Image.open(io.BytesIO(maker.sealed(record))) as image:
        image.save(target, "JPEG", xmp=image.info["xmp"])
    said = verified(public, target.getvalue())
    assert said.answers == ("label",)
    assert said.label is not None
    assert (said.label.says, said.label.problems) == ("1", ())


def test_nothing_at_all_is_an_answer_too(public: PublicHouse) -> None:
    public.seal()
    said = verified(public, png(), "image/png")
    assert (said.answers, said.word, said.resembles) == (("nothing",), "absent", None)


def test_who_holds_withheld_bytes_is_told_that_they_are_known_and_no_more(public: PublicHouse) -> None:
    record = public.seal()
    public.retract(record)
    said = verified(public, public.sealed(record))
    assert said.answers[0] == "known"
    assert [known.seal for known in said.known] == [None]
    copy = verified(public, smaller(), "image/webp")
    assert copy.resembles is not None
    assert (copy.resembles.is_copy, copy.resembles.seal, copy.resembles.lineage) == (True, None, ())


def test_what_a_copy_was_made_from_is_told_without_names(public: PublicHouse) -> None:
    parent = public.seal("secret name.jpg", (SAMPLES / "portrait.jpg").read_bytes())
    content = {
        "parents": [
            {
                "id": "secret name.jpg",
                "mime": "image/jpeg",
                "uri": parent.sealed.uri,
                "sha256": parent.sealed.sha256,
                "size": parent.sealed.size,
            }
        ]
    }
    public.seal("edited.jpg", operation="edited", **content)
    said = verified(public, smaller(), "image/webp")
    assert said.resembles is not None
    (lineage,) = said.resembles.lineage
    assert lineage.manifest_id == parent.manifest.label
    assert b"secret" not in msgspec.json.encode(said)


def test_html_that_is_named_as_a_picture_is_told_by_its_bytes(public: PublicHouse) -> None:
    said = verified(public, b"<!doctype html><script>alert(1)</script>")
    assert said.media_type.startswith("text/html")
    assert said.answers == ("nothing",)
