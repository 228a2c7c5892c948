"""Runs the console: the socket, the parts as they are in earnest, the server."""

import logging
import socket
import time
from typing import Final

import uvicorn

from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.oidc_settings import OidcSettings
from agents.settings import ConsoleSettings, KafkaSettings
from agents.topics import Topics
from console.app import application
from console.identity import IdentityProvider
from console.login import CALLBACK
from console.parts import ConsoleParts
from console.readmodel.following import live_model_of
from console.vault import Vault
from pipeline.errors import OperatorError

__all__ = ["run_console"]

logger = logging.getLogger(__name__)

_STOP_SECONDS: Final = 3


def run_console(settings: ConsoleSettings) -> None:
    """Serve the console until SIGTERM or Ctrl-C.

    Raises:
        OperatorError: the settings cannot be used.
    """
    settings.require_safe()
    with _bound(settings) as bound:
        host, port = bound.getsockname()[:2]
        parts = _parts(settings)
        at = settings.url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
        logger.info("The console is at %s/", at)
        if parts.provider is not None:
            issuer = parts.provider.issuer
            logger.info("Logins are by %s, which has to know the redirect address %s%s", issuer, at, CALLBACK)
        config = uvicorn.Config(
            application(parts),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[bound])


def _parts(settings: ConsoleSettings) -> ConsoleParts:
    kafka = KafkaSettings()
    model = live_model_of(settings, kafka)

    async def send(*messages: KafkaMessage) -> None:
        async with open_publisher(kafka) as publisher:
            await publisher.publish(messages)

    return ConsoleParts(
        settings=settings,
        topics=Topics(kafka.topic_prefix),
        questions=model.questions,
        state=model.state,
        changes=lambda: model.changes,
        send=send,
        now=time.time,
        vault=_vault(settings.content_max_bytes) if settings.store else None,
        running=(model.running,),
        provider=_provider() if settings.login == "oidc" else None,
    )


def _provider() -> IdentityProvider:
    from console.oidc import OidcProvider  # noqa: PLC0415 - other logins start without what it takes

    return OidcProvider(OidcSettings(), now=time.time)


def _vault(max_bytes: int) -> Vault:
    from console.vault_opening import open_vault  # noqa: PLC0415 - loads an S3 client, and most consoles do without

    return open_vault(max_bytes)


def _bound(settings: ConsoleSettings) -> socket.socket:
    host, port = settings.address
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OperatorError(
            what=f"The console cannot be served at {settings.bind}: {error.strerror}.",
            remedy="Give another address with --bind or SEALSTREAM_CONSOLE_BIND; port 0 takes a free one.",
        ) from error
