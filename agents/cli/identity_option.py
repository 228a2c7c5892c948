"""The option of commands that sign, or ask about what signs: which of several identities."""

from typing import Annotated

import typer

__all__ = ["IdentityOption"]

IdentityOption = Annotated[
    str | None,
    typer.Option(
        "--identity",
        metavar="NAME",
        help="Which of the identities of SEALSTREAM_SIGNERS; the default otherwise.",
        show_default=False,
    ),
]
