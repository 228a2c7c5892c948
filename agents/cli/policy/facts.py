"""Facts as a person types them: `--fact user.identity.status=verified`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from pipeline.policy.vocabulary import FactValue
from pipeline.policy.written_facts import facts_written

__all__ = ["FactOption", "facts_given"]

FactOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fact",
        metavar="NAME=VALUE",
        help="A fact, by its dotted name; lists with commas. Repeat it for more.",
        show_default=False,
    ),
]


def facts_given(given: Iterable[str] | None) -> dict[str, FactValue]:
    """Read facts.

    Raises:
        OperatorError: a fact has no name or value, is not in the vocabulary, or its value is not one it can have.
    """
    return facts_written(given or (), where="--fact")
