"""Files are sealed and labelled as a worker does it, put through other people's tools, and published by who denies.

Nothing here runs through a shell, and every tool has a directory of its own, which is its home as well.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.status_codes import look_up
from pipeline.events.outputs import Decision, ManifestRecord
from pipeline.evidence.implicit import carries_labels
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.labels.implicit import FoundLabels
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.media_types import extension_of, named_by
from tests.media.exhibits import EXHIBITS
from tests.outsiders.table import Attempt, Before, Label, Row, Tool
from tests.unit.house import House, generation, publication

__all__ = ["before", "needed", "tried", "version_of"]

INSTALLED: Final = Path(__file__).parents[2] / ".cache" / "outsiders"
"""Where `make outsiders` puts what does not come from Debian."""
SEARCHED: Final = os.pathsep.join((str(INSTALLED / "bin"), os.environ["PATH"]))
LONGEST: Final = 180
"""Seconds that a tool may take; LibreOffice needs twenty when it starts for the first time."""

MARKER: Final = InProcessImplicitLabeler()


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it leaves the worker, the label that is in it, and the house that sealed it and knows it again."""

    house: House
    body: bytes
    media_type: str
    binding: str
    found: FoundLabels | None


class ToolFailedError(Exception):
    """A tool ended with an exit status, and does not take the file."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


@cache
def credentials() -> InProcessCredentialService:
    with TemporaryDirectory() as directory:
        chain = development_chain(Path(directory))
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


@cache
def sealed(format_: str) -> Sealed:
    """A file of the format, sealed and labelled, in a house that has its fingerprint as workers would have it."""
    house = House(credentials(), producer="ExampleAI")
    exhibit = EXHIBITS[format_]
    content = {**house.put("original", exhibit.make(), exhibit.media_type), "operation": "generated"}
    record = house.seal(generation({"content": content}, event_id="sealed")).record
    assert isinstance(record, ManifestRecord), format_
    for code in recorded_codes(record):
        house.known.add(code, bytes.fromhex(record.event_uid))
    body = house.stored(record.sealed.uri)
    return Sealed(
        house=house,
        body=body,
        media_type=exhibit.media_type,
        binding=record.manifest.binding,
        found=MARKER.read(body, exhibit.media_type) if carries_labels(exhibit.media_type) else None,
    )


def before(format_: str) -> Before:
    """What a sealed file of the format has, as we and exiftool find it."""
    file = sealed(format_)
    return Before(
        binding=file.binding,
        label=file.found is not None and file.found.conforming is not None,
        exiftool=seen_by_exiftool(file.body, file.media_type),
    )


def tried(attempt: Attempt) -> Row:
    """Put a sealed file through a tool, and publish what comes out as something that no model has made."""
    try:
        body = put_through(attempt)
    except ToolFailedError as failed:
        return Row(fails=failed.status)
    media_type = named_by(attempt.after)
    assert media_type is not None, attempt.after
    file = sealed(attempt.format)
    decision = published(file.house, attempt.key, body, media_type)
    assert decision.credential is not None, attempt.key
    return Row(
        credential=decision.credential.credential,
        codes=tuple(sorted({code for code in decision.credential.codes if look_up(code).outcome == "failure"})),
        label=label_in(body, media_type, file.found),
        exiftool=seen_by_exiftool(body, media_type),
        decision=decision.decision,
        kinds=tuple(sorted({finding.kind for finding in decision.findings if finding.action != "record"})),
    )


def put_through(attempt: Attempt) -> bytes:
    with TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "out").mkdir()
        (directory / attempt.before).write_bytes(sealed(attempt.format).body)
        where = directory
        for command in attempt.operation.run.split(" && "):
            words = list(words_of(command, {"{in}": attempt.before, "{out}": attempt.after}))
            if words[0] == "cd":
                where /= words[1]
                continue
            status, _ = run(words, where)
            if status:
                raise ToolFailedError(status)
        return (directory / attempt.after).read_bytes()


def words_of(command: str, names: Mapping[str, str]) -> Iterator[str]:
    for word in shlex.split(command):
        filled = sys.executable if word == "python" else word
        for sign, name in names.items():
            filled = filled.replace(sign, name)
        yield filled


def run(words: Sequence[str], directory: Path) -> tuple[int, str]:
    """The exit status of a command, and all that it prints; with `> FILE` standard output is in that file."""
    *words, target = words if words[-2:-1] == [">"] else [*words, ""]
    done = subprocess.run(
        [word for word in words if word != ">"],
        cwd=directory,
        env={
            "PATH": SEARCHED,
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "NODE_PATH": str(INSTALLED / "node_modules"),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if target else subprocess.STDOUT,
        timeout=LONGEST,
        check=False,
    )
    if target:
        (directory / target).write_bytes(done.stdout)
    return done.returncode, done.stdout.decode(errors="replace")


def published(house: House, name: str, body: bytes, media_type: str) -> Decision:
    """The decision about a publication that denies: the worst that can be done with a file that has lost something."""
    content = {**house.put(name, body, media_type), "synthetic": "no"}
    return house.inspect(publication({"content": content}, event_id=name)).record


def label_in(body: bytes, media_type: str, was: FoundLabels | None) -> Label | None:
    if was is None or was.conforming is None:
        return None
    if not carries_labels(media_type):
        return "gone"
    found = MARKER.read(body, media_type)
    if found.aigc:
        same = all(label.conforming == was.conforming for label in found.aigc)
        return "changed" if not same else "kept" if len(found.aigc) == 1 else "doubled"
    return "unreadable" if found.refused else "gone"


def seen_by_exiftool(body: bytes, media_type: str) -> bool:
    """Whether exiftool shows an AIGC object, wherever that is."""
    with TemporaryDirectory() as name:
        file = Path(name) / f"file.{extension_of(media_type)}"
        file.write_bytes(body)
        _, said = run(("exiftool", "-q", "-q", "-j", "-a", "-u", "-G1", "-ee", file.name), file.parent)
    tags: Mapping[str, object] = json.loads(said)[0]
    return any("aigc" in f"{tag} {value}".lower() and "Label" in str(value) for tag, value in tags.items())


def version_of(tool: Tool) -> str:
    """What a tool says of itself."""
    with TemporaryDirectory() as name:
        _, said = run(list(words_of(tool.version, {})), Path(name))
    found = re.search(tool.pattern, said)
    assert found is not None, said
    return found[found.lastindex or 0]


def needed(tool: Tool) -> tuple[str, ...]:
    """The programs that have to be there; with their paths where `make outsiders` has put them."""
    return tuple(which(program, path=SEARCHED) or program for program in tool.programs)
