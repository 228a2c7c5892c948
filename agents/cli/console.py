"""What commands print: JSON for programs on request, a readable view for people otherwise."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

__all__ = ["AsJson", "console", "errors", "print_json", "print_pairs"]

console: Final = Console(highlight=False)
errors: Final = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for programs.")]


def print_json(answer: object, *, lines: bool = False) -> None:
    """Print JSON: indented, or one line for each answer."""
    text = msgspec.json.encode(answer)
    typer.echo(text if lines else msgspec.json.format(text, indent=2))


def print_pairs(title: str, pairs: Mapping[str, object]) -> None:
    """Print names and values, one pair a line; what is None is left out."""
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        if value is not None:
            table.add_row(name, str(value))
    console.print(table)
