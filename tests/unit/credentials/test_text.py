"""Plain text that carries its manifest: sealed, read back, changed in every way, and read again."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline.credentials import Credential, Parent, SealedAsset, SealOrder, alert_kinds
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.sdk import Validator
from pipeline.credentials.text import Wrapper, find_wrapper, judged, wrapped
from pipeline.credentials.text.binding import validation_state

MakeOrder = Callable[..., SealOrder]
WORDS = "Grüße aus dem Café: 機械が書いた。\n".encode()

SCRIPTS = {
    "Latin": "A machine wrote this.\r\n\tÅngström, façade, Tiếng Việt.\n",
    "Han": "機械が書いた。由机器生成。\n",
    "Hangul": "기계가 썼다\n",
    "Arabic": "كتبت هذا آلة، ١٢٣\u200f\n",
    "Hebrew": "נִכְתַּב בידי מכונה\n",
    "Devanagari": "यह एक मशीन ने लिखा।\n",
    "Thai": "เครื่องเขียนสิ่งนี้",
    "emoji": "☺️ 👩‍👩‍👧 🏳️‍🌈 1️⃣",
    "variants": "葛󠄀城市",
    "byte order mark": "\ufeffWindows wrote this.\r\n",
    "decomposed": "Cafe\u0301, A\u030angstro\u0308m",
    "compatibility": "\ufa10\u212b\u0958",
}


def visible(text: bytes) -> str:
    """What a person sees: a text without the selectors that have nothing to select."""
    return text.decode().partition("\ufeff\U000e0133")[0]


def kinds(credential: Credential) -> list[str]:
    return [alert_kind.kind for alert_kind in alert_kinds(credential)]


@pytest.fixture(scope="module")
def sealed(service: InProcessCredentialService, make_order: MakeOrder) -> SealedAsset:
    return service.seal(WORDS, make_order())


@pytest.fixture(scope="module")
def read(service: InProcessCredentialService) -> Callable[[bytes], Credential]:
    return lambda text: service.read(text, "text/plain")


def test_a_text_carries_its_manifest_and_gives_it_back(
    service: InProcessCredentialService, sealed: SealedAsset
) -> None:
    assert (sealed.binding, sealed.sidecar_because) == ("embedded", None)
    assert (sealed.credential.state, sealed.credential.trust, sealed.credential.ai_generated) == (
        "valid",
        "trusted",
        True,
    )
    assert service.read(sealed.asset, "text/plain") == sealed.credential
    assert service.extract(sealed.asset, "text/plain") == sealed.manifest
    assert kinds(sealed.credential) == []


def test_a_text_is_not_burdened_with_the_padding_that_files_get(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    beside = service.seal(WORDS, make_order("text/markdown"))
    assert len(sealed.manifest) < len(beside.manifest) - 400
    assert int.from_bytes(sealed.manifest[:4]) == len(sealed.manifest)


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_person_sees_stays_as_it_was(
    service: InProcessCredentialService, make_order: MakeOrder, text: str
) -> None:
    sealed = service.seal(text.encode(), make_order())
    assert sealed.binding == "embedded"
    assert sealed.asset.startswith(text.encode())
    assert visible(sealed.asset) == text
    assert service.read(sealed.asset, "text/plain").state == "valid"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=200), position=st.integers(0), written=st.characters(codec="utf-8"))
def test_any_text_seals_and_shows_any_change(
    service: InProcessCredentialService, make_order: MakeOrder, text: str, position: int, written: str
) -> None:
    body = text.encode("utf-8", "ignore")
    assume(body)
    text = body.decode()
    sealed = service.seal(body, make_order())
    assert (sealed.binding, visible(sealed.asset)) == ("embedded", text)
    at = position % len(text)
    changed = text[:at] + written + text[at + 1 :]
    credential = service.read(changed.encode() + sealed.asset[len(body) :], "text/plain")
    same = unicodedata.normalize("NFC", changed) == unicodedata.normalize("NFC", text)
    assert (credential.state == "valid") <= same
    if changed == text:
        assert credential.state == "valid"


def test_a_signer_that_nobody_trusts_leaves_the_credential_valid(sealed: SealedAsset) -> None:
    credential = InProcessCredentialService().read(sealed.asset, "text/plain")
    assert (credential.state, credential.trust) == ("valid", "untrusted")


# Changes to the text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"aus", b"zum"),
        lambda text: text.replace(b"aus", b"aus und"),
        lambda text: b"Sie lesen: " + text,
        lambda text: text + b"x",
        lambda text: text + b"\nx\n",
        lambda text: b"Ganz anderes" + text[len(WORDS) :],
        lambda text: text[len(WORDS) :],
    ],
    ids=["a word", "longer", "before", "behind", "a line behind", "moved to another", "alone"],
)
def test_changed_words_are_tampering(
    sealed: SealedAsset, read: Callable[[bytes], Credential], change: Callable[[bytes], bytes]
) -> None:
    credential = read(change(sealed.asset))
    assert (credential.state, kinds(credential)) == ("invalid", ["content-tampered"])
    assert credential.ai_generated is True


# Changes to how the text is written down


@pytest.mark.parametrize(
    "original",
    [
        WORDS * 3,
        b"A line.\r\nAnother.\r\n",
        b"\xef\xbb\xbfWith a mark.\nAnd a line.\n",
        b"No line at the end.\nReally.",
        b"Of both kinds.\r\nReally.\n\n",
    ],
    ids=["LF", "CRLF", "BOM", "no final newline", "mixed"],
)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: b"\xef\xbb\xbf" + text.removeprefix(b"\xef\xbb\xbf"),
        lambda text: text.removeprefix(b"\xef\xbb\xbf"),
        lambda text: re.sub(rb"\r?\n(?=\xef\xbb\xbf\xf3|$)", b"", text),
        lambda text: text + b"\n",
        lambda text: text + b"\r\n",
    ],
    ids=["unix2dos", "dos2unix", "mark put", "mark taken", "last newline lost", "newline behind", "CRLF behind"],
)
def test_other_line_ends_are_not_other_words(
    service: InProcessCredentialService,
    make_order: MakeOrder,
    original: bytes,
    change: Callable[[bytes], bytes],
) -> None:
    for media_type in ("text/plain", "text/markdown"):
        sealed = service.seal(original, make_order(media_type))
        beside = sealed.manifest if sealed.binding == "sidecar" else None
        changed = change(sealed.asset)
        credential = service.read(changed, media_type, manifest=beside)
        if changed == sealed.asset:
            assert credential.state == "valid"
        else:
            assert (credential.state, kinds(credential)) == ("invalid", ["line-ends-changed"]), media_type
        words = changed.replace(b"line", b"lime").replace(b"aus", b"zum").replace(b"Really", b"Rarely")
        assert kinds(service.read(words, media_type, manifest=beside)) == ["content-tampered"], media_type


@pytest.mark.parametrize("media_type", ["application/json", "text/csv", "application/xml"])
def test_data_that_programs_read_has_line_ends_too(
    service: InProcessCredentialService, make_order: MakeOrder, media_type: str
) -> None:
    manifest = service.seal(b'[1,\n"two"\n]\n', make_order(media_type)).manifest
    for changed, kind in ((b'[1,\r\n"two"\r\n]', "line-ends-changed"), (b'[1,\n"tow"\n]\n', "content-tampered")):
        assert kinds(service.read(changed, media_type, manifest=manifest)) == [kind]


def test_in_a_file_that_is_no_text_other_line_ends_are_other_bytes(
    service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    manifest = service.seal(b"\x00\n\x01", make_order("application/zip")).manifest
    assert kinds(service.read(b"\x00\r\n\x01", "application/zip", manifest=manifest)) == ["content-tampered"]


def test_the_same_text_in_another_normal_form_is_not_tampered_with_but_its_manifest_has_moved(
    service: InProcessCredentialService, sealed: SealedAsset
) -> None:
    decomposed = unicodedata.normalize("NFD", sealed.asset.decode()).encode()
    credential = service.read(decomposed, "text/plain")
    assert credential.state == "invalid"
    assert "assertion.dataHash.malformed" in credential.codes
    assert kinds(credential) == ["line-ends-changed"]


def test_a_manifest_that_was_put_elsewhere_in_its_text_is_no_matter_of_line_ends(
    service: InProcessCredentialService, sealed: SealedAsset
) -> None:
    moved = WORDS[:6] + carrier(sealed) + WORDS[6:]
    credential = service.read(moved, "text/plain")
    assert (credential.state, kinds(credential)) == ("invalid", ["manifest-malformed"])


def test_marks_in_another_order_are_the_same_text(service: InProcessCredentialService, make_order: MakeOrder) -> None:
    sealed = service.seal("a\u0323\u0307 word".encode(), make_order())
    reordered = sealed.asset.replace("a\u0323\u0307".encode(), "a\u0307\u0323".encode())
    assert reordered != sealed.asset
    assert service.read(reordered, "text/plain").state == "valid"


def test_a_text_stripped_of_what_cannot_be_seen_has_no_credential(
    sealed: SealedAsset, read: Callable[[bytes], Credential]
) -> None:
    assert read(WORDS) == Credential(state="absent", trust="none")
    assert visible(sealed.asset).encode() == WORDS


# Changes to what carries the manifest


def carrier(sealed: SealedAsset) -> bytes:
    return sealed.asset[len(WORDS) :]


def test_two_manifests_in_one_text_are_malformed(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    for text in (sealed.asset * 2, sealed.asset + service.seal(b"More.\n", make_order()).asset):
        credential = service.read(text, "text/plain")
        assert (credential.state, credential.active_codes) == ("malformed", ("manifest.text.multipleWrappers",))
        assert kinds(credential) == ["manifest-malformed"]
        assert service.extract(text, "text/plain") is None


@pytest.mark.parametrize("kept", [40, 60, 1000, -4, -1])
def test_a_manifest_that_was_cut_is_malformed(
    sealed: SealedAsset, read: Callable[[bytes], Credential], kept: int
) -> None:
    credential = read(WORDS + carrier(sealed)[:kept])
    assert (credential.state, credential.active_codes) == ("malformed", ("manifest.text.corruptedWrapper",))


def test_a_manifest_whose_first_character_was_cleaned_away_has_left_a_trace(
    sealed: SealedAsset, read: Callable[[bytes], Credential]
) -> None:
    assert read(sealed.asset.replace("\ufeff".encode(), b"")).state == "malformed"


@pytest.mark.parametrize(
    "words", [b"c2pa.created", b"trainedAlgorithmicMedia", b"sealstream", b"jumb", b"c2pa.hash.data"]
)
def test_a_changed_manifest_is_noticed(sealed: SealedAsset, read: Callable[[bytes], Credential], words: bytes) -> None:
    at = sealed.manifest.index(words)
    manifest = sealed.manifest[:at] + bytes([words[0] ^ 1]) + sealed.manifest[at + 1 :]
    assert read(WORDS + wrapped(manifest)).state in ("invalid", "malformed")


def test_a_selector_changed_anywhere_in_the_signed_part_is_noticed(
    sealed: SealedAsset, read: Callable[[bytes], Credential]
) -> None:
    claim = sealed.manifest.index(b"c2pa.claim.v2")
    for at in range(claim + 40, claim + 200, 16):
        changed = sealed.manifest[:at] + bytes([sealed.manifest[at] ^ 0x11]) + sealed.manifest[at + 1 :]
        assert read(WORDS + wrapped(changed)).state in ("invalid", "malformed"), at


def test_what_is_hidden_behind_the_store_is_no_part_of_what_the_claim_leaves_out(
    sealed: SealedAsset, read: Callable[[bytes], Credential]
) -> None:
    hidden = "".join(chr(0xE0100 + byte) for byte in b"hidden").encode()
    assert read(sealed.asset + hidden).state == "invalid"


def test_a_manifest_made_for_something_else_does_not_fit_a_text(
    service: InProcessCredentialService, make_order: MakeOrder, png: bytes, read: Callable[[bytes], Credential]
) -> None:
    beside = service.seal(WORDS, make_order("text/markdown"))
    inside = service.seal(png, make_order("image/png"))
    for manifest in (beside.manifest, inside.manifest):
        assert read(WORDS + wrapped(manifest)).state == "invalid"


# Ways through the service


def test_a_manifest_may_come_a_second_time_beside_its_text(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    credential = service.read(sealed.asset, "text/plain", manifest=sealed.manifest)
    assert (credential.state, credential.binding) == ("valid", "sidecar")
    another = service.seal(b"Other words.", make_order()).manifest
    assert service.read(sealed.asset, "text/plain", manifest=another).state == "invalid"
    assert service.read(WORDS, "text/plain", manifest=sealed.manifest).state == "invalid"


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("Grüße".encode("latin-1"), "text/plain"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"\x1b$B8l\x1b(B", "text/plain; charset=iso-2022-jp"),
    ],
)
def test_text_that_is_not_utf_8_gets_a_sidecar_and_says_so(
    service: InProcessCredentialService, make_order: MakeOrder, text: bytes, media_type: str
) -> None:
    sealed = service.seal(text, make_order(media_type))
    assert (sealed.binding, sealed.asset) == ("sidecar", text)
    assert sealed.sidecar_because is not None
    assert service.read(text, media_type, manifest=sealed.manifest).state == "valid"


def test_sealing_what_is_sealed_keeps_what_the_first_signer_said(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    second = service.seal(sealed.asset, make_order())
    assert second.asset.count("\ufeff".encode()) == 1
    assert visible(second.asset).encode() == WORDS
    assert sealed.label.encode() in second.manifest
    assert (second.credential.state, kinds(second.credential)) == ("valid", [])


def test_a_text_whose_manifest_is_broken_beyond_reading_gets_a_new_one_in_its_place(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    """Cut anywhere, also within a character: a selector is three or four bytes, whatever the signature brings."""
    for broken in (*(sealed.asset[:-cut] for cut in range(1, 9)), sealed.asset + carrier(sealed)):
        again = service.seal(broken, make_order())
        assert (again.binding, again.credential.state) == ("embedded", "valid")
        assert visible(again.asset).encode() == WORDS


def test_a_text_with_a_changed_ancestor_says_so(
    service: InProcessCredentialService, make_order: MakeOrder, sealed: SealedAsset
) -> None:
    changed = sealed.asset.replace(b"aus", b"zum")
    parent = Parent(media_type="text/plain", asset=changed)
    edited = service.seal(b"Edited.\n", make_order(operation="edited", parents=(parent,)))
    assert (edited.binding, edited.credential.state) == ("embedded", "valid")
    assert kinds(edited.credential) == ["ingredient-tampered"]
    parent = Parent(media_type="text/plain", asset=sealed.asset)
    edited = service.seal(b"Edited.\n", make_order(operation="edited", parents=(parent,)))
    assert kinds(edited.credential) == []


def test_a_long_chain_still_fits(service: InProcessCredentialService, make_order: MakeOrder) -> None:
    text = WORDS
    for _ in range(7):
        text = service.seal(text, make_order()).asset
    assert len(text) > 0xFFFF
    assert service.read(text, "text/plain").state == "valid"


@pytest.mark.parametrize("media_type", ["text/markdown", "text/html", "text/plain; charset=utf-8"])
def test_a_text_that_was_copied_whole_is_recognised_under_another_text_type(
    service: InProcessCredentialService, sealed: SealedAsset, media_type: str
) -> None:
    assert service.read(sealed.asset, media_type).state == "valid"


# Who decides what


def reports(
    chain: DevelopmentChain, service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> list[Mapping[str, Any]]:
    """What the library says of pictures: sound, changed, of strangers, and with a broken ancestor."""
    sealed = service.seal(png, make_order("image/png")).asset
    changed = sealed.replace(b"\x00\x00\x00\x01\x00\x00\x00\x01\x08", b"\x00\x00\x00\x01\x00\x00\x00\x02\x08")
    claim = sealed.replace(b"trainedAlgorithmicMedia", b"trainedAlgorithmicMedix")
    stale = Parent(media_type="image/png", asset=changed)
    child = service.seal(png, make_order("image/png", operation="edited", parents=(stale,))).asset
    trusting, strange = Validator(chain.trust_anchors), Validator()
    return [
        json.loads(validator.examine(asset, "image/png").report)
        for asset in (sealed, changed, claim, child, service.seal(claim, make_order("image/png")).asset)
        for validator in (trusting, strange)
    ]


def test_our_rule_for_the_state_is_the_librarys(
    chain: DevelopmentChain, service: InProcessCredentialService, make_order: MakeOrder, png: bytes
) -> None:
    seen = reports(chain, service, make_order, png)
    assert {report["validation_state"] for report in seen} == {"Trusted", "Valid", "Invalid"}
    for report in seen:
        assert validation_state(report["validation_results"]) == report["validation_state"]


@pytest.fixture(scope="module")
def heard(chain: DevelopmentChain, sealed: SealedAsset) -> tuple[bytes, dict[str, Any], Wrapper]:
    """The library's report and details of a sealed text, with the manifest as if it were beside it."""
    found = find_wrapper(sealed.asset)
    assert found is not None
    stranger = Validator(chain.trust_anchors).examine(sealed.asset, "application/octet-stream", sealed.manifest)
    return stranger.report, json.loads(stranger.details), found


def test_the_library_alone_refuses_every_text(heard: tuple[bytes, dict[str, Any], Wrapper]) -> None:
    report = json.loads(heard[0])
    codes = [status["code"] for status in report["validation_results"]["activeManifest"]["failure"]]
    assert (report["validation_state"], codes) == ("Invalid", ["assertion.dataHash.mismatch"])


BINDINGS: Mapping[str, tuple[dict[str, Any] | None, str]] = {
    "as signed": ({}, "assertion.dataHash.match"),
    "leaves out nothing": ({"exclusions": []}, "assertion.dataHash.malformed"),
    "leaves out a second range": (
        {"exclusions": [{"start": 0, "length": 1}, {"start": len(WORDS), "length": 1}]},
        "assertion.dataHash.malformed",
    ),
    "leaves out more": ({"exclusions": [{"start": 0, "length": 10**6}]}, "assertion.dataHash.malformed"),
    "another hash": ({"hash": "b64'AAAA'"}, "assertion.dataHash.mismatch"),
    "no hash": ({"hash": "AAAA"}, "assertion.dataHash.malformed"),
    "half a hash": ({"hash": "b64'AAAAA'"}, "assertion.dataHash.malformed"),
    "of another kind": ({"hash": 1}, "assertion.dataHash.malformed"),
    "an algorithm that is none": ({"alg": "md5"}, "algorithm.unsupported"),
    "the algorithm of the claim": ({"alg": None}, "assertion.dataHash.match"),
    "not bound by a data hash": (None, "assertion.dataHash.malformed"),
}


@pytest.mark.parametrize(("changes", "code"), BINDINGS.values(), ids=BINDINGS)
def test_only_a_binding_that_leaves_out_the_manifest_alone_holds(
    sealed: SealedAsset, heard: tuple[bytes, dict[str, Any], Wrapper], changes: dict[str, Any] | None, code: str
) -> None:
    report, details, wrapper = heard
    details = msgspec.json.decode(msgspec.json.encode(details))
    assertions = details["manifests"][0]["assertions"]
    if changes is None:
        assertions["c2pa.hash.boxes"] = assertions.pop("c2pa.hash.data")
    else:
        assertions["c2pa.hash.data"] |= changes
    said = json.loads(judged(report, json.dumps(details).encode(), sealed.asset, wrapper))
    active = said["validation_results"]["activeManifest"]
    holds = code == "assertion.dataHash.match"
    assert [status["code"] for status in active["success" if holds else "failure"]].count(code) == 1
    assert said["validation_state"] == ("Trusted" if holds else "Invalid")


def test_what_the_library_holds_against_a_manifest_stays(
    sealed: SealedAsset, heard: tuple[bytes, dict[str, Any], Wrapper]
) -> None:
    report, details, wrapper = heard
    answer = json.loads(report)
    answer["validation_results"]["activeManifest"]["failure"] += [
        {"code": "claimSignature.mismatch"},
        {"code": "assertion.dataHash.redacted"},
    ]
    said = json.loads(judged(json.dumps(answer).encode(), json.dumps(details).encode(), sealed.asset, wrapper))
    codes = [status["code"] for status in said["validation_results"]["activeManifest"]["failure"]]
    assert codes == ["claimSignature.mismatch", "assertion.dataHash.redacted"]
    assert said["validation_state"] == "Invalid"
