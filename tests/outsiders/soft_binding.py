"""The Soft Binding API, as the resolver of the crate encypher-c2pa asks it; `make outsiders` installs it.

Not part of CI: it is some minutes of Rust. Of the packages of PyPI, npm and crates.io that were found by their names on
30 November 2026, it is the only one with a client that keeps the contract (docs/doors.md).
"""

import base64
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn

from console.doors.app import doors_application
from devstack import free_port
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.outsiders.running import INSTALLED
from tests.unit.console.door_house import doors_of
from tests.unit.house import House
from tests.unit.usecases.public_house import HARBOUR, PublicHouse, smaller

SECONDS: Final = 60
PROGRAM: Final = INSTALLED / "bin" / "resolver"


@contextmanager
def served(public: PublicHouse) -> Iterator[str]:
    """Where the doors are served."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(doors_application(doors_of(public)), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + SECONDS
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def found(root: str, record: Any, body: bytes, folder: Path) -> dict[str, Any]:
    """What the client says, by the way that it asked."""
    file = folder / "picture.jpg"
    file.write_bytes(body)
    value = base64.b64encode(record.fingerprint.code.encode()).decode()
    command = [PROGRAM, root, value, file, "image/jpeg", folder / "anchors.pem"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_it_finds_the_manifest_of_a_file_of_one_without_it_and_of_a_smaller_copy(tmp_path: Path) -> None:
    if not PROGRAM.exists():
        pytest.fail("resolver is not there: `make outsiders`")
    chain = development_chain(tmp_path)
    (tmp_path / "anchors.pem").write_bytes(chain.trust_anchors)
    public = PublicHouse(House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)))
    record = public.seal()
    sealed = public.sealed(record)
    with served(public) as root:
        for body, state, binding in (
            (sealed, "Trusted", "match"),
            (HARBOUR, "Invalid", "mismatch"),
            (smaller(sealed, "JPEG"), "Invalid", "mismatch"),
        ):
            for way, told in found(root, record, body, tmp_path).items():
                (match,) = told
                assert match["manifest_id"] == record.manifest.label, way
                assert match["size"] == len(public.house.stored(record.manifest.uri))
                assert (match["state"], match["hard_binding"]) == (state, binding), match
                assert match["score"] == 100 if way != "content" else match["score"] > 90
