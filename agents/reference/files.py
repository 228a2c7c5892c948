"""Files with the entries of a reference set: a JSON array of them, JSON Lines, or a single JSON object."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from pipeline.errors import ProducerError

__all__ = ["STDIN", "Given", "entries_in"]

STDIN = Path("-")


class Given(NamedTuple):
    """The data of one entry, and where in the file it is."""

    where: str
    data: dict[str, object]


def entries_in(file: Path) -> Sequence[Given]:
    """The entries in a file; `-` is standard input.

    Raises:
        ProducerError: it cannot be read, or is not JSON in one of the three shapes.
    """
    body = _body(file)
    if not body.strip():
        raise ProducerError(what=f"{file} is empty.", remedy="Name a file with entries.")
    return [Given(where, _object(document, f"{file}, {where}")) for where, document in _documents(file, body)]


def _body(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise ProducerError(
            what=f"{file} cannot be read: {error.strerror}.", remedy="Name a file that exists and may be read."
        ) from error


def _documents(file: Path, body: bytes) -> Iterator[tuple[str, object]]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        lines = [(number, line) for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
        if not _is_json(lines[0][1]):
            # Of JSON over many lines, the first is no JSON by itself: then it is the whole that has a mistake.
            raise _not_json(file, f"line {error.lineno}, column {error.colno}") from None
        for number, line in lines:
            if not _is_json(line):
                raise _not_json(file, f"line {number}") from None
            yield f"line {number}", orjson.loads(line)
    else:
        many = document if isinstance(document, list) else [document]
        yield from ((f"entry {number}", entry) for number, entry in enumerate(many, start=1))


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _not_json(file: Path, where: str) -> ProducerError:
    return ProducerError(
        what=f"{file} is not JSON: the parser stopped at {where}.",
        remedy="Give a JSON array of entries, or one entry a line.",
    )


def _object(document: object, where: str) -> dict[str, object]:
    if not isinstance(document, dict):
        raise ProducerError(what=f"{where} is not a JSON object.", remedy="Give each entry as a JSON object.")
    return document
