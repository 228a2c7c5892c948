"""The parts a worker is made of: use cases, and what belongs to them, put together from settings."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from agents.assembly import law_of, open_parsers, tile_logs_of, use_cases
from agents.signing_identities import identity_rules, signers_of
from agents.steps import StepTimer
from agents.trusting import TrustWatch, trust_of
from pipeline.credentials.service import Stamping
from pipeline.credentials.signers.identities import Signers
from pipeline.errors import WorldError
from pipeline.events.pseudonyms import Pseudonyms
from pipeline.fingerprints.port import KnownFingerprints
from pipeline.isolation import UnderWay
from pipeline.isolation.confinement import Confinement
from pipeline.policy.reference import ReferenceSets
from pipeline.pyav import HAS_PYAV, WITHOUT_PYAV
from pipeline.settings import (
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    StoreSettings,
    TileLogSettings,
)
from pipeline.store import Location, ObjectStore
from pipeline.store.buckets import BucketReport, probe_buckets
from pipeline.store.connection import S3Connection, connect
from pipeline.store.s3 import S3ObjectStore
from pipeline.tile_log import TileLogs
from pipeline.tile_log.signing import log_signer
from pipeline.usecases.wiring import UseCases

__all__ = ["Parts", "open_parts"]

logger = logging.getLogger(__name__)

_AGAIN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSettings:
    """What parts are made from, all of it read at once: a setting that cannot be used is told before anything is done.

    Raises:
        OperatorError: a setting cannot be used.
    """

    policy: PolicySettings = field(default_factory=PolicySettings)
    stores: StoreSettings = field(default_factory=StoreSettings)
    assets: AssetSettings = field(default_factory=AssetSettings)
    credentials: CredentialSettings = field(default_factory=CredentialSettings)
    labels: LabelSettings = field(default_factory=LabelSettings)
    people: PeopleSettings = field(default_factory=PeopleSettings)
    tile_log: TileLogSettings = field(default_factory=TileLogSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a worker is made of.

    Args:
        cases: what is done with each kind of event.
        probe_store: returns when the store answers, raises `WorldError` when it does not.
        confinement: what child processes have given up.
        signers: who signs claims.
        trust: whom we trust, followed while we run.
        under_way: says of each recording that is being worked on how far it is.
        stamps: asks for time stamps; None where no authority is configured.
        without_operators: whether anybody may act while there are no operators.
        pseudonyms: replace whom events name.
        store: where everything is kept.
        logs: the tile logs that records have their leaves in; None where none are kept.
        log_seconds: how long leaves are gathered.
    """

    cases: UseCases
    probe_store: Callable[[], None]
    confinement: Confinement
    signers: Signers
    under_way: Callable[[], Sequence[UnderWay]]
    stamps: Stamping | None
    trust: TrustWatch
    without_operators: bool
    pseudonyms: Pseudonyms
    store: ObjectStore
    logs: TileLogs | None
    log_seconds: float


@contextmanager
def open_parts(
    settings: PartSettings, references: Callable[[], ReferenceSets], known: KnownFingerprints, steps: StepTimer
) -> Iterator[Parts]:
    """Put the parts together; child processes end with the context.

    What is wrong with a file that a setting names is said before anything is asked of a network.

    Args:
        settings: what they are made from.
        references: the reference sets as they are now.
        known: the fingerprints of what was sealed.
        steps: times what they do.

    Raises:
        OperatorError: the configuration cannot work: a policy pack, the certificate, a trust list, a bucket.
        WorldError: the object store did not answer for `start_seconds`.
    """
    stores, credentials = settings.stores, settings.credentials
    law_of(settings.policy)  # What holds once the buckets are known is asked below.
    signers, identity_for = signers_of(credentials, steps.signed), identity_rules(credentials)
    signers.open()  # First, for it may make a development chain, whose root is trusted here.
    trust = trust_of(credentials)
    if signers.is_development:
        logger.warning("Signing with a development certificate, which nobody else trusts; see SEALSTREAM_SIGN_CERT.")
    if not HAS_PYAV:
        logger.warning("Sound and video take no explicit labels and are not recognised: %s.", WITHOUT_PYAV)
    log_key = log_signer(settings.tile_log)
    pseudonyms = Pseudonyms.read(settings.people.pseudonym_keys)
    if settings.people.without_operators:
        logger.warning(
            "SEALSTREAM_WITHOUT_OPERATORS is set: while the operators set is empty, anybody who may write to the topic "
            "of reviews may release what is held. This is for development."
        )
    connection = connect()
    reports = _probed(connection, stores)
    for report in reports:
        if report.warning:
            logger.warning("%s", report.warning)
    locked = frozenset(report.bucket for report in reports if report.object_lock)
    store = S3ObjectStore(connection, locked_buckets=locked, observer=steps)
    probe_at = Location(stores.records_bucket, "v1/probe")
    retention_days = stores.retention_days if stores.records_bucket in locked else None
    law = law_of(settings.policy, references, retention_days=retention_days, timed=steps)
    with open_parsers(credentials, signers, trust, timed=steps) as parsers:
        if not parsers.confinement.whole:
            logger.warning(
                "Parser processes are not fully confined: in force is %s, of Landlock and seccomp. A hostile file that "
                "takes one over reaches what is missing; see SEALSTREAM_PARSER_CONFINEMENT.",
                parsers.confinement,
            )
        yield Parts(
            cases=use_cases(
                store,
                parsers,
                law,
                stores,
                settings.assets,
                settings.labels,
                settings.people,
                known,
                identity_for=identity_for,
                timed=steps,
            ),
            without_operators=settings.people.without_operators,
            probe_store=lambda: _ignore(store.head(probe_at)),
            confinement=parsers.confinement,
            signers=signers,
            under_way=parsers.under_way,
            stamps=parsers.stamps,
            trust=TrustWatch(credentials, parsers.renew_trust),
            pseudonyms=pseudonyms,
            store=store,
            logs=None if log_key is None else tile_logs_of(settings.tile_log, stores, store, log_key),
            log_seconds=settings.tile_log.seconds,
        )


def _probed(connection: S3Connection, stores: StoreSettings) -> Sequence[BucketReport]:
    """What is found of the buckets; a store that does not answer is waited for, as events wait for it later."""
    until = time.monotonic() + stores.start_seconds
    while True:
        try:
            return probe_buckets(connection, stores)
        except WorldError as error:
            if time.monotonic() + _AGAIN_SECONDS > until:
                raise
            logger.warning("%s It is looked for again every %.0f s.", error, _AGAIN_SECONDS)
            time.sleep(_AGAIN_SECONDS)


def _ignore(_: object) -> None:
    """The store answered; what it said does not matter."""
