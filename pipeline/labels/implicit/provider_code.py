"""Codes of service providers: TC260-PG-20252A, with the check digit of GB 32100 (unified social credit codes).

A code has 27 characters, or the first 22 of them where service and model are not told:

| characters | say |
|---|---|
| 1-2 | the format, `00` |
| 3 | what kind of subject the provider is; `1` is an organisation |
| 4 | what identifies it; for an organisation `1`, its unified social credit code |
| 5-22 | that identification; for an organisation 18 characters, the last of which is a check digit |
| 23 | the service: `1` generates content, `2` spreads it, `0` is not told |
| 24-27 | a code of the model or app that the provider chose; `0000` if unused |
"""

import re
from typing import Final

import msgspec

__all__ = ["ProviderCode", "code_ok", "is_credit_code", "parse_provider_code"]

_CODE: Final = re.compile(r"00([0-9])([0-9])([0-9A-Z]{18})(?:([0-2])([0-9A-Z]{4}))?", re.ASCII)
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION: Final = "1"
_CREDIT_CODE: Final = "1"
_LENGTHS: Final = (22, 27)
_FEWEST_DIGITS: Final = 10
"""A credit code begins with its registry and region: with the prefix at least ten digits, which no name has."""


class ProviderCode(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's code, taken apart; `service` and `model` are empty where the code has 22 characters."""

    subject_type: str
    binding: str
    identification: str
    service: str = ""
    model: str = ""

    @property
    def is_organisation(self) -> bool:
        """Whether the identification is a unified social credit code, whose check digit was verified."""
        return (self.subject_type, self.binding) == (_ORGANISATION, _CREDIT_CODE)


def parse_provider_code(text: str) -> ProviderCode | None:
    """The parts of a code; None where it is none, or its check digit is wrong.

    Persons may be identified by numbers that have no public check digit; only the form of those is checked.
    """
    match = _CODE.fullmatch(text)
    if match is None:
        return None
    subject_type, binding, identification, service, model = match.groups(default="")
    if subject_type == _ORGANISATION and not (binding == _CREDIT_CODE and is_credit_code(identification)):
        return None
    return ProviderCode(
        subject_type=subject_type, binding=binding, identification=identification, service=service, model=model
    )


def code_ok(text: str) -> bool:
    """Whether a provider is named rightly: by a valid code, or by a plain name, which nothing can check."""
    return bool(text) and (parse_provider_code(text) is not None if _is_meant_as_code(text) else True)


def is_credit_code(text: str) -> bool:
    """Whether this is a unified social credit code with the right check digit (GB 32100-2015)."""
    values = [_ALPHABET.find(character) for character in text]
    if len(values) != 18 or -1 in values:  # noqa: PLR2004 - the length the standard gives it
        return False
    total = sum(value * pow(3, position, 31) for position, value in enumerate(values[:-1]))
    return (total + values[-1]) % 31 == 0


def _is_meant_as_code(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return text.startswith("0011") or (len(text) in _LENGTHS and digits >= _FEWEST_DIGITS)
