"""Files that others made and broke: the C2PA organisation's public test files.

They are not part of this project. `SEALSTREAM_PUBLIC_C2PA_FILES` names a directory that holds them; no signer in
them is on a trust list used here, so all are untrusted.
"""

import os
from pathlib import Path

import pytest

from pipeline.credentials import alert_kinds
from pipeline.credentials.in_process import InProcessCredentialService

DIRECTORY = os.environ.get("SEALSTREAM_PUBLIC_C2PA_FILES")

pytestmark = pytest.mark.skipif(
    not DIRECTORY, reason="SEALSTREAM_PUBLIC_C2PA_FILES is not set: NOTHING was checked against files made by others"
)

UNTRUSTED = "signer-untrusted"
NO_CREDENTIAL_BELOW = "ingredient-unlabeled"

EXPECTED = {
    "adobe-20220124-A.jpg": ("absent", "none", set()),
    "adobe-20220124-I.jpg": ("absent", "none", set()),
    "adobe-20220124-C.jpg": ("valid", "untrusted", {UNTRUSTED}),
    "adobe-20220124-CA.jpg": ("valid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW}),
    "adobe-20220124-CI.jpg": ("valid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW}),
    "adobe-20220124-CAI.jpg": ("valid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW}),
    "adobe-20220124-CACA.jpg": ("valid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW}),
    "adobe-20220124-CAICA.jpg": ("valid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW}),
    "adobe-20220124-CIE-sig-CA.jpg": (
        "valid",
        "untrusted",
        {UNTRUSTED, NO_CREDENTIAL_BELOW, "ingredient-tampered"},
    ),
    "adobe-20220124-E-dat-CA.jpg": ("invalid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW, "content-tampered"}),
    "adobe-20220124-XCA.jpg": ("invalid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW, "content-tampered"}),
    "adobe-20220124-E-sig-CA.jpg": (
        "invalid",
        "untrusted",
        {UNTRUSTED, NO_CREDENTIAL_BELOW, "manifest-tampered", "timestamp-problem"},
    ),
    "adobe-20220124-E-uri-CA.jpg": ("invalid", "untrusted", {UNTRUSTED, NO_CREDENTIAL_BELOW, "manifest-tampered"}),
    "adobe-20220124-E-clm-CAICAI.jpg": (
        "invalid",
        "untrusted",
        {UNTRUSTED, NO_CREDENTIAL_BELOW, "manifest-tampered", "ingredient-tampered"},
    ),
    "nikon-20221019-building.jpeg": ("invalid", "expired", {UNTRUSTED, "signer-expired"}),
    "adobe-20240110-single_manifest_store.pdf": ("valid", "untrusted", {UNTRUSTED}),
}

CODES = {
    "adobe-20220124-E-dat-CA.jpg": "assertion.dataHash.mismatch",
    "adobe-20220124-XCA.jpg": "assertion.dataHash.mismatch",
    "adobe-20220124-E-sig-CA.jpg": "claimSignature.mismatch",
    "adobe-20220124-E-uri-CA.jpg": "assertion.hashedURI.mismatch",
    "adobe-20220124-E-clm-CAICAI.jpg": "ingredient.manifest.missing",
    "adobe-20220124-CIE-sig-CA.jpg": "claimSignature.mismatch",
    "nikon-20221019-building.jpeg": "signingCredential.expired",
}


@pytest.fixture(scope="module")
def stranger() -> InProcessCredentialService:
    """A reader that trusts nobody."""
    return InProcessCredentialService()


def media_type_of(name: str) -> str:
    return "application/pdf" if name.endswith(".pdf") else "image/jpeg"


@pytest.mark.parametrize("name", EXPECTED)
def test_it_reads_as_what_it_was_made_to_be(name: str, stranger: InProcessCredentialService) -> None:
    credential = stranger.read((Path(DIRECTORY or "") / name).read_bytes(), media_type_of(name))
    told = (credential.state, credential.trust, {alert_kind.kind for alert_kind in alert_kinds(credential)})
    assert told == EXPECTED[name]
    assert CODES.get(name) in (None, *credential.codes)


def test_ai_origin_is_found_in_the_ingredients_of_a_document(stranger: InProcessCredentialService) -> None:
    name = "adobe-20240110-single_manifest_store.pdf"
    credential = stranger.read((Path(DIRECTORY or "") / name).read_bytes(), media_type_of(name))
    assert credential.ai_generated is True


def test_no_file_is_left_out() -> None:
    present = {file.name for file in Path(DIRECTORY or "").iterdir() if file.suffix != ".md"}
    assert present == set(EXPECTED)
