"""The development chain: there on first use, the same for everybody, and never readable by others."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.credentials.development import development_chain
from pipeline.credentials.signer import days_to_expiry
from pipeline.errors import OperatorError

NOW = datetime.now(UTC)


def test_it_is_made_once_and_found_again(directory: Path) -> None:
    assert development_chain(directory) == development_chain(directory)


def test_a_leaf_lasts_ninety_days(directory: Path) -> None:
    assert round(days_to_expiry(development_chain(directory, now=NOW).material, NOW)) == 90


def test_keys_are_for_their_owner_alone(directory: Path) -> None:
    development_chain(directory)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in directory.iterdir()}
    assert modes == {".lock": "0o600", "root.pem": "0o600", "signer.pem": "0o600", "trust-anchors.pem": "0o644"}
    assert oct(directory.stat().st_mode & 0o777) == "0o700"


def test_a_leaf_is_renewed_in_time_and_the_root_stays(directory: Path) -> None:
    first = development_chain(directory, now=NOW)
    assert development_chain(directory, now=NOW + timedelta(days=75)) == first
    renewed = development_chain(directory, now=NOW + timedelta(days=80))
    assert renewed.material.certificate_chain != first.material.certificate_chain
    assert renewed.trust_anchors == first.trust_anchors


def test_processes_that_start_together_end_with_one_chain(directory: Path) -> None:
    script = (
        "import sys, hashlib, pathlib; from pipeline.credentials.development import development_chain\n"
        "sys.stdin.read(1)\n"
        "chain = development_chain(pathlib.Path(sys.argv[1]))\n"
        "print(hashlib.sha256(chain.material.private_key + chain.trust_anchors).hexdigest())"
    )
    command = [sys.executable, "-c", script, str(directory)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    told = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert len(told) == 1
    assert len(told.pop()) == 64


def test_an_unfinished_attempt_is_completed(directory: Path) -> None:
    chain = development_chain(directory)
    (directory / "signer.pem").unlink()
    (directory / "signer.new").write_bytes(b"half a fi")
    completed = development_chain(directory)
    assert completed.trust_anchors == chain.trust_anchors
    assert completed.material != chain.material


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OperatorError, match=str(tmp_path / "file")):
        development_chain(tmp_path / "file" / "signing")


def test_a_broken_leaf_is_named(directory: Path) -> None:
    development_chain(directory)
    (directory / "signer.pem").write_text("broken")
    with pytest.raises(OperatorError, match=str(directory)):
        development_chain(directory)
