"""Labels as they are met: what `Label` says, apart from whether the rest conforms.

Writers are strict, and `parse_aigc` is what they are held to. Readers cannot be: clouds document members as optional,
generators write the number 1, names in Chinese, lowerCamelCase, objects inside objects and inside texts. Such a label
says what it says all the same; what is missing in it, or does not conform, is named.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

from pipeline.labels.implicit.aigc import KEYS, LONGEST_TEXT, AigcFault, AigcLabel, Label, fault_in, parse_aigc

__all__ = ["Reading", "reading_of"]

_LABELS: Final = ("1", "2", "3")
_WRAPPER: Final = "aigc"
_PROVIDER: Final = "serviceprovider"
_NAMES: Final = {key.casefold(): key for key in KEYS}
_GLUED: Final = re.compile(r'\ufeff?\s*AIGC\s*[:=]?\s*(?=[{\["])', re.IGNORECASE)
_WORTH: Final = re.compile(r"label|aigc", re.IGNORECASE)
_MOST_LAYERS: Final = 6
"""A text, an object in it, a member `AIGC` of that, and once more the same."""

_LEAST: Final = 2
"""So many of the seven members make a bare object a label where nothing around it says `AIGC`."""

_LONGEST_NAME: Final = 64


class Reading(NamedTuple):
    """What a text says as a label.

    Attributes:
        label: its strength; None where no `Label` can be used.
        faults: what is missing in it, or does not conform; nothing in a label that conforms.
        label: the label, where it conforms.
        provider: who says so in a schema of its own, which knows no `Label` but a `ServiceProvider`.
        said: which of the seven members it has, by their right names, and what they say.
    """

    label: Label | None
    faults: tuple[AigcFault, ...]
    conforming: AigcLabel | None = None
    provider: str | None = None
    said: tuple[tuple[str, str], ...] = ()


def reading_of(text: str, *, named: bool) -> Reading | None:
    """What a text says as a label; None where it is none. Never raises, whatever the text.

    Args:
        text: what stands in the file.
        named: whether its place is named `AIGC`. Elsewhere only a text is taken for a label that wraps its object in
            that name, or has `Label` and at least one more of the seven members.
    """
    text = text.strip("\x00 \t\r\n")
    if not named and ("{" not in text or len(text) > LONGEST_TEXT or _WORTH.search(text) is None):
        return None
    glued = _GLUED.match(text)
    text = text[glued.end() :] if glued is not None else text
    strict = parse_aigc(text)
    if isinstance(strict, AigcLabel):
        return Reading(strict.label, (), strict, said=tuple((key, getattr(strict, name)) for key, name in KEYS.items()))
    return _lenient(text, strict, named=named or glued is not None)


def _lenient(text: str, fault: AigcFault, *, named: bool) -> Reading | None:
    found = _unwrapped(text)
    if found is None:
        return Reading(None, (fault,)) if named else None
    members = [(_name(spelled), spelled, value) for spelled, value in found.pairs]
    label = _strongest(value for name, _, value in members if name == "Label")
    if not named and not found.is_named and (label is None or len({name for name, _, _ in members if name}) < _LEAST):
        return None
    provider = None if label is not None else _provider(found.pairs)
    said = tuple((name, _as_text(value)) for name, _, value in members if name is not None)
    return Reading(label, tuple(_faults(members, is_nested=found.is_nested)), provider=provider, said=said)


class _Object(tuple[tuple[str, object], ...]):
    """An object as it stands, with members that are there twice."""

    __slots__ = ()


class _Unwrapped(NamedTuple):
    """The innermost object, whether it was the member `AIGC` of another, and whether it was deeper than that."""

    pairs: _Object
    is_named: bool
    is_nested: bool


def _unwrapped(text: str) -> _Unwrapped | None:
    value: object = text
    decoded = wrapped = 0
    for _ in range(_MOST_LAYERS):
        if isinstance(value, str):
            value = _decoded(value)
            decoded += 1
        elif isinstance(value, list) and len(value) == 1:
            value = value[0]
            decoded += 1
        elif isinstance(value, _Object) and any(key.casefold() == _WRAPPER for key, _ in value):
            value = next(inner for key, inner in value if key.casefold() == _WRAPPER)
            wrapped += 1
        else:
            break
    if not isinstance(value, _Object):
        return None
    return _Unwrapped(value, bool(wrapped), decoded > 1 or wrapped > 1)


def _decoded(text: str) -> object:
    if len(text) > LONGEST_TEXT:
        return None
    try:
        return cast(object, json.loads(text, object_pairs_hook=_Object))
    except (ValueError, RecursionError):
        return None


def _name(spelled: str) -> str | None:
    """Which of the seven members a name means, in whatever letters."""
    return _NAMES.get(spelled.replace("_", "").replace("-", "").casefold())


def _strongest(values: Iterable[object]) -> Label | None:
    usable = [cast(Label, label) for value in values if (label := _as_text(value)) in _LABELS]
    return min(usable, default=None)


def _as_text(value: object) -> str:
    if isinstance(value, float) and value in (1.0, 2.0, 3.0):
        return str(int(value))
    # True is a number in Python, and none in JSON.
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= len(_LABELS):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _provider(pairs: _Object) -> str | None:
    named = next((value for key, value in pairs if key.casefold() == _PROVIDER and isinstance(value, str)), "")
    readable = "".join(character for character in named[:_LONGEST_NAME] if character.isprintable()).strip()
    return readable or None


def _faults(members: Sequence[tuple[str | None, str, object]], *, is_nested: bool) -> Iterable[AigcFault]:
    if is_nested:
        yield AigcFault(code="nested")
    for key in KEYS:
        there = [(spelled, value) for name, spelled, value in members if name == key]
        if not there:
            yield AigcFault(code="missing-key", key=key)
        elif len(there) > 1:
            yield AigcFault(code="duplicate-key", key=key)
        elif (code := fault_in(key, there[0][1])) is not None:
            yield AigcFault(code=code, key=key)
        elif there[0][0] != key:
            yield AigcFault(code="misspelled-key", key=key)
