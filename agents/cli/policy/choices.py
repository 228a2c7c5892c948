"""Options that may be repeated and take one of several words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, TypeVar

import typer

from pipeline.errors import OperatorError
from pipeline.policy.obligations import ROLES
from pipeline.policy.pack import Role

__all__ = ["RoleOption", "choose", "one_of", "roles_given"]

Word = TypeVar("Word", bound=str)

_ROLES: Final[Mapping[str, Role]] = {role: role for role in ROLES}

RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        metavar="ROLE",
        help=f"A role: {', '.join(ROLES)}. Repeat it for more.",
        show_default=False,
    ),
]


def roles_given(given: Iterable[str] | None) -> tuple[Role, ...]:
    """The roles that were given.

    Raises:
        OperatorError: one of them is none.
    """
    return choose("--role", given, _ROLES)


def choose(option: str, given: Iterable[str] | None, choices: Mapping[str, Word]) -> tuple[Word, ...]:
    """What words stand for, in the order they were given, each once.

    Raises:
        OperatorError: a word is none of the choices.
    """
    words = tuple(dict.fromkeys(given or ()))
    for word in words:
        if word not in choices:
            raise OperatorError(what=f"{option} cannot be {word}.", remedy=f"Give {one_of(tuple(choices))}.")
    return tuple(choices[word] for word in words)


def one_of(words: Sequence[str]) -> str:
    """Words as a choice in a sentence."""
    return f"one of {', '.join(words)}"
