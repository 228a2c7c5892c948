"""Every format that carries its manifest inside, as three validators see it that are not what sealed it.

`encypher-c2pa` and `c2pa-ts` share no code with the library used here; `c2pa-wasm` is a later build of it. The latter
two run under Node and are installed on first use, as `validators/package-lock.json` pins them.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.credentials import SealedAsset, embeds
from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.media.conftest import Ask, MakeOrder
from tests.media.test_own_output_is_quiet import FORMATS
from tests.tools import need
from tests.unit.labels.implicit.makers import LABELS

HERE: Final = Path(__file__).parent / "validators"
CACHE: Final = Path(__file__).parents[2] / ".cache"

EMBEDDED: Final = [name for name, (media_type, _) in FORMATS.items() if embeds(media_type)]

NOT_READ: Final = "no format that it reads"
ELSEWHERE: Final = "no manifest where it looks for one"
NOT_SUPPORTED: Final[Mapping[str, Mapping[str, str]]] = {
    "c2pa-wasm": {"plain text": "C2pa(UnsupportedType)"},
    "c2pa-ts": {
        # It reads JPEG, PNG, HEIC, HEIF, AVIF and MP3, as C2PA 2.1 had them.
        **dict.fromkeys(("WebP", "GIF", "TIFF", "TIFF, big-endian", "BigTIFF", "JPEG XL", "SVG"), NOT_READ),
        **dict.fromkeys(("MP4", "MOV", "M4A", "AVI", "WAV", "PDF", "plain text"), NOT_READ),
        # In ID3 it looks for the type that files had before C2PA 2.2.
        **dict.fromkeys(("MP3", "FLAC"), ELSEWHERE),
    },
}
"""What a validator says of a format it does not support. Once it does, this is wrong, and the test says so."""

Answers = Mapping[str, Mapping[str, Mapping[str, Any]]]


@pytest.fixture(scope="module")
def sealed(service: InProcessCredentialService, make_order: MakeOrder) -> Mapping[str, SealedAsset]:
    """A labelled and sealed file of every format."""
    files = {}
    for name in EMBEDDED:
        media_type, make = FORMATS[name]
        marked = InProcessImplicitLabeler().label(make(), media_type, LABELS).asset
        files[name] = service.seal(marked, make_order(media_type))
        assert files[name].binding == "embedded", name
    return files


@pytest.fixture(scope="module")
def installed() -> Path:
    """Where the packages are, in the versions of the lock file."""
    need("node", "npm")
    lock = (HERE / "package-lock.json").read_bytes()
    directory = CACHE / f"validators-{sha256(lock).hexdigest()[:16]}"
    if not (directory / "complete").exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(HERE / file, directory)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(npm, cwd=directory, capture_output=True, text=True, check=False)
        if done.returncode:
            told = f"NOTHING was checked: npm could not install the validators: {done.stderr.strip()[-300:]}"
            if "CI" in os.environ or os.environ.get("REQUIRE_TOOLS"):
                pytest.fail(told)
            pytest.skip(told)
        (directory / "complete").touch()
    return directory


@pytest.fixture(scope="module")
def answers(
    installed: Path,
    sealed: Mapping[str, SealedAsset],
    chain: DevelopmentChain,
    tmp_path_factory: pytest.TempPathFactory,
) -> Answers:
    """What both say of each file, and of each file that was changed (`name, changed`)."""
    directory = tmp_path_factory.mktemp("sealed")
    files = []
    for number, (name, file) in enumerate(sealed.items()):
        for said, body in ((name, file.asset), (f"{name}, changed", changed(file))):
            path = directory / f"{number}{said.removeprefix(name)}"
            path.write_bytes(body)
            files.append({"name": said, "media_type": FORMATS[name][0], "path": str(path)})
    task = directory / "task.json"
    task.write_text(json.dumps({"trust_anchors": chain.trust_anchors.decode(), "files": files}))
    command = ["node", str(HERE / "verify.mjs"), str(installed), str(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    said: Answers = json.loads(done.stdout)
    return said


def changed(sealed: SealedAsset) -> bytes:
    """The same with another word in its claim, which no format has anywhere else."""
    words = b"Sample model"
    at = sealed.manifest.index(words) + 1
    store = sealed.manifest[:at] + b"i" + sealed.manifest[at + 1 :]
    return sealed.asset.replace(sealed.manifest, store) if sealed.manifest in sealed.asset else b""


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_validator_of_another_house_accepts_it(name: str, sealed: Mapping[str, SealedAsset], ask: Ask) -> None:
    report = ask(sealed[name].asset, FORMATS[name][0])
    assert (report["validation_state"], report["signature"], report["hard_binding"]) == ("Trusted", "valid", "match")


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_later_build_of_the_library_accepts_it(name: str, answers: Answers) -> None:
    said = answers[name]["c2pa-wasm"]
    if name in NOT_SUPPORTED["c2pa-wasm"]:
        assert said == {"error": NOT_SUPPORTED["c2pa-wasm"][name]}
    else:
        assert (said["state"], said["failures"]) == ("Trusted", [])


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_validator_in_another_language_accepts_it(name: str, answers: Answers) -> None:
    """It knows no trust lists."""
    said = answers[name]["c2pa-ts"]
    if name in NOT_SUPPORTED["c2pa-ts"]:
        assert said == {"error": NOT_SUPPORTED["c2pa-ts"][name]}
    else:
        assert (said["state"], said["failures"]) == ("Valid", [])
        assert "claimSignature.validated" in said["successes"]


@pytest.mark.parametrize("validator", NOT_SUPPORTED)
def test_none_of_them_accepts_everything(validator: str, sealed: Mapping[str, SealedAsset], answers: Answers) -> None:
    refused = [name for name in sealed if answers[f"{name}, changed"][validator].get("state") == "Invalid"]
    assert "PNG" in refused
    assert not [name for name in sealed if answers[f"{name}, changed"][validator].get("state") in ("Valid", "Trusted")]
