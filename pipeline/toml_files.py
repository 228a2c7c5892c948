"""Files in TOML in which operators say more than a setting holds."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

__all__ = ["UnusableTomlError", "read_toml"]

_Plan = TypeVar("_Plan")


class UnusableTomlError(Exception):
    """A file cannot be used; whoever asked for it says which setting names it, and what it may hold.

    Args:
        why: a part of a sentence.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_toml(path: Path, kind: type[_Plan]) -> _Plan:
    """What a file says, as a struct; texts may be paths in it.

    Raises:
        UnusableTomlError: it cannot be read, is no TOML, or says what the struct has no place for.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind, dec_hook=_path)
    except OSError as error:
        raise UnusableTomlError(f"it cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UnusableTomlError(str(error)) from error


def _path(kind: type, value: object) -> object:
    if kind is not Path or not isinstance(value, str):
        raise NotImplementedError(f"{kind} is in no file")  # msgspec's own word for what it cannot read
    return Path(value)
