"""The commands that run something: a worker, the demo."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from agents.logs import configure_logging
from agents.settings import KafkaSettings, WorkerSettings
from pipeline.settings import AssetSettings, CredentialSettings, StoreSettings, load

__all__ = ["demo", "worker"]

logger = logging.getLogger(__name__)

_SAMPLES: Final = Path(__file__).parents[2] / "samples"
"""Beside the packages, in a checkout and when installed."""


def worker() -> None:
    """Run a worker: seal generation events, judge publication events, raise alerts. Ctrl-C or SIGTERM stops it.

    The configuration is checked before any partition is taken. Topics and buckets must exist: see `sealstream topics
    create` and `sealstream bucket create`. Start as many workers as there are partitions; they share the work.
    """
    from agents.app import create_app
    from agents.assembly import identity_of, open_credentials, use_cases
    from agents.worker_app import Parts
    from pipeline.store import Location
    from pipeline.store.buckets import probe_buckets
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    settings = load(WorkerSettings)
    configure_logging(level=settings.log_level, style=settings.log_format)
    kafka, stores, assets = load(KafkaSettings), load(StoreSettings), load(AssetSettings)
    credential_settings = load(CredentialSettings)
    identity = identity_of(credential_settings)
    if identity.is_development:
        logger.warning("Signing with a development certificate, which nobody else trusts; see SEALSTREAM_SIGN_CERT.")
    connection = connect()
    reports = probe_buckets(connection, stores)
    for report in reports:
        if report.warning:
            logger.warning("%s", report.warning)
    store = S3ObjectStore(connection, locked_buckets=frozenset(one.bucket for one in reports if one.object_lock))
    probe_at = Location(stores.records_bucket, "v1/probe")
    with open_credentials(credential_settings, identity) as credentials:
        cases = use_cases(store, credentials, stores, assets)
        app = create_app(
            Parts(
                sealing=cases.sealing,
                inspection=cases.inspection,
                probe_store=lambda: _ignore(store.head(probe_at)),
                signer_not_after=datetime.fromisoformat(identity.signing.not_after),
                missing_asset_patience=assets.missing_asset_patience,
                forbidden_asset_patience=assets.forbidden_asset_patience,
            ),
            kafka=kafka,
            worker=settings,
        )
        app.finalize()
        program = app.Worker(override_logging=False, redirect_stdouts=False)
        program.spinner = None
        program.execute_from_commandline()


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave broker, S3 server and worker running at the end.")
    ] = False,
    samples: Annotated[Path | None, typer.Option(help="Another directory of sample files.", show_default=False)] = None,
) -> None:
    """Watch real media go through, on this machine alone: embedded broker, S3 server, one worker, a dozen events."""
    from agents.demo.play import play

    if not play(keep=keep, samples=samples or _SAMPLES):
        raise typer.Exit(1)


def _ignore(_: object) -> None:
    """The store answered; what it said does not matter."""
