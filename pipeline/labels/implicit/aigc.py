"""The `AIGC` object: the implicit label of GB 45438-2025 Appendix E.

Seven members, all of them strings. It is met in two shapes: wrapped, as the standard prints it, `{"AIGC": {...}}`, and
bare, the inner object alone, where what carries it is already named `AIGC`. Both are read; each carrier writes one.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "KEYS",
    "LONGEST_TEXT",
    "AigcFault",
    "AigcLabel",
    "FaultCode",
    "Label",
    "Shape",
    "aigc_json",
    "fault_in",
    "first_write",
    "parse_aigc",
]

Label = Literal["1", "2", "3"]
"""1 the content is AI-generated, 2 it may be, 3 it is suspected to be."""

Shape = Literal["wrapped", "bare"]

FaultCode = Literal[
    "not-json",
    "not-an-object",
    "duplicate-key",
    "missing-key",
    "not-a-string",
    "bad-label",
    "bad-characters",
    "too-long",
    "misspelled-key",
    "nested",
]
"""What does not conform. `misspelled-key` is one in other letters, `nested` an object in an object, or in a text."""

KEYS: Final[Mapping[str, str]] = {
    "Label": "label",
    "ContentProducer": "content_producer",
    "ProduceID": "produce_id",
    "ReservedCode1": "reserved_code1",
    "ContentPropagator": "content_propagator",
    "PropagateID": "propagate_id",
    "ReservedCode2": "reserved_code2",
}
"""The members by the names the standard gives them, in its order, and what they are called here."""

_LABELS: Final = ("1", "2", "3")
_WRAPPER: Final = "AIGC"
_VALUE: Final = re.compile(r"[!#-\[\]-~]*")
_RESERVED: Final = re.compile(r"[ -~]*")
"""A reserved code may hold an object of its own, as text (TC260-PG-202511A): it has quotes."""

_LONGEST_VALUE: Final = 1024
_LONGEST_RESERVED: Final = 4096
LONGEST_TEXT: Final = 32 * 1024
"""The longest text that is looked at, in characters."""


class AigcFault(msgspec.Struct, frozen=True, kw_only=True):
    """Why something that stands where a label belongs is none; `key` names the member where one is to blame."""

    code: FaultCode
    key: str | None = None


class AigcLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label that conforms; nothing else can be made.

    Raises:
        ImplicitRefusedError: a member is too long, or has characters that the standard does not allow.
    """

    label: Label
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""

    def __post_init__(self) -> None:
        fault = _fault_of(_members(self))
        if fault is not None:
            raise ImplicitRefusedError(
                what=f"The implicit label cannot be made: {fault.key} is {fault.code}.",
                remedy="Use printable ASCII without spaces, quotes and backslashes, and at most 1,024 characters.",
            )

    @property
    def is_first_write(self) -> bool:
        """Whether it reads as its producer wrote it: nobody has spread the content since (Appendix E)."""
        return (self.content_producer, self.produce_id) == (self.content_propagator, self.propagate_id)


def first_write(producer: str, produce_id: str, *, label: Label = "1") -> AigcLabel:
    """The label that a producer puts on new content: who generates it is the first to spread it.

    Raises:
        ImplicitRefusedError: the producer or the number is empty, too long, or has characters that are not allowed.
    """
    if not producer or not produce_id:
        raise ImplicitRefusedError(
            what="The implicit label cannot be made: it names no producer, or gives the content no number.",
            remedy="Name the provider by its code or name, and number the content.",
        )
    return AigcLabel(
        label=label,
        content_producer=producer,
        produce_id=produce_id,
        content_propagator=producer,
        propagate_id=produce_id,
    )


def aigc_json(label: AigcLabel, *, shape: Shape = "wrapped") -> str:
    """The label as JSON on one line, ASCII only."""
    members = _members(label)
    return json.dumps({_WRAPPER: members} if shape == "wrapped" else members, separators=(",", ":"))


def parse_aigc(text: str) -> AigcLabel | AigcFault:
    """The label that a text is, in either shape, or why it is none. Never raises, whatever the text."""
    if len(text) > LONGEST_TEXT:
        return AigcFault(code="too-long")
    try:
        found = json.loads(text, object_pairs_hook=_object)
    except _DuplicateKeyError:
        return AigcFault(code="duplicate-key")
    except (ValueError, RecursionError):
        return AigcFault(code="not-json")
    if isinstance(found, dict) and _WRAPPER in found:
        found = found[_WRAPPER]
    if not isinstance(found, dict):
        return AigcFault(code="not-an-object")
    fault = _fault_of(found)
    return fault if fault is not None else AigcLabel(**{KEYS[key]: found[key] for key in KEYS})


class _DuplicateKeyError(Exception):
    """Two members of one name: which of them counts would depend on who reads."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _members(label: AigcLabel) -> dict[str, object]:
    return {key: getattr(label, attribute) for key, attribute in KEYS.items()}


def _fault_of(members: Mapping[str, object]) -> AigcFault | None:
    for key in KEYS:
        if key not in members:
            return AigcFault(code="missing-key", key=key)
    for key in KEYS:
        code = fault_in(key, members[key])
        if code is not None:
            return AigcFault(code=code, key=key)
    return None


def fault_in(key: str, value: object) -> FaultCode | None:
    """What is wrong with the value of a member; None where it conforms."""
    if not isinstance(value, str):
        return "not-a-string"
    if key == "Label":
        return None if value in _LABELS else "bad-label"
    reserved = key.startswith("Reserved")
    if len(value) > (_LONGEST_RESERVED if reserved else _LONGEST_VALUE):
        return "too-long"
    return None if (_RESERVED if reserved else _VALUE).fullmatch(value) else "bad-characters"
