"""Manifests inside plain text, as two implementations see them that are not ours and share no code with each other.

One is `encypher-c2pa`, which the other formats are shown to as well. The other is `c2patxt`, written in Python alone;
it asks for an older `cryptography` than this project has, though it works with this one, so it is fetched on its own.
"""

import importlib
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from pipeline.credentials import SealedAsset
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.text import wrapped
from tests.media.conftest import SAMPLES, Ask, MakeOrder

REQUIREMENTS = Path(__file__).parent / "c2patxt.requirements.txt"

TEXTS = {
    "article": (SAMPLES / "article.txt").read_bytes().decode(),
    "Han": "機械が書いた。由机器生成。\n",
    "Arabic": "كتبت هذا آلة\n",
    "emoji": "☺️ 👩‍👩‍👧\n",
    "byte order mark": "\ufeffWindows wrote this.\r\n",
    "decomposed": "Cafe\u0301 A\u030angstro\u0308m\n",
    "compatibility": "\ufa10\u212b\u0958\n",
    "long": "Line after line of it.\n" * 5000,
}

CHANGES: Mapping[str, Callable[[bytes, SealedAsset], bytes]] = {
    "a word": lambda text, _: text.replace(b"machine", b"stranger"),
    "before": lambda text, _: b"They say: " + text,
    "behind": lambda text, _: text + b"More.\n",
    "twice": lambda text, _: text * 2,
    "cut": lambda text, _: text.decode()[:-1].encode(),
    "moved": lambda text, _: b"Something else.\n" + text[text.index("\ufeff".encode()) :],
    "another manifest": lambda text, sealed: (
        text[: text.index("\ufeff".encode())] + wrapped(sealed.manifest.replace(b"sealstream", b"sealstreaM"))
    ),
    "decomposed": lambda text, _: unicodedata.normalize("NFD", text.decode()).encode(),
}

Second = Callable[[bytes], tuple[str, list[str]]]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Second]:
    """What `c2patxt` says of a text: a state and its codes. It checks everything but whom to trust."""
    directory = str(tmp_path_factory.mktemp("c2patxt"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    wanted = ["--require-hashes", "--requirement", str(REQUIREMENTS), "--target", directory]
    done = subprocess.run([*pip, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        missing = f"c2patxt, the second validator of text manifests, cannot be installed: {done.stderr}"
        (pytest.fail if "CI" in os.environ else pytest.skip)(missing)
    sys.path.insert(0, directory)
    try:
        c2patxt = importlib.import_module("c2patxt")
    finally:
        sys.path.remove(directory)

    def ask(text: bytes) -> tuple[str, list[str]]:
        verdict = c2patxt.verify(text.decode())
        return str(verdict.state.value), [str(status.code) for status in (*verdict.success, *verdict.failure)]

    yield ask
    for name in [name for name in sys.modules if name.partition(".")[0] == "c2patxt"]:
        del sys.modules[name]


@pytest.fixture(scope="module", params=TEXTS.values(), ids=TEXTS)
def sealed(request: pytest.FixtureRequest, service: InProcessCredentialService, make_order: MakeOrder) -> SealedAsset:
    return service.seal(request.param.encode(), make_order("text/plain"))


def test_the_first_validator_finds_it_sound_and_trusted(sealed: SealedAsset, ask: Ask) -> None:
    report = ask(sealed.asset, "text/plain")
    assert (report["validation_state"], report["signature"], report["hard_binding"]) == ("Trusted", "valid", "match")


def test_the_second_validator_finds_it_sound(sealed: SealedAsset, second: Second) -> None:
    state, codes = second(sealed.asset)
    assert state == "valid"
    assert {"assertion.dataHash.match", "claimSignature.validated", "claimSignature.insideValidity"} <= set(codes)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_all_three_of_us_refuse_what_was_changed(
    service: InProcessCredentialService,
    make_order: MakeOrder,
    ask: Ask,
    second: Second,
    change: Callable[[bytes, SealedAsset], bytes],
) -> None:
    sealed = service.seal("A machine wrote this in a café.\n".encode(), make_order("text/plain"))
    changed = change(sealed.asset, sealed)
    assert changed != sealed.asset
    assert service.read(changed, "text/plain").state in ("invalid", "malformed")
    assert ask(changed, "text/plain")["validation_state"] == "Invalid"
    assert second(changed)[0] == "invalid"


def test_a_text_that_was_sealed_again_shows_both_manifests(
    service: InProcessCredentialService, make_order: MakeOrder, ask: Ask
) -> None:
    """Shown to one validator: the other refuses whatever has an ancestor."""
    first = service.seal(b"Words.\n", make_order("text/plain"))
    second = service.seal(first.asset, make_order("text/plain"))
    assert ask(second.asset, "text/plain")["validation_state"] == "Trusted"
    assert first.label.encode() in second.manifest
