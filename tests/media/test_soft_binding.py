"""A manifest that carries its asset's fingerprint is valid, and the fingerprint is read back from it."""

import io
import json

import c2pa
import msgspec
import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.content import fingerprint
from pipeline.fingerprints.soft_binding import SOFT_BINDING, soft_binding
from tests.media.conftest import MEDIA_TYPES, SAMPLES, Ask, MakeOrder

EXAMPLES = ["harbour.jpg", "voice-note.mp3", "clip.mp4", "article.txt"]


def test_it_says_the_algorithm_and_the_code_of_the_whole_asset() -> None:
    code = Fingerprint.of("image", bytes(32))
    assert soft_binding(code) == {"alg": "io.iscc.v0", "blocks": [{"scope": {}, "value": code.code}]}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_manifest_with_it_is_valid_and_tells_the_fingerprint(
    name: str,
    service: InProcessCredentialService,
    make_order: MakeOrder,
    ask: Ask,
) -> None:
    body, media_type = (SAMPLES / name).read_bytes(), MEDIA_TYPES[name]
    found = fingerprint(body, media_type)
    assert found is not None

    order = msgspec.structs.replace(make_order(media_type), fingerprint=found)
    sealed = service.seal(body, order)
    assert (sealed.credential.state, sealed.credential.trust) == ("valid", "trusted")
    sidecar = sealed.manifest if sealed.binding == "sidecar" else None
    if media_type != "text/plain":
        # A second opinion; the other validator takes no manifest beside a text.
        assert ask(sealed.asset, media_type, sidecar)["validation_state"] == "Trusted"
    assert bindings_in(sealed.manifest, sealed.asset, media_type) == [soft_binding(found)]
    assert fingerprint(sealed.asset, media_type) == found


def bindings_in(manifest: bytes, asset: bytes, media_type: str) -> list[object]:
    with c2pa.Reader(media_type, io.BytesIO(asset), manifest_data=manifest) as reader:
        report = json.loads(reader.json())
    assertions = report["manifests"][report["active_manifest"]]["assertions"]
    return [assertion["data"] for assertion in assertions if assertion["label"] == SOFT_BINDING]
