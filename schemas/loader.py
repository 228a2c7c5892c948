"""Reads the schema files of this package and compiles validators from them. Nothing is ever fetched."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import jsonschema_rs

__all__ = ["is_message", "is_shared", "load", "names", "read_all", "registry", "validator"]

_HERE = __name__.rpartition(".")[0]  # the client carries these modules under a name of its own
_SUFFIX = ".schema.json"
_SHARED = "common."
_FILES_OF_PEOPLE = "policy-"
_EXPORTS = "export-"


def names() -> tuple[str, ...]:
    """The message schemas there are, such as `alert.v2`."""
    return tuple(filter(is_message, _texts()))


def is_message(name: str) -> bool:
    """Whether a schema describes a message, as all do but shared definitions, policy files and what is exported."""
    return not name.startswith((_SHARED, _FILES_OF_PEOPLE, _EXPORTS))


def is_shared(name: str) -> bool:
    """Whether a schema only has definitions that others share, and describes no document of its own."""
    return name.startswith(_SHARED)


def load(name: str) -> dict[str, Any]:
    """One schema as a fresh dictionary: of a message, of a policy file, or shared definitions such as `common.v1`.

    Raises:
        LookupError: there is no schema of that name.
    """
    texts = _texts()
    if name not in texts:
        raise LookupError(f"There is no schema named {name!r}. There are: {', '.join(texts)}.")
    schema: dict[str, Any] = json.loads(texts[name])
    return schema


@cache
def validator(name: str) -> jsonschema_rs.Validator:
    """The compiled validator of one schema; it checks formats and is shared, for it is immutable and thread-safe.

    Raises:
        LookupError: there is no schema of that name.
    """
    return jsonschema_rs.Draft202012Validator(
        load(name),
        registry=registry(),
        offline=True,
        validate_formats=True,
        # Keeps the library from writing whole documents into its own messages, which nobody reads.
        mask="the value",
        # The linear-time engine: no input, however crafted, makes a pattern run long.
        pattern_options=jsonschema_rs.RegexOptions(),
    )


@cache
def registry() -> jsonschema_rs.Registry:
    """All schemas of this package by their `$id`, which is how their references find each other."""
    return jsonschema_rs.Registry([(schema["$id"], schema) for schema in map(load, _texts())])


def read_all(directory: Traversable) -> dict[str, dict[str, Any]]:
    """The schemas in a directory by name, in the order of their names."""
    return {name: json.loads(text) for name, text in _read_texts(directory).items()}


@cache
def _texts() -> Mapping[str, str]:
    """The files of this package, which do not change while it runs."""
    return _read_texts(files(_HERE))


def _read_texts(directory: Traversable) -> dict[str, str]:
    found = sorted((file for file in directory.iterdir() if file.name.endswith(_SUFFIX)), key=lambda file: file.name)
    return {file.name.removesuffix(_SUFFIX): file.read_text(encoding="utf-8") for file in found}
