"""A console over what happened in `happenings`, and browsers of people who look at it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.testclient import TestClient

from agents.messages import KafkaMessage
from agents.settings import ConsoleSettings
from console.app import application
from console.identity import IdentityProvider
from console.parts import ConsoleParts
from console.readmodel.asking import DeskQuestions
from console.readmodel.following import ModelState
from console.readmodel.opening import open_rows
from console.readmodel.projection import Projection
from console.readmodel.rows import millis, rows_of
from console.vault import Vault
from pipeline.errors import WorldError
from tests.unit.console.happenings import TOPICS, Happenings, at

FRESH = ModelState(age=0.4, progress=1.0, missing=(), trouble=None)


@dataclass
class Console:
    """A console, what was sent from it, and what its read model says of itself.

    Args:
        directory: where its read model is.
        login: as the setting.
    """

    directory: Path
    login: str = "development"
    state: ModelState = FRESH
    sent: list[KafkaMessage] = field(default_factory=list)
    is_broker_away: bool = False
    on_send: Callable[[KafkaMessage], None] | None = None
    minute: float = 8
    provider: IdentityProvider | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    at: str = "http://127.0.0.1:8787"
    vault: Vault | None = None

    def __post_init__(self) -> None:
        self.rows = open_rows(self.directory / "console.sqlite", TOPICS, source="brokers")
        self.projection = Projection(self.rows, rows_of(TOPICS))
        self.application = application(self.parts())

    def parts(self) -> ConsoleParts:
        async def send(*messages: KafkaMessage) -> None:
            if self.is_broker_away:
                raise WorldError(what="Kafka did not confirm a delivery.", remedy="It is tried again.")
            for message in messages:
                self.sent.append(message)
                if self.on_send is not None:
                    self.on_send(message)

        return ConsoleParts(
            settings=ConsoleSettings(login=self.login, **self.settings),
            topics=TOPICS,
            questions=DeskQuestions(lambda: self.rows.reader, lambda: millis(at(self.minute))),
            state=lambda: self.state,
            changes=lambda: self.projection.changes,
            send=send,
            now=lambda: millis(at(self.minute)) / 1000,
            provider=self.provider,
            vault=self.vault,
        )

    def learn(self, happened: Happenings) -> None:
        for piece in happened.reads():
            self.projection.begin(dict.fromkeys(piece.positions, 10**6))
            self.projection.take(piece)

    def browser(self, who: str | None = None, role: str | None = None) -> TestClient:
        """A browser, of somebody who is logged in where `who` says so."""
        client = TestClient(self.application, base_url=self.at)
        if who is not None:
            secret = hidden(client.get("/login").text, "form")
            answer = client.post("/login", data={"form": secret, "who": f"{who} {role}"}, follow_redirects=False)
            assert answer.status_code == 303, answer.text
        return client


def hidden(html: str, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


def form_of(client: TestClient, uid: str, act: str, reason: str = "It is labelled.") -> dict[str, str]:
    """The form on the page of an event, filled in."""
    html = client.get(f"/queue/{uid}").text
    return {
        **{name: hidden(html, name) for name in ("form", "token", "seen")},
        "act": act,
        "reason": reason,
    }
