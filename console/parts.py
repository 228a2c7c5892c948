"""What the console is put together from: each part is a port, so that tests put other parts behind the same pages."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from agents.settings import ConsoleSettings

__all__ = ["ConsoleParts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """The parts of a console.

    Args:
        settings: where it is served, who may log in.
        trouble: why what it shows cannot be relied on now; None where it can.
        running: what goes on beside the server as long as it runs.
    """

    settings: ConsoleSettings
    trouble: Callable[[], str | None]
    running: tuple[Callable[[], AbstractAsyncContextManager[None]], ...] = ()
