"""The documented commands for looking things up, typed into a shell as they stand there, with the real `aws`."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from devstack.seaweedfs import SeaweedServer
from pipeline.events.identity import account_of, event_uid
from pipeline.settings import StoreSettings
from pipeline.store import Layout, lookup
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import S3Connection
from pipeline.store.s3 import S3ObjectStore

AWS = shutil.which("aws")
pytestmark = [
    pytest.mark.s3,
    pytest.mark.skipif(
        AWS is None, reason="the AWS command line is not installed: the documented commands are NOT tested"
    ),
]

SOURCE, ID = "https://example.test/ünïcode service", "event 1"
UID = event_uid(SOURCE, ID)
ORIGINAL, SEALED = b"original", b"sealed"
LAYOUT = Layout(content_bucket="sealstream", records_bucket="sealstream-records")
RECORD = json.dumps({"event_uid": UID}).encode()

DIGEST, LIST, MANIFEST, MADE_OF_IT, EVENT, RECORDS = re.findall(r"^    (\S.*)$", lookup.__doc__ or "", re.MULTILINE)

BY_ACCOUNT = (
    (Path(__file__).parents[3] / "docs/objects.md").read_text(encoding="utf-8").partition("## By an account")[2]
)
ACCOUNT_COMMANDS = re.findall(r"^\$ (.*)$", BY_ACCOUNT, re.MULTILINE)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture(scope="module", autouse=True)
def _one_sealed_event(connection: S3Connection) -> None:
    create_buckets(connection, StoreSettings(content_bucket="sealstream", records_bucket="sealstream-records"))
    store = S3ObjectStore(connection)
    for place, body in (
        (LAYOUT.sealed(sha256(ORIGINAL), UID, "image/png"), SEALED),
        (LAYOUT.manifest(sha256(SEALED), UID), b"manifest"),
        (LAYOUT.record(UID), RECORD),
    ):
        assert store.create(place, body, media_type="application/octet-stream")


@pytest.fixture
def shell(seaweedfs: SeaweedServer, tmp_path: Path) -> "Shell":
    return Shell(tmp_path, seaweedfs)


class Shell:
    """A person's shell, in a directory with the file in hand."""

    def __init__(self, directory: Path, server: SeaweedServer) -> None:
        self.directory = directory
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(directory), **server.environment()}

    def type(self, *commands: str, **variables: str) -> str:
        return subprocess.run(
            ["bash", "-euc", "\n".join(commands)],
            cwd=self.directory,
            env={**self._environment, **variables},
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def names(listing: str) -> list[str]:
    return [line.split()[-1] for line in listing.splitlines()]


def test_a_sealed_file_leads_to_its_manifest(shell: Shell) -> None:
    (shell.directory / "sealed file.png").write_bytes(SEALED)
    assert names(shell.type(DIGEST, LIST, file="sealed file.png")) == [f"{UID}.c2pa"]
    shell.type(DIGEST, MANIFEST, file="sealed file.png", event_uid=UID)
    assert (shell.directory / "manifest.c2pa").read_bytes() == b"manifest"


def test_an_original_leads_to_what_was_made_of_it(shell: Shell) -> None:
    (shell.directory / "original.png").write_bytes(ORIGINAL)
    assert names(shell.type(DIGEST, LIST, file="original.png")) == [f"{UID}.sealed.png"]
    shell.type(DIGEST, MADE_OF_IT, file="original.png", name=f"{UID}.sealed.png")
    assert (shell.directory / f"{UID}.sealed.png").read_bytes() == SEALED


def test_an_event_leads_to_its_record(shell: Shell) -> None:
    assert shell.type(EVENT, RECORDS, source=SOURCE, id=ID).encode() == RECORD


def test_an_account_leads_to_the_newest_entry_of_its_ledger(shell: Shell, connection: S3Connection) -> None:
    store, user = S3ObjectStore(connection), sha256(b"user")
    for number in (1, 2, 3):
        at = LAYOUT.account_entry(account_of(user), number)
        assert store.create(at, b"entry %d" % number, media_type="application/json")
    assert shell.type(*ACCOUNT_COMMANDS, user_id_hash=user) == "entry 3"
