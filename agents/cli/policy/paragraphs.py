"""Text for people, indented as a whole where it is longer than a line."""

from rich.padding import Padding
from rich.text import Text

from agents.cli.console import console

__all__ = ["say", "shown_value"]


def say(words: str | Text, style: str = "", *, indent: int = 2) -> None:
    """Print a paragraph, every line of it indented."""
    text = words if isinstance(words, Text) else Text(words, style)
    console.print(Padding(text, (0, 0, 0, indent), expand=False))


def shown_value(value: object) -> str:
    """A fact's value as people read it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return f"[{', '.join(value)}]"
        case "":
            return "'' (none)"
        case _:
            return str(value)
