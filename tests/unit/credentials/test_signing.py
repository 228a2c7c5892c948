"""Sealing: what leaves is valid, or nothing leaves."""

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.credentials import Disclosure, Parent, SealOrder, SigningMaterial, alert_kinds
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.in_process import InProcessCredentialService, manifest_signer
from pipeline.credentials.sdk import Examination, NoManifestError, Validator
from pipeline.credentials.signing import seal
from pipeline.errors import BugError, OperatorError, SealRefusedError, WorldError
from tests.servers import LeavableServer

MakeOrder = Callable[..., SealOrder]
TEXT = b"A machine wrote this.\n"


def manifests_of(asset: bytes, media_type: str, manifest: bytes | None = None) -> list[dict[str, Any]]:
    """The manifests of a store as crJSON has them, the active one first."""
    manifests: list[dict[str, Any]] = json.loads(Validator().examine(asset, media_type, manifest).details)["manifests"]
    return manifests


def test_text_that_programs_read_gets_a_sidecar_and_stays_as_it_was(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    sealed = service.seal(TEXT, make_order("text/markdown"))
    assert (sealed.binding, sealed.asset, sealed.sidecar_because) == ("sidecar", TEXT, None)
    assert service.read(TEXT, "text/markdown", manifest=sealed.manifest) == sealed.credential
    assert (sealed.credential.state, sealed.credential.trust, sealed.credential.ai_generated) == (
        "valid",
        "trusted",
        True,
    )


def test_a_picture_carries_its_manifest_and_gives_it_back(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    sealed = service.seal(png, make_order("image/png"))
    assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
    assert service.extract(sealed.asset, "image/png") == sealed.manifest
    assert service.read(sealed.asset, "image/png") == sealed.credential


def test_nothing_is_extracted_where_nothing_is(service: InProcessCredentialService, png: bytes) -> None:
    assert service.extract(png, "image/png") is None
    assert service.extract(TEXT, "text/plain") is None


def test_everything_the_manifest_says_is_said_by_us_and_signed_for(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    order = make_order(
        "image/png",
        operation="edited",
        parents=(Parent(media_type="image/png", title="original", asset=png),),
        disclosure=Disclosure(model_type="c2pa.types.model.generic"),
    )
    claim = manifests_of(service.seal(png, order).asset, "image/png")[0]["claim.v2"]
    created = [reference["url"].rpartition("/")[2] for reference in claim["created_assertions"]]
    assert sorted(created) == ["c2pa.actions.v2", "c2pa.ai-disclosure", "c2pa.hash.data", "c2pa.ingredient.v3"]
    assert claim["gathered_assertions"] == []


@pytest.mark.parametrize("beside", [False, True])
def test_the_credential_of_a_parent_becomes_part_of_the_chain(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes, *, beside: bool
) -> None:
    if beside:
        earlier = service.seal(TEXT, make_order("text/markdown"))
        parent = Parent(media_type="text/markdown", asset=TEXT, manifest=earlier.manifest)
    else:
        earlier = service.seal(png, make_order("image/png"))
        parent = Parent(media_type="image/png", asset=earlier.asset)
    sealed = service.seal(b"edited", make_order(operation="edited", parents=(parent,)))
    assert [manifest["label"] for manifest in manifests_of(b"edited", "text/plain", sealed.manifest)] == [
        sealed.label,
        earlier.label,
    ]
    assert alert_kinds(sealed.credential) == ()


def test_a_parent_that_does_not_match_its_manifest_is_told_as_such(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    stale = Parent(media_type="text/plain", asset=b"other bytes", manifest=service.seal(TEXT, make_order()).manifest)
    sealed = service.seal(b"edited", make_order(operation="edited", parents=(stale,)))
    assert sealed.credential.state == "valid"
    assert [alert_kind.kind for alert_kind in alert_kinds(sealed.credential)] == ["ingredient-tampered"]


@pytest.mark.parametrize("manifest", [None, b"garbage"])
def test_a_parent_without_a_readable_credential_is_named_without_one(
    service: InProcessCredentialService, make_order: MakeOrder, manifest: bytes | None
) -> None:
    parent = Parent(media_type="image/jpeg", title="draft", asset=b"no picture at all", manifest=manifest)
    sealed = service.seal(TEXT, make_order(operation="edited", parents=(parent,)))
    assertions = manifests_of(TEXT, "text/plain", sealed.manifest)[0]["assertions"]
    assert assertions["c2pa.ingredient.v3"] == {
        "dc:title": "draft",
        "dc:format": "image/jpeg",
        "relationship": "parentOf",
    }
    assert sealed.credential.state == "valid"


def test_sealing_what_is_sealed_keeps_what_the_first_signer_said(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    first = service.seal(png, make_order("image/png"))
    second = service.seal(first.asset, make_order("image/png"))
    active, earlier = manifests_of(second.asset, "image/png")
    assert (active["label"], earlier["label"]) == (second.label, first.label)
    assert [action["action"] for action in active["assertions"]["c2pa.actions.v2"]["actions"]] == [
        "c2pa.opened",
        "c2pa.edited.metadata",
    ]
    assert alert_kinds(second.credential) == ()


def test_a_credential_too_broken_to_refer_to_is_left_behind(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    first = service.seal(png, make_order("image/png"))
    broken = first.asset.replace(b"jumdc2cl", b"jumdXXXX")
    assert broken != first.asset
    assert service.read(broken, "image/png").state == "malformed"
    sealed = service.seal(broken, make_order("image/png"))
    assert (sealed.binding, sealed.credential.state) == ("embedded", "valid")
    assert len(manifests_of(sealed.asset, "image/png")) == 1


def test_a_chain_that_was_cut_further_back_does_not_make_ours_invalid(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    first = service.seal(png, make_order("image/png"))
    second = service.seal(first.asset, make_order("image/png"))
    cut = second.asset.replace(first.label.encode(), first.label[:-1].encode() + b"?", 1)
    assert "ingredient.manifest.missing" in service.read(cut, "image/png").codes
    sealed = service.seal(cut, make_order("image/png"))
    assert (sealed.binding, sealed.credential.state) == ("embedded", "valid")


def test_a_file_in_which_readers_find_another_manifest_is_not_let_out(
    chain: DevelopmentChain, service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    class Elsewhere(Validator):
        """Finds a valid manifest, and not the one that was made."""

        def examine(self, asset: bytes, media_type: str, manifest: bytes | None = None) -> Examination:
            if asset == png:
                raise NoManifestError
            return super().examine(other.asset, "image/png")

    other = service.seal(png, make_order("image/png"))
    with pytest.raises(BugError, match="does not validate"):
        seal(png, make_order("image/png"), signer=manifest_signer(chain.material), validator=Elsewhere())


def test_a_picture_without_a_container_gets_a_sidecar_and_says_why(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    bare = bytes.fromhex("ff0a") + bytes(40)
    sealed = service.seal(bare, make_order("image/jxl"))
    assert (sealed.binding, sealed.asset) == ("sidecar", bare)
    assert "no container" in str(sealed.sidecar_because)


def test_a_file_that_is_not_what_it_is_called_gets_a_sidecar_and_says_so(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    sealed = service.seal(TEXT, make_order("image/png"))
    assert (sealed.binding, sealed.asset) == ("sidecar", TEXT)
    assert sealed.sidecar_because == "The file takes no manifest inside: it is broken, or not what its type says."
    assert service.read(TEXT, "image/png", manifest=sealed.manifest).state == "valid"


def test_sealing_needs_no_disk(
    service: InProcessCredentialService, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere")
    assert service.seal(bytes(20 * 2**20), make_order()).credential.state == "valid"


def test_an_empty_asset_cannot_be_sealed(service: InProcessCredentialService, make_order: MakeOrder) -> None:
    with pytest.raises(SealRefusedError, match="empty"):
        service.seal(b"", make_order())


def test_a_service_without_signing_material_only_reads(make_order: MakeOrder) -> None:
    reader = InProcessCredentialService()
    assert reader.read(TEXT, "text/plain").state == "absent"
    with pytest.raises(OperatorError, match="cannot seal"):
        reader.seal(TEXT, make_order())


def test_a_wrong_signature_never_leaves(chain: DevelopmentChain, directory: Path) -> None:
    """The library embeds whatever a signer returns, and does not notice when it is not the certificate's."""
    stranger = development_chain(directory).material
    mixed = msgspec.structs.replace(chain.material, private_key=stranger.private_key)
    with pytest.raises(OperatorError, match="does not verify with the certificate"):
        InProcessCredentialService(signing=mixed, trust_anchors=chain.trust_anchors)


@pytest.mark.parametrize("authority", [None, "http://127.0.0.1:9"])
def test_an_expired_certificate_is_the_operators_to_renew_and_costs_no_event(
    directory: Path, make_order: MakeOrder, authority: str | None
) -> None:
    expired = development_chain(directory, now=datetime.now(UTC) - timedelta(days=400))
    material = msgspec.structs.replace(expired.material, time_stamp_authority=authority)
    with pytest.raises(OperatorError, match="expired on"):
        InProcessCredentialService(signing=material).seal(TEXT, make_order())


@pytest.fixture
def broken_authority() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = LeavableServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def stamped(chain: DevelopmentChain, authority: str) -> InProcessCredentialService:
    material: SigningMaterial = msgspec.structs.replace(chain.material, time_stamp_authority=authority)
    return InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors)


def test_a_time_stamp_authority_that_fails_is_waited_for(
    chain: DevelopmentChain, make_order: MakeOrder, broken_authority: str
) -> None:
    with pytest.raises(WorldError, match="time-stamp authority"):
        stamped(chain, broken_authority).seal(TEXT, make_order())


def test_a_time_stamp_authority_that_is_away_is_waited_for(chain: DevelopmentChain, make_order: MakeOrder) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        authority = f"http://name:password@127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(WorldError, match=r"127\.0\.0\.1") as away:
            stamped(chain, authority).seal(TEXT, make_order())
    assert "password" not in str(away.value)
