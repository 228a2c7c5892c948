"""Writes the event classes of the client from the schemas of what producers send.

    python -m tools.make_client_events

An object of a schema becomes a class, its members fields in the schema's order, its descriptions the words of its
docstring. Where a reference says more than what it refers to (`content` of a generation event also needs `operation`),
the class has the name of the event before it. What an enumeration allows becomes a Literal; lengths, patterns and
"exactly one of" stay with the schema, which every event is held against before it is sent.
"""

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Final

import schemas

__all__ = ["MODULE", "module"]

MODULE: Final = Path(__file__).parents[1] / "client" / "sealstream_client" / "events.py"

_EVENTS: Final = ("generation", "publication", "activity")
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_WIDTH: Final = 116

_HEAD: Final = '''"""The events that producers send, and what they are made of.

Written by tools/make_client_events.py from the schemas. A field that is left out means unknown, never no. Times
are datetimes with a time zone, or RFC 3339.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

__all__ = [{names}]
'''


class _Writer:
    """Writes classes, those first that others are made of."""

    def __init__(self) -> None:
        self.common = schemas.load("common.v1")["$defs"]
        self.classes: dict[str, str] = {}

    def event(self, kind: str) -> None:
        schema = schemas.load(f"{kind}-event.v1")
        self._object(f"{kind.capitalize()}Event", schema, owner=kind.capitalize())

    def _object(self, name: str, schema: dict[str, Any], *, owner: str) -> str:
        if name in self.classes:
            return name
        required = schema.get("required", [])
        members = schema["properties"]
        typed = {member: self._type(member, schema, owner=owner) for member, schema in members.items()}
        lines = [f"class {name}(Struct, frozen=True, kw_only=True):", *_docstring(schema, self._described(members)), ""]
        lines += [
            f"    {member}: {kind}" if member in required else f"    {member}: {kind} | UnsetType = UNSET"
            for member, kind in typed.items()
        ]
        self.classes[name] = "\n".join(lines)
        return name

    def _type(self, member: str, schema: dict[str, Any], *, owner: str) -> str:
        name, whole = self._resolved(schema)
        if "enum" in whole:
            return f"Literal[{', '.join(repr(value) for value in whole['enum'])}]".replace("'", '"')
        kinds = whole["type"] if isinstance(whole["type"], list) else [whole["type"]]
        parts = []
        for kind in kinds:
            if kind == "object":
                is_more = bool({"properties", "required"} & schema.keys()) and "$ref" in schema
                title = _camel(name or member)
                own = f"{owner}{title}" if is_more or name is None else title
                parts.append(self._object(own, whole, owner=own if name is None else title))
            elif kind == "array":
                parts.append(f"Sequence[{self._type(member, whole['items'], owner=owner)}]")
            elif kind == "string" and whole.get("format") == "date-time":
                parts.append("datetime | str")
            else:
                parts.append(_SCALARS[kind])
        return " | ".join(parts)

    def _resolved(self, schema: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """A schema with what it refers to, and the name of the latter."""
        if "$ref" not in schema:
            return None, schema
        steps = str(schema["$ref"]).partition("#/$defs/")[2].split("/")
        target: Any = self.common
        for step in steps:
            target = target[step]
        name, base = self._resolved(target)
        merged = {**base, **{word: value for word, value in schema.items() if word not in ("$ref", "properties")}}
        merged["required"] = [*base.get("required", ()), *schema.get("required", ())]
        if "properties" in base:
            merged["properties"] = {**base["properties"], **schema.get("properties", {})}
        return name or steps[-1], merged

    def _described(self, members: dict[str, Any]) -> dict[str, str]:
        return {name: self._resolved(schema)[1].get("description", "") for name, schema in members.items()}


def _docstring(schema: dict[str, Any], members: dict[str, str]) -> list[str]:
    said = textwrap.wrap(f'"""{schema.get("description") or "What is known of it."}', _WIDTH)
    lines = [*said, "", "Attributes:"]
    for name, words in members.items():
        lines += textwrap.wrap(f"{name}: {words}", _WIDTH - 4, initial_indent="    ", subsequent_indent="        ")
    return [f"    {line}".rstrip() for line in (*lines, '"""')]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def module() -> str:
    """The text of the module."""
    writer = _Writer()
    for kind in _EVENTS:
        writer.event(kind)
    names = ", ".join(f'"{name}"' for name in sorted(writer.classes))
    return "\n\n\n".join((_HEAD.format(names=names).rstrip(), *writer.classes.values())) + "\n"


if __name__ == "__main__":
    MODULE.write_text(module(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", MODULE], check=True)
