"""The parts a worker is made of: use cases, and what belongs to them, put together from settings."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agents.assembly import identity_of, law_of, open_parsers, use_cases
from agents.trusting import TrustWatch, trust_of
from pipeline.credentials.service import Stamping
from pipeline.credentials.signers.rotation import Rotation
from pipeline.fingerprints.port import KnownFingerprints
from pipeline.isolation.confinement import Confinement
from pipeline.policy.reference import ReferenceSets
from pipeline.settings import (
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    StoreSettings,
)
from pipeline.store import Location
from pipeline.store.buckets import probe_buckets
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore
from pipeline.usecases.wiring import UseCases

__all__ = ["Parts", "open_parts"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a worker is made of.

    Args:
        cases: what is done with events and reviews.
        probe_store: returns when the store answers, raises `WorldError` when it does not.
        confinement: what child processes have given up.
        signer: who signs claims.
        trust: whom we trust, followed while we run.
        stamps: asks for time stamps; None where no authority is configured.
        missing_asset_patience: how long an event waits for an asset that is not there, in seconds.
        forbidden_asset_patience: how long it waits for one that the store refuses to hand out.
        without_operators: whether anybody may act while there are no operators.
    """

    cases: UseCases
    probe_store: Callable[[], None]
    confinement: Confinement
    signer: Rotation
    stamps: Stamping | None
    trust: TrustWatch
    missing_asset_patience: float
    forbidden_asset_patience: float
    without_operators: bool


@contextmanager
def open_parts(
    references: Callable[[], ReferenceSets] = ReferenceSets.empty, known: KnownFingerprints | None = None
) -> Iterator[Parts]:
    """Put the parts together from the environment; child processes end with the context.

    Args:
        references: the reference sets as they are now.
        known: the fingerprints of what was sealed; None where nothing is to be recognised.

    Raises:
        OperatorError: the configuration cannot work: a setting, a policy pack, the certificate, a bucket.
    """
    policy = PolicySettings()
    law_of(policy)  # What is wrong with it is said before anything is asked of a network.
    people = PeopleSettings()
    stores, assets, credential_settings = StoreSettings(), AssetSettings(), CredentialSettings()
    identity = identity_of(credential_settings)
    if identity.is_development:
        logger.warning("Signing with a development certificate, which nobody else trusts; see SEALSTREAM_SIGN_CERT.")
    if people.without_operators:
        logger.warning(
            "SEALSTREAM_WITHOUT_OPERATORS is set: while the operators set is empty, anybody who may write to the topic "
            "of reviews may release what is held. This is for development."
        )
    connection = connect()
    reports = probe_buckets(connection, stores)
    for report in reports:
        if report.warning:
            logger.warning("%s", report.warning)
    store = S3ObjectStore(connection, locked_buckets=frozenset(one.bucket for one in reports if one.object_lock))
    probe_at = Location(stores.records_bucket, "v1/probe")
    is_locked = any(one.bucket == stores.records_bucket and one.object_lock for one in reports)
    law = law_of(policy, references, retention_days=stores.retention_days if is_locked else None)
    trust = trust_of(credential_settings)
    with open_parsers(credential_settings, identity.signer, trust) as parsers:
        if not parsers.confinement.whole:
            logger.warning(
                "Parser processes are not fully confined: in force is %s, of Landlock and seccomp. A hostile file that "
                "takes one over reaches what is missing; see SEALSTREAM_PARSER_CONFINEMENT.",
                parsers.confinement,
            )
        yield Parts(
            cases=use_cases(store, parsers, law, stores, assets, LabelSettings(), people, known),
            without_operators=people.without_operators,
            probe_store=lambda: _ignore(store.head(probe_at)),
            confinement=parsers.confinement,
            signer=identity.signer,
            stamps=parsers.stamps,
            trust=TrustWatch(credential_settings, parsers.renew_trust),
            missing_asset_patience=assets.missing_asset_patience,
            forbidden_asset_patience=assets.forbidden_asset_patience,
        )


def _ignore(_: object) -> None:
    """The store answered; what it said does not matter."""
