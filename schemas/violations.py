"""Says what is wrong with a document so that whoever sent it can mend it, without repeating the document."""

import re
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from jsonschema_rs import ReferencingError, ValidationError, ValidationErrorKind

from .loader import registry

__all__ = ["Violation", "first_violation"]

MISSING = "missing"

# The library refuses to explain documents nested more than 255 levels deep. No schema looks down as far as this.
_DEEPEST = 64

_COMPLAINTS = {
    "additionalProperties": "It is not a member the schema knows",
    "anyOf": "It fits none of the allowed forms",
    "const": "It is not {}",
    "dependentRequired": "It is missing, and another member needs it",
    "enum": "It is none of {}",
    "format": "It is not written as a {}",
    "maxItems": "It has more than {} items",
    "maxLength": "It is longer than {} characters",
    "maxProperties": "It has more than {} members",
    "maximum": "It is greater than {}",
    "minItems": "It has fewer than {} items",
    "minLength": "It is shorter than {} characters",
    "minimum": "It is less than {}",
    "oneOf": "It does not fit exactly one of the allowed forms",
    "pattern": "It does not match {}",
    "propertyNames": "A member of it is not named as it should be",
    "required": "It is missing",
    "type": "It is not of type {}",
    "uniqueItems": "It has an item twice",
}

# In this order, for Python's True is an int; whatever is none of these is a number.
_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (type(None), "null"),
    (bool, "boolean"),
    (int, "integer"),
    (str, "string"),
    (dict, "object"),
    (list, "array"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing wrong with a document.

    Args:
        path: JSON path of the offending value, such as `$.content.parents[0].sha256`; of the place where it should be
            when it is missing.
        keyword: the JSON Schema keyword that was broken.
        value_type: the JSON type of the value at that path, or `missing`.
        message: what is wrong and, where the schema has a description, what belongs there. Never the value.
        place: the path as the member names and positions that lead there.
    """

    path: str
    keyword: str
    value_type: str
    message: str
    place: tuple[str | int, ...] = field(default=(), compare=False)

    def breach(self, schema: str) -> str:
        """Where which rule of a schema is broken, as one sentence; `message` goes on from there."""
        return f"At {self.path} the event breaks the rule `{self.keyword}` of {schema}."


def first_violation(validator: jsonschema_rs.Validator, instance: object) -> Violation | None:
    """The first violation met, or None when the document is valid.

    Only the first is looked for: a hostile document can have a million, and listing them would take minutes. Where
    none of several alternatives fits and one is clearly the one that was meant, what is wrong with that one is told.

    Raises:
        ValueError: the document is no JSON, such as one with a number for a member name.
    """
    if validator.is_valid(instance):
        return None
    try:
        validator.validate(_pruned(instance, _DEEPEST))
    except ValidationError as error:
        return _violation(_innermost(error))
    raise ValueError(f"The document is invalid, but deeper than {_DEEPEST} levels down, where nothing is told.")


def _pruned(value: object, levels: int) -> object:
    """The same document with everything below so many levels left out."""
    match value:
        case dict():
            return {name: _pruned(member, levels - 1) for name, member in value.items()} if levels else {}
        case list():
            return [_pruned(item, levels - 1) for item in value] if levels else []
        case _:
            return value


def _violation(error: ValidationError) -> Violation:
    keyword = _keyword(error)
    complaint = _COMPLAINTS.get(keyword, f"It breaks the keyword {keyword}").format(_allowed(error))
    hint = _description(error)
    return Violation(
        path="$" + "".join(map(_step, _path(error))),
        place=tuple(_path(error)),
        keyword=keyword,
        value_type=_value_type(error),
        message=f"{complaint}. {hint}" if hint else f"{complaint}.",
    )


def _innermost(error: ValidationError) -> ValidationError:
    match error.kind:
        case ValidationErrorKind.AnyOf(context) | ValidationErrorKind.OneOfNotValid(context):
            meant = _meant_alternative(error, context)
            return _innermost(meant[0]) if meant else error
        case _:
            return error


def _meant_alternative(error: ValidationError, alternatives: list[list[ValidationError]]) -> list[ValidationError]:
    """The errors of the alternative the value comes nearest to; none when two come equally near."""
    fitting = sorted(
        (errors for errors in alternatives if not any(_is_of_other_type(error, inner) for inner in errors)), key=len
    )
    is_clear = len(fitting) == 1 or (len(fitting) > 1 and len(fitting[0]) < len(fitting[1]))
    return fitting[0] if is_clear else []


def _is_of_other_type(outer: ValidationError, inner: ValidationError) -> bool:
    return inner.kind.name == "type" and inner.instance_path == outer.instance_path


def _keyword(error: ValidationError) -> str:
    # Both keywords are reported as the same kind; only the place in the schema tells them apart.
    return "dependentRequired" if "dependentRequired" in error.schema_path[-2:] else error.kind.name


def _path(error: ValidationError) -> list[str | int]:
    match error.kind:
        case ValidationErrorKind.Required(name):
            return [*error.instance_path, name]
        case ValidationErrorKind.AdditionalProperties(unexpected):
            return [*error.instance_path, unexpected[0]]
        case _:
            return error.instance_path


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{step!r}]"


def _allowed(error: ValidationError) -> str:
    match error.kind:
        case ValidationErrorKind.Enum(options):
            return ", ".join("null" if option is None else str(option) for option in options)
        case ValidationErrorKind.Type(types):
            return " or ".join(types)
        case _:
            return str(error.kind.value)


def _value_type(error: ValidationError) -> str:
    match error.kind, error.instance:
        case ValidationErrorKind.Required(), _:
            return MISSING
        case ValidationErrorKind.AdditionalProperties(unexpected), dict(members):
            return _json_type(members[unexpected[0]])
        case _, value:
            return _json_type(value)


def _json_type(value: object) -> str:
    return next((name for kind, name in _JSON_TYPES if isinstance(value, kind)), "number")


def _description(error: ValidationError) -> str | None:
    """What the schema says of the value, or of the member that is missing; None for schemas that are not ours."""
    if error.absolute_keyword_location is None:
        return None
    place, *_ = re.split(r"/dependentRequired/\d+$|/\w+$", error.absolute_keyword_location)
    try:
        found = registry().resolver("").lookup(place)
    except ReferencingError:
        return None
    node: Any = found.contents
    match error.kind:
        case ValidationErrorKind.Required(name):
            node = node.get("properties", {}).get(name, {})
            if "description" not in node and "$ref" in node:
                node = found.resolver.lookup(node["$ref"]).contents
    description: str | None = node.get("description")
    return description
