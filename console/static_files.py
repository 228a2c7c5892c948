"""What browsers load beside pages: the style, and htmx."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

__all__ = ["routes"]

_FILES: Final = Path(__file__).parent / "static"


def routes(_: object) -> Sequence[BaseRoute]:
    """`/static/…`."""
    return (Mount("/static", StaticFiles(directory=_FILES), name="static"),)
