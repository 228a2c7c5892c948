"""What the console is put together from: each part is a port, so that tests put other parts behind the same pages."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from agents.messages import KafkaMessage
from agents.settings import ConsoleSettings
from agents.topics import Topics
from console.identity import IdentityProvider
from console.readmodel.asking import DeskQuestions
from console.readmodel.following import ModelState
from console.sessions import Sessions
from console.vault import Vault

__all__ = ["ConsoleParts", "SendActs"]


class SendActs(Protocol):
    """Sends what people did, and returns when the brokers have all of it.

    Raises:
        WorldError: they did not take all of it; some may be there.
    """

    async def __call__(self, *messages: KafkaMessage) -> None:
        """Send these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """The parts of a console.

    Args:
        settings: where it is served, who may log in.
        topics: the names of the topics.
        questions: what is known.
        state: how far that is.
        changes: grows whenever something new is known.
        send: sends what people did.
        now: seconds since 1970.
        vault: the buckets; None where the console does not read them.
        running: what goes on beside the server as long as it runs.
        provider: vouches for people, where they log in by OpenID Connect.
        sessions: who is logged in.
    """

    settings: ConsoleSettings
    topics: Topics
    questions: DeskQuestions
    state: Callable[[], ModelState]
    changes: Callable[[], int]
    send: SendActs
    now: Callable[[], float]
    vault: Vault | None = None
    running: tuple[Callable[[], AbstractAsyncContextManager[None]], ...] = ()
    provider: IdentityProvider | None = None
    sessions: Sessions = field(default_factory=Sessions)
