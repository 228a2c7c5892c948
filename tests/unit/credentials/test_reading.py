"""What an asset says of itself, and what is made of it."""

import io
import json
import socket
from collections.abc import Callable
from typing import Any

import c2pa
import pytest

from pipeline.credentials import Credential, SealedAsset, SealOrder, alert_kinds
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.reading import credential_of
from pipeline.credentials.sdk import Examination

MakeOrder = Callable[..., SealOrder]
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def kinds(credential: Credential) -> list[str]:
    return [found.kind for found in alert_kinds(credential)]


@pytest.fixture(scope="module")
def sealed(service: InProcessCredentialService, make_order: MakeOrder, png: bytes) -> SealedAsset:
    return service.seal(png, make_order("image/png"))


def test_a_sealed_asset_says_who_signed_it(service: InProcessCredentialService, sealed: SealedAsset) -> None:
    credential = service.read(sealed.asset, "image/png")
    assert (credential.state, credential.trust, credential.binding) == ("valid", "trusted", "embedded")
    assert credential.active_manifest == sealed.label
    assert credential.claim_generator == "sealstream 0.1.0"
    assert credential.signer is not None
    assert credential.signer.common_name == "Sealstream development signer"
    assert credential.signer.issuer == "Sealstream development root"
    assert credential.signer.algorithm == "es256"


def test_a_signer_that_nobody_trusts_leaves_the_credential_valid(sealed: SealedAsset) -> None:
    credential = InProcessCredentialService().read(sealed.asset, "image/png")
    assert (credential.state, credential.trust) == ("valid", "untrusted")
    assert [alert_kind.kind for alert_kind in alert_kinds(credential)] == ["signer-untrusted"]


@pytest.mark.parametrize("asset", [b"", b"\x00", b"plain words", bytes(1000)])
@pytest.mark.parametrize("media_type", ["text/plain", "image/jpeg", "x/unknown"])
def test_what_carries_nothing_is_absent(service: InProcessCredentialService, asset: bytes, media_type: str) -> None:
    assert service.read(asset, media_type) == Credential(state="absent", trust="none")


@pytest.mark.parametrize("asset", [b"plain words", b"\x00\x00 and more" * 100, bytes(1000)])
@pytest.mark.parametrize("media_type", ["application/pdf", "image/tiff", "audio/wav", "image/gif", "video/mp4"])
def test_a_file_that_cannot_be_taken_apart_is_called_so_and_its_manifest_is_not_blamed(
    service: InProcessCredentialService, asset: bytes, media_type: str
) -> None:
    credential = service.read(asset, media_type)
    assert (credential.state, credential.trust, credential.codes) == ("absent", "none", ("general.error",))
    assert kinds(credential) == ["asset-unreadable"]


def test_a_picture_without_a_container_is_readable_and_carries_nothing(service: InProcessCredentialService) -> None:
    bare = bytes.fromhex("ff0a") + bytes(40)
    assert service.read(bare, "image/jxl") == Credential(state="absent", trust="none")


def test_a_file_with_the_rest_of_a_manifest_is_malformed_even_where_it_cannot_be_taken_apart(
    service: InProcessCredentialService, sealed: SealedAsset
) -> None:
    credential = service.read(sealed.asset[: len(sealed.asset) // 2], "image/png")
    assert (credential.state, kinds(credential)) == ("malformed", ["manifest-malformed"])


def test_bytes_that_are_no_file_any_more_are_compared_with_the_manifest_beside_them(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    page = service.seal(b"<p>Words.", make_order("text/html")).manifest
    for media_type in ("image/png", "application/pdf", "video/mp4"):
        credential = service.read(b"\x00garbage" * 100, media_type, manifest=page)
        assert (credential.state, kinds(credential)) == ("invalid", ["content-tampered"]), media_type


def test_a_manifest_store_without_an_asset_is_read_and_has_nothing_that_it_holds_for(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    beside = service.seal(b"<p>Words.", make_order("text/html", title="page.html")).manifest
    for store in (beside, sealed.manifest):
        for media_type in ("application/c2pa", "application/octet-stream", "image/png"):
            credential = service.read(store, media_type)
            assert (credential.state, credential.trust, credential.binding) == ("invalid", "trusted", None)
            assert kinds(credential) == ["manifest-alone"]
            assert credential.ai_generated is True
    assert service.read(beside, "application/c2pa").title == "page.html"
    assert kinds(service.read(beside.replace(b"trainedAlg", b"trainedAlk"), "application/c2pa")) == [
        "manifest-tampered",
        "manifest-alone",
    ]


def test_changed_content_is_invalid(service: InProcessCredentialService, sealed: SealedAsset) -> None:
    changed = bytearray(sealed.asset)
    changed[sealed.asset.index(b"IDAT") + 6] ^= 1
    credential = service.read(bytes(changed), "image/png")
    assert credential.state == "invalid"
    assert alert_kinds(credential)[0].kind == "content-tampered"


def test_a_changed_claim_is_invalid(service: InProcessCredentialService, sealed: SealedAsset) -> None:
    changed = sealed.asset.replace(b"trainedAlgorithmicMedia", b"trainedAlgorithmicMedix")
    credential = service.read(changed, "image/png")
    assert credential.state == "invalid"
    assert alert_kinds(credential)[0].kind == "manifest-tampered"


@pytest.mark.parametrize("mark", [b"caBX", b"jumdc2pa"])
def test_a_manifest_that_was_made_unfindable_is_malformed_and_not_absent(
    service: InProcessCredentialService, sealed: SealedAsset, mark: bytes
) -> None:
    changed = sealed.asset.replace(mark, mark[:-1] + b"?", 1)
    credential = service.read(changed, "image/png")
    if mark == b"caBX":
        assert credential.state == "malformed"
        assert [alert_kind.kind for alert_kind in alert_kinds(credential)] == ["manifest-malformed"]
    assert credential.state not in ("valid", "absent")


def test_a_sidecar_that_is_no_manifest_is_malformed(service: InProcessCredentialService) -> None:
    credential = service.read(b"words", "text/plain", manifest=b"no manifest")
    assert (credential.state, credential.trust, credential.binding) == ("malformed", "unknown", "sidecar")


def test_a_manifest_for_other_bytes_is_invalid(service: InProcessCredentialService, make_order: MakeOrder) -> None:
    manifest = service.seal(b"these words", make_order()).manifest
    credential = service.read(b"other words", "text/plain", manifest=manifest)
    assert credential.state == "invalid"
    assert alert_kinds(credential)[0].kind == "content-tampered"


def test_an_address_of_a_manifest_is_reported_and_never_followed(
    chain: DevelopmentChain, service: InProcessCredentialService, png: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/manifest.c2pa"
        credential = service.read(pointing_to(url, chain, png), "image/png")
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert (credential.state, credential.trust, credential.remote_url) == ("remote", "unknown", url)
    assert [alert_kind.kind for alert_kind in alert_kinds(credential)] == ["manifest-unreachable"]


def pointing_to(url: str, chain: DevelopmentChain, asset: bytes) -> bytes:
    info = c2pa.C2paSignerInfo("es256", chain.material.certificate_chain, chain.material.private_key, None)
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}]}
    says = {
        "claim_generator_info": [{"name": "camera"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": actions}],
    }
    builder = c2pa.Builder.from_json(json.dumps(says))
    builder.set_no_embed()
    builder.set_remote_url(url)
    out = io.BytesIO()
    builder.sign(c2pa.Signer.from_info(info), "image/png", io.BytesIO(asset), out)
    return out.getvalue()


def examination(*manifests: dict[str, Any], state: str = "Valid", results: dict[str, Any] | None = None) -> Examination:
    """What the library would report of manifests named 0, 1, ..., each with the next as its ingredient."""
    chain = {str(number): {"ingredients": [{"active_manifest": str(number + 1)}]} for number in range(len(manifests))}
    report = {
        "active_manifest": "0",
        "manifests": chain,
        "validation_results": results or {"activeManifest": {}},
        "validation_state": state,
    }
    details = {
        "manifests": [{"label": str(number), "assertions": assertions} for number, assertions in enumerate(manifests)]
    }
    return Examination(report=json.dumps(report).encode(), details=json.dumps(details).encode(), manifest=b"")


def created(source: str) -> dict[str, Any]:
    return {"c2pa.actions.v2": {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]}}


@pytest.mark.parametrize(
    "source",
    [
        IPTC + "trainedAlgorithmicMedia",
        IPTC.replace("http:", "https:") + "compositeWithTrainedAlgorithmicMedia",
        IPTC + "compositeSynthetic/",
        "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData",
    ],
)
def test_generative_source_types_declare_ai(source: str) -> None:
    assert credential_of(examination(created(source)), "embedded").ai_generated is True


def test_an_admission_of_ai_holds_even_where_the_signature_does_not() -> None:
    credential = credential_of(examination(created(IPTC + "trainedAlgorithmicMedia"), state="Invalid"), "embedded")
    assert (credential.state, credential.ai_generated) == ("invalid", True)


def test_a_denial_of_ai_has_to_be_signed_for() -> None:
    photo = created(IPTC + "digitalCapture")
    assert credential_of(examination(photo), "embedded").ai_generated is False
    assert credential_of(examination(photo, state="Invalid"), "embedded").ai_generated is None


def test_an_ingredient_of_an_ingredient_declares_ai_for_the_whole() -> None:
    deep = examination({}, created(IPTC + "digitalCapture"), created(IPTC + "compositeSynthetic"))
    credential = credential_of(deep, "embedded")
    assert credential.ai_generated is True
    assert credential.digital_source_types == (IPTC + "digitalCapture", IPTC + "compositeSynthetic")


@pytest.mark.parametrize(
    "assertions",
    [
        {"c2pa.ingredient.v3": {"digitalSourceType": IPTC + "trainedAlgorithmicMedia"}},
        {"cawg.metadata": {"Iptc4xmpExt:DigitalSourceType": IPTC + "trainedAlgorithmicMedia"}},
        {"c2pa.ai-disclosure": {"modelType": "c2pa.types.model.generic"}},
    ],
)
def test_ai_is_declared_in_more_places_than_actions(assertions: dict[str, Any]) -> None:
    assert credential_of(examination(assertions), "embedded").ai_generated is True


def test_nothing_said_is_nothing_known() -> None:
    assert credential_of(examination({}), "embedded").ai_generated is None


@pytest.mark.parametrize(
    ("codes", "trust"),
    [
        (["signingCredential.untrusted"], "untrusted"),
        (["signingCredential.invalid"], "untrusted"),
        (["signingCredential.untrusted", "signingCredential.expired"], "expired"),
        (["claimSignature.outsideValidity"], "expired"),
        (["signingCredential.untrusted", "signingCredential.ocsp.revoked"], "revoked"),
        ([], "unknown"),
    ],
)
def test_trust_is_what_weighs_most(codes: list[str], trust: str) -> None:
    results = {"activeManifest": {"failure": [{"code": code} for code in codes]}}
    assert credential_of(examination({}, results=results), "embedded").trust == trust


def test_manifests_that_refer_to_each_other_in_a_circle_are_read_once() -> None:
    report = {
        "active_manifest": "a",
        "manifests": {
            "a": {"ingredients": [{"active_manifest": "b"}]},
            "b": {"ingredients": [{"active_manifest": "a"}], "claim_generator": "x"},
        },
        "validation_state": "Invalid",
    }
    circle = Examination(report=json.dumps(report).encode(), details=b'{"manifests": []}', manifest=b"")
    assert credential_of(circle, "embedded").state == "invalid"


MANIFEST_STORE = list(bytes.fromhex("d8fec3d61b0e483c92975828877ec481"))
STORE_BOX = {"xpath": "/uuid", "data": [{"offset": 8, "value": MANIFEST_STORE}]}
USUAL = [STORE_BOX, {"xpath": "/ftyp"}, {"xpath": "/mfra"}, {"xpath": "/free"}, {"xpath": "/skip"}]


@pytest.mark.parametrize(
    ("exclusions", "expected"),
    [
        (USUAL, []),
        ([*USUAL, {"xpath": "/mdat"}], ["partial-coverage"]),
        ([*USUAL, {"xpath": "/uuid"}], ["partial-coverage"]),
        (None, ["partial-coverage"]),
    ],
    ids=["padding", "media data", "any box of users", "unknown"],
)
def test_a_binding_that_leaves_out_more_than_padding_is_told(exclusions: object, expected: list[str]) -> None:
    found = examination(
        {"c2pa.hash.bmff.v3": {"exclusions": exclusions}},
        results={"activeManifest": {"informational": [{"code": "assertion.bmffHash.additionalExclusionsPresent"}]}},
    )
    assert kinds(credential_of(found, "embedded")) == expected


def test_revocation_is_never_asked_for_and_that_is_no_trouble_of_the_asset() -> None:
    results = {"activeManifest": {"informational": [{"code": "signingCredential.ocsp.skipped"}]}}
    credential = credential_of(examination({}, results=results), "embedded")
    assert credential.codes == credential.dismissed_codes == ("signingCredential.ocsp.skipped",)
    assert alert_kinds(credential) == ()
