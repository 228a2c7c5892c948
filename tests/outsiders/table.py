"""What is tried with which tool, from tools.toml; and what came of it when it was last measured, from measured.json."""

import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec

from pipeline.media_types import extension_of
from tests.media.exhibits import EXHIBITS

__all__ = [
    "HERE",
    "Attempt",
    "Before",
    "Measured",
    "Operation",
    "Row",
    "Tool",
    "attempts",
    "measured",
    "store",
    "tools",
]

HERE: Final = Path(__file__).parent
_TOOLS: Final = HERE / "tools.toml"
_MEASURED: Final = HERE / "measured.json"

Label = Literal["kept", "doubled", "changed", "unreadable", "gone"]
"""What became of the implicit label: found as it was written, once or more often; another; unreadable; not found."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that people do with a tool; see the head of tools.toml."""

    name: str
    run: str
    formats: tuple[str, ...]
    to: str | None = None
    ci: bool = True


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program by others, or several of one package."""

    version: str
    operations: tuple[Operation, ...]
    title: str | None = None
    newer_of: str | None = None
    pattern: str = r"\d+(?:\.\d+)+"
    debian: str | None = None
    more_debian: tuple[str, ...] = ()
    npm: str | None = None
    cargo: str | None = None
    python: str | None = None
    ci: bool = True

    @property
    def programs(self) -> tuple[str, ...]:
        """What has to be on the path."""
        lines = (self.version, *(operation.run for operation in self.operations))
        firsts = {shlex.split(command)[0] for line in lines for command in line.split(" && ")}
        return tuple(sorted(firsts - {"python", "cd"}))


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An operation on a file of one format."""

    tool: str
    operation: Operation
    format: str

    @property
    def ci(self) -> bool:
        """Whether every run of the tests repeats it."""
        return self.operation.ci and tools()[self.tool].ci

    @property
    def before(self) -> str:
        """The name of the sealed file."""
        return f"sealed.{extension_of(EXHIBITS[self.format].media_type)}"

    @property
    def after(self) -> str:
        """Where the file is that comes out, in the directory where it is made."""
        if "{out}" not in self.operation.run and "out" not in self.operation.run.replace("/", " ").split():
            return self.before
        extension = self.operation.to or self.before.rpartition(".")[2]
        return f"out/sealed.{extension}"

    @property
    def key(self) -> str:
        """What it is called in measured.json."""
        return f"{self.format}: {self.operation.name}" + (f" > {self.operation.to}" if self.operation.to else "")


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of an attempt.

    Attributes:
        fails: the exit status of a tool that does not take the sealed file; then nothing else is there.
        credential: the state of the credential as the decision says it, with its codes.
        label: what became of the implicit label; None where the format never had one.
        exiftool: whether exiftool finds an AIGC object in what came out.
        decision: about a publication that denies that the content is generated.
        kinds: of the findings behind it that are more than noted.
    """

    fails: int | None = None
    credential: str | None = None
    codes: tuple[str, ...] = ()
    label: Label | None = None
    exiftool: bool = False
    decision: str | None = None
    kinds: tuple[str, ...] = ()


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed file before any tool has had it: where the credential is, and whether a label is found by whom."""

    binding: str
    label: bool
    exiftool: bool


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was measured on one day (ISO 8601), with the tools' versions and the C2PA library's."""

    date: str
    system: str
    library: str
    versions: dict[str, str]
    formats: dict[str, Before]
    rows: dict[str, Row]


@cache
def tools() -> Mapping[str, Tool]:
    """Every tool, by its name."""
    return msgspec.toml.decode(_TOOLS.read_bytes(), type=dict[str, Tool])


@cache
def attempts() -> tuple[Attempt, ...]:
    """Everything that is tried, by format in the order of the formats."""
    found = [
        Attempt(tool=name, operation=operation, format=format_)
        for name, tool in tools().items()
        for operation in tool.operations
        for format_ in operation.formats
    ]
    order = list(EXHIBITS)
    return tuple(sorted(found, key=lambda attempt: order.index(attempt.format)))


@cache
def measured() -> Measured:
    """What came of it when it was last measured."""
    return msgspec.json.decode(_MEASURED.read_bytes(), type=Measured)


def store(result: Measured) -> None:
    """Keep what was measured, a row a line, so that a difference shows as one."""
    lines = []
    for name, value in msgspec.to_builtins(result).items():
        if isinstance(value, dict):
            inner = ",\n".join(f"    {_json(key)}: {_json(item)}" for key, item in value.items())
            lines.append(f"  {_json(name)}: {{\n{inner}\n  }}")
        else:
            lines.append(f"  {_json(name)}: {_json(value)}")
    _MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    measured.cache_clear()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
