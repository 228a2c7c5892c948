"""What commands print: JSON for programs on request, a readable view for people otherwise."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.text import Text

__all__ = ["AsJson", "console", "errors", "print_json", "print_pairs"]

console: Final = Console(highlight=False)
errors: Final = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for programs.")]


def print_json(answer: object, *, lines: bool = False) -> None:
    """Print JSON: indented, or one line for each answer."""
    text = msgspec.json.encode(answer)
    typer.echo(text if lines else msgspec.json.format(text, indent=2))


def print_pairs(title: str, pairs: Mapping[str, object]) -> None:
    """Print names and values, one pair a line, never broken so that it can be copied; what is None is left out."""
    console.print(title, style="bold", markup=False)
    shown = {name: value for name, value in pairs.items() if value is not None}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        console.print(Text.assemble((f"  {name:{width}}  ", "dim"), str(value)), soft_wrap=True)
