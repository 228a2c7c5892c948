"""What commands are typed by, in tests."""

from collections.abc import Callable

__all__ = ["Run"]

Run = Callable[..., tuple[int, str, str]]
"""Arguments in; exit code, output and errors out."""
