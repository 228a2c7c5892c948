"""Keeps the promise that a message version, once released, goes on meaning the same.

`released/` holds every schema as it was last released; releasing a change means copying the changed files there, in a
commit of its own. Until then a change is held to the promise of its message:

- `BACKWARD`, for what producers send, and for the policy files people write: what was valid stays valid, so none of
  them has to change. A new member may come if it is optional; the value a producer happened to send there before,
  when it was ignored, is nobody's contract.
- `FULL`, for what consumers receive: exactly the same documents stay valid, so a consumer written for the old schema
  reads new messages and one written for the new schema reads old ones. More needs a new version of the message.

A change counts as compatible only when that can be proven; descriptions and examples may change at will.
"""

from collections.abc import Iterator
from enum import Enum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

import jsonschema_rs
from jsonschema_rs.canonical import Containment

from .loader import is_shared, read_all

__all__ = ["Promise", "incompatibilities", "incompatible_changes", "promise_of"]

_Schema: TypeAlias = dict[str, Any] | bool

_INPUTS = (
    "access.",
    "activity-event.",
    "case-act.",
    "consent.",
    "feature.",
    "generation-event.",
    "inventory-item.",
    "news-source.",
    "operator.",
    "policy-",
    "publication-event.",
    "review.",
    "review-act.",
    "service.",
)
_ANNOTATIONS = {"$comment", "$defs", "$id", "$schema", "contentEncoding", "default", "description", "examples", "title"}


class Promise(Enum):
    """What stays true of a released schema, in the words of schema registries."""

    BACKWARD = "what was valid stays valid"
    FULL = "exactly the same stays valid"


def promise_of(name: str) -> Promise:
    """What is promised of a schema: BACKWARD for inputs and policy files, FULL for outputs."""
    return Promise.BACKWARD if name.startswith(_INPUTS) else Promise.FULL


def incompatible_changes(released: Traversable | None = None, current: Traversable | None = None) -> list[str]:
    """Every change since the last release that breaks a promise, as sentences; empty when all is well."""
    released_at = released or files("schemas") / "released"
    before, now = _inlined(released_at), _inlined(current or files("schemas"))
    gone = [f"{name} was released and is gone." for name in before if name not in now]
    return gone + [
        f"{name}, {problem}"
        for name, schema in before.items()
        if name in now
        for problem in incompatibilities(schema, now[name], promise_of(name))
    ]


def incompatibilities(old: dict[str, Any], new: dict[str, Any], promise: Promise) -> list[str]:
    """The places where `new` breaks what was promised of `old`; references must have been followed before."""
    problems = [f"{place} may refuse what was valid." for place in _narrowings(old, new, "$")]
    if promise is Promise.FULL:
        problems += [f"{place} may allow what was not valid." for place in _narrowings(new, old, "$")]
    return problems


def _narrowings(wide: _Schema, narrow: _Schema, path: str) -> Iterator[str]:
    """The places where `narrow` cannot be shown to take everything that `wide` takes."""
    if wide == narrow:
        return
    wide, narrow = _as_object(wide), _as_object(narrow)
    for name in sorted(wide.get("properties", {}).keys() & narrow.get("properties", {}).keys()):
        yield from _narrowings(wide["properties"][name], narrow["properties"][name], f"{path}.{name}")
    has_items = "items" in wide and "items" in narrow
    if has_items:
        yield from _narrowings(wide["items"], narrow["items"], f"{path}[*]")
    wide_shell, narrow_shell = _shell(wide, has_items=has_items), _shell(narrow, has_items=has_items)
    if _canonical(narrow_shell).covers(_canonical(wide_shell)) is not Containment.YES:
        keywords = sorted(k for k in wide_shell | narrow_shell if wide_shell.get(k) != narrow_shell.get(k))
        yield f"{path} ({', '.join(keywords)})"


def _as_object(schema: _Schema) -> dict[str, Any]:
    if isinstance(schema, dict):
        return schema
    return {} if schema else {"not": {}}


def _shell(schema: dict[str, Any], *, has_items: bool) -> dict[str, Any]:
    """The schema without what is said of its members one by one, which is compared one by one."""
    shell = dict(schema)
    if "properties" in shell:
        shell["properties"] = dict.fromkeys(shell["properties"], True)
    if has_items:
        shell["items"] = True
    return shell


def _canonical(schema: dict[str, Any]) -> jsonschema_rs.CanonicalSchema:
    return jsonschema_rs.canonicalize(schema, draft=jsonschema_rs.Draft202012, validate_formats=True, offline=True)


def _inlined(directory: Traversable) -> dict[str, dict[str, Any]]:
    """The schemas of a directory with references followed and annotations dropped, but for those only shared."""
    schemas = read_all(directory)
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas.values()])
    return {
        name: _inline(schema, registry.resolver(schema["$id"]))
        for name, schema in schemas.items()
        if not is_shared(name)
    }


def _inline(schema: Any, resolver: jsonschema_rs.Resolver) -> Any:
    match schema:
        case {"$ref": reference, **beside}:
            found = resolver.lookup(reference)
            return _join(_inline(found.contents, found.resolver), _inline(beside, resolver))
        case dict():
            return {
                keyword: {name: _inline(member, resolver) for name, member in value.items()}
                if keyword == "properties"
                else _inline(value, resolver)
                for keyword, value in schema.items()
                if keyword not in _ANNOTATIONS
            }
        case list():
            return [_inline(alternative, resolver) for alternative in schema]
        case _:
            return schema


def _join(target: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    """Both at once, as JSON Schema reads keywords beside a reference."""
    if beside.keys() - {"required", "properties"} or target.get("properties", {}).keys() & beside.get("properties", {}):
        return {"allOf": [target, beside]}
    joined = dict(target)
    if "required" in beside:
        joined["required"] = [*target.get("required", []), *beside["required"]]
    if "properties" in beside:
        joined["properties"] = target.get("properties", {}) | beside["properties"]
    return joined
