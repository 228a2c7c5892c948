"""YAML files of people: read with the place of everything in them, and checked against their schema.

YAML 1.2, so that `no` and `on` are words. Dates stay text until the schema has seen them.
"""

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.timestamp import TimeStamp

import schemas
from pipeline.errors import OperatorError

__all__ = ["Document", "PolicyFileError", "YamlFile", "read_yaml"]

YamlFile = Path | Traversable
_Place = Sequence[str | int]
"""The way to a member: keys and positions from the top."""

_LARGEST: Final = 4 * 2**20
"""Bytes of a file; a pack is a page or three of law."""


class PolicyFileError(OperatorError):
    """A policy file cannot be used; `what` tells file, line and reason."""


class Document:
    """The content of a YAML file, which knows the line of each of its members."""

    def __init__(self, name: str, root: Any) -> None:
        self.name = name
        self._root = root
        self.data: Any = _plain(root)

    def line(self, place: _Place) -> int:
        """The line of a member, from 1; of the nearest member above it where it does not exist."""
        node, line = self._root, _line_of(self._root)
        for step in place:
            here = _line_of_step(node, step)
            if here is None:
                break
            line, node = here, node[step]
        return line + 1

    def error(self, place: _Place, reason: str, *, below: int = 0) -> PolicyFileError:
        """The error for a member that cannot be used; `below`: in which of its lines, from 0."""
        line = self.line(place) + self._text_offset(place, below)
        return PolicyFileError(what=f"{self.name}:{line}: {reason}.", remedy="Correct the file.")

    def _text_offset(self, place: _Place, below: int) -> int:
        """Lines between a member's key and the line of its text, which blocks (`|`, `>`) begin one further down."""
        node: Any = self._root
        for step in place:
            if _line_of_step(node, step) is None:
                return below
            node = node[step]
        return below + 1 if type(node).__name__ in ("LiteralScalarString", "FoldedScalarString") else below


def read_yaml(source: YamlFile, schema: str) -> Document:
    """Read a file and check it against a schema.

    Raises:
        PolicyFileError: there is no such file, it is no YAML, repeats a key, or breaks its schema.
    """
    name = str(source) if isinstance(source, Path) else source.name
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise PolicyFileError(
            what=f"{name} cannot be read: {error.strerror}.", remedy="Name a file that is there."
        ) from error
    if len(raw) > _LARGEST:
        raise PolicyFileError(what=f"{name} is larger than {_LARGEST >> 20} MiB.", remedy="Divide it.")
    document = _parse(name, raw)
    violation = schemas.first_violation(schemas.validator(schema), document.data)
    if violation is not None:
        complaint = violation.message.rstrip(".").replace("It ", "it ", 1)
        raise document.error(violation.place, f"{_words(violation.place)}: {complaint}")
    return document


def _parse(name: str, raw: bytes) -> Document:
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        root = yaml.load(StringIO(raw.decode()))
    except UnicodeDecodeError as error:
        raise PolicyFileError(what=f"{name}:1: this is no UTF-8: {error.reason}.", remedy="Correct the file.") from None
    except MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        reason = (error.problem or error.context or "this is no YAML").split("\n")[0].rstrip(".")
        raise PolicyFileError(what=f"{name}:{line}: {reason}.", remedy="Correct the file.") from None
    except YAMLError as error:
        raise PolicyFileError(what=f"{name}:1: this is no YAML: {error}.", remedy="Correct the file.") from None
    return Document(name, root)


def _line_of(node: Any) -> int:
    return int(node.lc.line) if isinstance(node, CommentedMap | CommentedSeq) else 0


def _line_of_step(node: Any, step: str | int) -> int | None:
    if isinstance(node, CommentedMap) and step in node:
        return int(node.lc.key(step)[0])
    if isinstance(node, CommentedSeq) and isinstance(step, int) and 0 <= step < len(node):
        return int(node.lc.item(step)[0])
    return None


def _plain(node: Any) -> Any:
    """The same as dictionaries, lists, numbers and texts; days and times as they are written."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if node is None or isinstance(node, bool):
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node.isoformat() if isinstance(node, TimeStamp) else str(node)


def _words(place: _Place) -> str:
    return ".".join(str(step) for step in place) if place else "the file"
