"""Members of a message that its schema does not know: taken, for the contract is open, and most often a slip."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, NamedTuple

from .loader import load

__all__ = ["UnknownMember", "unknown_members"]

_LIKENESS: Final = 0.75
_MOST: Final = 16
"""So many are named of one message; whoever sends more means another contract."""

_LONGEST: Final = 64


class UnknownMember(NamedTuple):
    """A member that the schema does not know.

    Attributes:
        path: where it is, such as `$.user.identiy`; its own name is cut where it is long, and values are never shown.
        meant: the member of that place which was probably meant; None where none comes near.
    """

    path: str
    meant: str | None

    def __str__(self) -> str:
        return self.path if self.meant is None else f"{self.path} (did you mean `{self.meant}`?)"


def unknown_members(schema: str, data: Mapping[str, object]) -> tuple[UnknownMember, ...]:
    """The members of a message's data that its schema does not know, 16 of them at most.

    Args:
        schema: its name, such as `publication-event.v1`.
        data: the data of a message that the schema takes.
    """
    found: list[UnknownMember] = []
    for member in _unknown(_known(schema), data, "$"):
        found.append(member)
        if len(found) == _MOST:
            break
    return tuple(found)


class _Names(NamedTuple):
    """What is known of an object: its members, and of each what is known of what it holds; None for anything."""

    members: Mapping[str, "_Names | None"]


def _unknown(known: _Names | None, value: object, path: str) -> Iterator[UnknownMember]:
    if known is None:
        return
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unknown(known, item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in known.members:
                yield from _unknown(known.members[name], member, f"{path}.{name}")
            else:
                near = get_close_matches(name, known.members, n=1, cutoff=_LIKENESS)
                yield UnknownMember(f"{path}.{name[:_LONGEST]}", near[0] if near else None)


@cache
def _known(schema: str) -> _Names | None:
    return _names(schema, load(schema))


def _names(file: str, schema: Mapping[str, Any]) -> _Names | None:
    """What a schema knows, all its alternatives together; None where it does not describe an object."""
    members: dict[str, _Names | None] = {}
    for part_file, part in _parts(file, schema):
        if "items" in part:
            inner = _names(part_file, part["items"])
            members.update(inner.members if inner is not None else {})
        for name, member in part.get("properties", {}).items():
            members[name] = _names(part_file, member)
    return _Names(members) if members else None


def _parts(file: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield file, schema
    if "$ref" in schema:
        target, _, pointer = str(schema["$ref"]).partition("#")
        other = target.removesuffix(".schema.json") or file
        resolved: Any = load(other)
        for step in filter(None, pointer.split("/")):
            resolved = resolved[step]
        yield from _parts(other, resolved)
    for combined in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(combined, ()):
            yield from _parts(file, part)
