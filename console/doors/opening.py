"""The public doors as they are in earnest: from settings to parts, and the server."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Final

import uvicorn

from agents.assembly import layout_of, open_parsers, tile_logs_of
from agents.door_settings import DoorSettings
from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.similarity import FollowedFingerprints, known_fingerprints_of
from agents.topics import Topics
from agents.trusting import TrustWatch, trust_of
from console.doors.app import doors_application
from console.doors.complaining import Complaints
from console.doors.labels import FollowedLabels, followed_labels
from console.doors.parts import Doors
from pipeline.errors import OperatorError
from pipeline.evidence.removal import Recognition
from pipeline.isolation.confinement import keep_to_itself
from pipeline.settings import CredentialSettings, StoreSettings, TileLogSettings
from pipeline.store import Layout, ObjectStore
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore
from pipeline.tile_log import TileLogs
from pipeline.usecases.disclosing import PublicView
from pipeline.usecases.resolving import Resolution
from pipeline.usecases.verifying import Verification

__all__ = ["logs_shown", "serve_doors"]

logger = logging.getLogger(__name__)

_STOP_SECONDS: Final = 3
_LOOK_SECONDS: Final = 60.0


def serve_doors(settings: DoorSettings) -> None:
    """Serve the public doors until SIGTERM or Ctrl-C.

    Raises:
        OperatorError: the settings cannot be used; nothing is served then.
    """
    keep_to_itself()
    if settings.is_open("resolution"):
        settings.tokens()  # half of it is refused before anything is opened
    with _bound(settings) as bound, _opened(settings) as (doors, running):
        host, port = bound.getsockname()[:2]
        at = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        logger.info("The public doors are at %s; open are: %s.", at, ", ".join(settings.open) or "none")
        config = uvicorn.Config(
            doors_application(doors, running),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[bound])


@contextmanager
def _opened(settings: DoorSettings) -> Iterator[tuple[Doors, list[Callable[[], AbstractAsyncContextManager[None]]]]]:
    """The parts of the doors, and what goes on beside them; child processes end with the context."""
    kafka, stores, credentials = KafkaSettings(), StoreSettings(), CredentialSettings()
    known, labels = (
        known_fingerprints_of(kafka),
        followed_labels(kafka, settings.labels or credentials.state_dir / "labels.sqlite"),
    )
    store, layout = S3ObjectStore(connect()), layout_of(stores)
    logs = logs_shown(settings, stores, store)
    with open_parsers(credentials, None, trust_of(credentials)) as parsers:
        trust = TrustWatch(credentials, parsers.renew_trust)
        view = PublicView(store=store, layout=layout)
        doors = Doors.of(
            settings,
            Resolution(view=view, known=known, labels=labels, fingerprinter=parsers.fingerprinter),
            Verification(
                view=view,
                parsers=parsers,
                recognition=Recognition(store=store, layout=layout, fingerprinter=parsers.fingerprinter, known=known),
            ),
            _complaints(kafka, stores, store, layout) if settings.is_open("complaints") else None,
            trouble=lambda: known.trouble or labels.trouble or trust.trouble,
            logs=logs,
        )
        yield doors, [lambda: _beside(known, labels, trust)]


def logs_shown(settings: DoorSettings, stores: StoreSettings, store: ObjectStore) -> TileLogs | None:
    """The logs of records, where they are shown: by the public key, since what the public reaches holds no other.

    Raises:
        OperatorError: they are to be shown, and no public key is configured, or it cannot be used.
    """
    if not settings.is_open("log") and not settings.is_open("log-entries"):
        return None
    log = TileLogSettings()
    if log.public_key is None:
        raise OperatorError(
            what="The log of records is to be shown (SEALSTREAM_DOORS_OPEN), and its public key is not configured.",
            remedy="Let SEALSTREAM_TILE_LOG_PUBLIC_KEY name a PEM file; `openssl pkey -in log.pem -pubout` writes one.",
        )
    return tile_logs_of(log, stores, store)


def _complaints(kafka: KafkaSettings, stores: StoreSettings, store: ObjectStore, layout: Layout) -> Complaints:
    async def send(message: KafkaMessage) -> None:
        # Complaints are few: a connection for each costs less than one that is kept for ever.
        async with open_publisher(kafka) as publisher:
            await publisher.publish([message])

    topic = Topics(kafka.topic_prefix).cases
    return Complaints(store=store, layout=layout, bucket=stores.inbox_bucket, topic=topic, send=send)


@asynccontextmanager
async def _beside(known: FollowedFingerprints, labels: FollowedLabels, trust: TrustWatch) -> AsyncIterator[None]:
    """Follow what is sealed, from now on and not only when all of it is loaded: until then answers say so."""
    tasks = [
        asyncio.create_task(_held(known.following())),
        asyncio.create_task(_held(labels.following())),
        asyncio.create_task(_looking(trust)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _held(following: AbstractAsyncContextManager[object]) -> None:
    async with following:
        await asyncio.Event().wait()


async def _looking(trust: TrustWatch) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.to_thread(trust.look)


def _bound(settings: DoorSettings) -> socket.socket:
    host, port = settings.address
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OperatorError(
            what=f"The public doors cannot be served at {settings.bind}: {error.strerror}.",
            remedy="Give another address with --bind or SEALSTREAM_DOORS_BIND; port 0 takes a free one.",
        ) from error
