"""Pseudonyms: where the contract wants a person by a salted hash, whatever was sent is hashed with the operator's key.

A hash without a secret gives a phone number away to whoever tries all of them, and a producer may forget to hash. So
these members are replaced by HMAC-SHA-256 as soon as an event is read, before anything is judged, stored or logged:

    user.id_hash    content.subject_ids    party.id_hash

Without a key they are taken as they are, and what is evidently no hash (an e-mail address, a phone number, the number
of a Chinese identity card) is refused. An event's digest is that of what was sent: replays do not depend on the key.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec

from pipeline.errors import EventInvalidError, OperatorError
from pipeline.events.identity import account_of
from pipeline.events.inputs import ActivityEvent, CaseAct, GenerationEvent, InputEvent, PublicationEvent

__all__ = ["Pseudonyms"]

_FEWEST_CHARACTERS: Final = 32
_MEMBERS: Final = (("user", "id_hash"), ("content", "subject_ids"), ("party", "id_hash"))

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(
    r"\+[0-9][0-9 ()./-]{6,20}|(?:0086|86)?1[3-9][0-9]{9}|[0-9]{2,4}[ /-][0-9]{3,4}[ -]?[0-9]{4}"
)
_ID_CARD: Final = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: the last character of a number checks the others."""

Event = TypeVar("Event", bound=InputEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """Replaces whom events name.

    Args:
        keys: the first is used; the others were, and only find what was stored by them. Empty for none.
    """

    keys: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, file: Path | None) -> Self:
        """Take the keys from a file, one a line, the one in use first.

        Raises:
            OperatorError: the file cannot be read, or has no usable key.
        """
        if file is None:
            return cls()
        try:
            keys = tuple(line.strip() for line in file.read_bytes().splitlines() if line.strip())
        except OSError as error:
            raise _unusable(f"cannot be read ({type(error).__name__})") from error
        if not keys or min(map(len, keys)) < _FEWEST_CHARACTERS:
            raise _unusable(f"has no key, or one of fewer than {_FEWEST_CHARACTERS} characters")
        return cls(keys=keys)

    def of(self, event: Event) -> Event:
        """The event with pseudonyms in the place of whom it names.

        Raises:
            EventInvalidError: there is no key, and it names somebody by what is evidently no hash.
        """
        if not isinstance(event, GenerationEvent | PublicationEvent | ActivityEvent | CaseAct):
            return event
        facts = self._replaced(event.facts)
        if facts is event.facts:
            return event
        if isinstance(event, CaseAct):
            party = facts.get("party")
            named = party.get("id_hash") if isinstance(party, Mapping) else None
            account = account_of(named) if isinstance(named, str) else None
            return msgspec.structs.replace(event, facts=facts, party=account)
        return msgspec.structs.replace(event, facts=facts)

    def accounts(self, named: str) -> tuple[str, ...]:
        """The accounts under which somebody may be stored whom events name so: by each key, and by none."""
        pseudonyms = (named, *(_hashed(key, named) for key in self.keys))
        return tuple(dict.fromkeys(account_of(pseudonym) for pseudonym in reversed(pseudonyms)))

    def _replaced(self, facts: Mapping[str, object]) -> Mapping[str, object]:
        for group, member in _MEMBERS:
            said = facts.get(group)
            if not isinstance(said, Mapping) or not said.get(member):
                continue
            value = said[member]
            path = f"$.{group}.{member}"
            replaced = [self._one(item, path) for item in value] if isinstance(value, list) else self._one(value, path)
            if replaced != value:
                facts = {**facts, group: {**said, member: replaced}}
        return facts

    def _one(self, named: object, path: str) -> object:
        if not isinstance(named, str):
            return named  # the schema lets none through
        if self.keys:
            return _hashed(self.keys[0], named)
        if _is_raw(named):
            raise EventInvalidError(
                what=f"At {path} the event names a person by what is no hash.",
                remedy="Send a salted hash there, never a name, an address or a number; or have the operator set "
                "SEALSTREAM_PSEUDONYM_KEYS, which hashes what is sent. The dead letter has the input as it was.",
                path=path,
                rule="pseudonym",
                value_type="string",
            )
        return named


def _hashed(key: bytes, named: str) -> str:
    return hmac.new(key, named.encode(), hashlib.sha256).hexdigest()


def _is_raw(named: str) -> bool:
    named = named.strip()
    return bool(_EMAIL.fullmatch(named) or _PHONE.fullmatch(named) or (_ID_CARD.fullmatch(named) and _checks(named)))


def _checks(number: str) -> bool:
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11
    return "10X98765432"[rest] == number[-1].upper()


def _unusable(why: str) -> OperatorError:
    return OperatorError(
        what=f"The file of SEALSTREAM_PSEUDONYM_KEYS {why}.",
        remedy="Write one key a line, the one in use first: `openssl rand -hex 32`.",
    )
