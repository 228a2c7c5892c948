"""Markdown: the YAML front matter, an entry `AIGC` in it.

Only lines of the front matter are put in and taken out; the text behind it keeps its bytes.
"""

import json
import re
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.labels.implicit.carriers.bounds import counted
from pipeline.labels.implicit.carriers.fields import found_in_fields, is_ours, replaces, to_fields
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_LONGEST: Final = 64 * 1024
_MOST_BRACKETS: Final = 1000
"""Nested ones take a reader of YAML time that grows with their square."""

_MATTER: Final = re.compile(r"---[ \t]*(\r?\n)(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_OTHER_MATTER: Final = re.compile(r"(\+\+\+|;;;)[ \t]*\r?\n.*?^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_ENTRY: Final = re.compile(r"""(["']?)([A-Za-z]+)\1[ \t]*:(?=\s)""")
_MARK: Final = "\ufeff"


def read(body: bytes) -> FoundLabels:
    """The labels of a Markdown document."""
    _, matter = _parted(_text(body))
    entries = _entries("" if matter is None else matter[2])
    return found_in_fields(((name, _value(value)) for name, value in entries.items()), carrier="md.frontmatter")


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A Markdown document with the labels."""
    text = _text(body)
    mark, matter = _parted(text)
    behind = text[len(mark) :] if matter is None else text[matter.end() :]
    if matter is None and _OTHER_MATTER.match(behind):
        raise ImplicitRefusedError(what="The document's front matter is not YAML, and it can have only one.")
    fields = to_fields(labels)
    newline = matter[1] if matter is not None else ("\r\n" if "\r\n" in behind else "\n")
    before = "" if matter is None else matter[2]
    kept = "".join(_without(before.splitlines(keepends=True), fields))
    lines = "".join(f"{name}: {_written(name, value)}{newline}" for name, value in fields.items())
    after = kept + lines
    if _others(after, fields) != _others(before, fields):
        raise ImplicitRefusedError(what="The document's front matter cannot take labels without losing something else.")
    return f"{mark}---{newline}{after}---{newline}{behind}".encode()


def _text(body: bytes) -> str:
    with ImplicitRefusedError.instead_of(UnicodeDecodeError, what="The document is no text in UTF-8."):
        return body.decode()


def _parted(text: str) -> tuple[str, re.Match[str] | None]:
    """The byte order mark, if there is one, and the front matter."""
    mark = _MARK if text.startswith(_MARK) else ""
    matter = _MATTER.match(text, len(mark))
    if matter is not None and len(matter[2]) > _LONGEST:
        raise ImplicitRefusedError(what=f"The document's front matter is longer than {_LONGEST} characters.")
    return mark, matter


def _entries(matter: str) -> dict[str, object]:
    counted(matter.count("[") + matter.count("{"), _MOST_BRACKETS, of="brackets in its front matter")
    loader = YAML(typ="safe", pure=True)
    raised = (YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
    with ImplicitRefusedError.instead_of(*raised, what="The document's front matter is no YAML that can be read."):
        found = loader.load(matter)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ImplicitRefusedError(what="The document's front matter has no entries.")
    return {str(name): value for name, value in found.items()}


def _others(matter: str, fields: dict[str, str]) -> dict[str, str]:
    return {name: repr(value) for name, value in _entries(matter).items() if not replaces(fields, name)}


def _value(value: object) -> str:
    """An entry as the text of a field; an object as JSON in which everything that is no text or number is null."""
    if isinstance(value, dict):
        members = {str(key): member if isinstance(member, str | int | float) else None for key, member in value.items()}
        return json.dumps(members)
    return value if isinstance(value, str) else ""


def _written(name: str, value: str) -> str:
    # JSON is YAML: the object becomes a mapping, anything else a quoted text.
    return value if name == "AIGC" else json.dumps(value, ensure_ascii=False)


def _without(lines: list[str], fields: dict[str, str]) -> list[str]:
    """The lines without entries that are replaced, and without the indented ones that belong to these."""
    kept: list[str] = []
    dropping = False
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is not None or not line.startswith((" ", "\t", "}")):
            dropping = entry is not None and is_ours(entry[2]) and replaces(fields, entry[2])
        if not dropping:
            kept.append(line)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    return kept
