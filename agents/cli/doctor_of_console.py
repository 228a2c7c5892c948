"""What `sealstream doctor --for console` looks at beside what others need: its login, its database."""

from agents.cli.screens import require_console
from agents.diagnosis import CheckResults
from agents.oidc_settings import OidcSettings
from agents.settings import ConsoleSettings, KafkaSettings
from agents.topics import Topics

__all__ = ["database", "login"]


def login() -> CheckResults:
    """Whether people can log in as it is configured; the provider is not asked."""
    require_console()
    settings = ConsoleSettings()
    settings.require_safe()
    if settings.login != "oidc":
        known = "nobody may act" if settings.login == "none" else "whoever says so is believed"
        yield "warning", f"SEALSTREAM_CONSOLE_LOGIN is {settings.login}: {known}."
        return
    provider = OidcSettings()
    issuer, client = provider.require()
    is_public = provider.secret() is None
    provider.pseudonym_key()
    yield "ok", f"logins by {issuer}, as {client}{', a public client' if is_public else ''}"


def database() -> CheckResults:
    """The read model's database: whether it is there, is a console's and can be written, and has room."""
    from console.readmodel.examining import examined
    from console.readmodel.following import database_of

    kafka = KafkaSettings()
    yield from examined(database_of(ConsoleSettings()), Topics(kafka.topic_prefix), source=kafka.bootstrap_servers)
