"""Assembly: from settings to working parts. Everything that can be wrong with a configuration is found here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from pipeline.assets import AssetFetcher
from pipeline.credentials import Trust
from pipeline.credentials.signers.identities import Signers
from pipeline.credentials.stamping import StampRelay
from pipeline.duties import Oversight, OversightFacts, oversight_facts
from pipeline.errors import OperatorError
from pipeline.events.outputs import ClaimGenerator
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.port import KnownFingerprints
from pipeline.isolation import Parsers, WorkerPool, isolated_parsers
from pipeline.policy.judge import Judge
from pipeline.policy.judging import Policy
from pipeline.policy.ladder import Ladder, parse_ladder
from pipeline.policy.pack_files import packs_in_use
from pipeline.policy.reference import ReferenceSets
from pipeline.policy.running_clocks import ClockLaws
from pipeline.settings import (
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    StoreSettings,
    TileLogSettings,
)
from pipeline.store import Layout, ObjectStore
from pipeline.tile_log import LogSigner, TileLogs
from pipeline.tile_log.signing import former_keys, log_public_keys
from pipeline.timing import Timed, untimed
from pipeline.usecases.orders import IdentityFor, default_identity
from pipeline.usecases.wiring import UseCases, wire

__all__ = [
    "CLAIM_GENERATOR",
    "Law",
    "Parsers",
    "law_of",
    "layout_of",
    "open_parsers",
    "tile_logs_of",
    "use_cases",
]

CLAIM_GENERATOR = ClaimGenerator(name="sealstream", version=version("sealstream"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What events are judged by, what follows for accounts whose violations repeat, and how long the laws give."""

    policy: Policy
    ladder: Ladder
    clocks: ClockLaws
    oversight: OversightFacts


@contextmanager
def open_parsers(
    settings: CredentialSettings,
    signers: Signers | None,
    trust: Trust,
    *,
    processes: int | None = None,
    timed: Timed = untimed,
) -> Iterator[Parsers]:
    """What parses and signs, in child processes; they end with the context.

    Args:
        settings: limits of the processes.
        signers: who signs claims; None for commands that only read.
        trust: whose signatures are believed.
        processes: how many; as configured otherwise.
        timed: hears how long each job takes.
    """
    with ExitStack() as opened:
        stamps = None
        if signers is not None and settings.time_stamp_url:
            stamps = opened.enter_context(
                StampRelay(
                    settings.time_stamp_url,
                    seconds=settings.time_stamp_seconds,
                    later=settings.time_stamp_policy == "later",
                )
            )
        pool = opened.enter_context(
            WorkerPool(
                size=processes or settings.parser_processes,
                memory_bytes=settings.parser_memory_bytes,
                seconds=settings.parser_seconds,
                patience=settings.parser_long_seconds,
                trust_anchors=trust,
                confinement=settings.parser_confinement,
                stamping_port=None if stamps is None else stamps.port,
                timed=timed,
            )
        )
        yield isolated_parsers(pool, signers, stamps)


def law_of(
    settings: PolicySettings,
    references: Callable[[], ReferenceSets] = ReferenceSets.empty,
    *,
    retention_days: int | None = None,
    timed: Timed = untimed,
) -> Law:
    """The configured policy packs over the reference sets.

    Args:
        settings: which packs, and whom they bind.
        references: the reference sets as they are now.
        retention_days: how long the store is certain to keep records; None where it does not see to that.
        timed: hears how long it takes to judge an event.

    Raises:
        OperatorError: a pack or the ladder cannot be used; the message names file, line and reason.
    """
    packs = [file.pack for file in packs_in_use(settings.packs)]
    _check_observed(settings.observed, [pack.name for pack in packs])
    return Law(
        policy=Policy(
            judge=Judge(packs, settings.roles, settings.language),
            references=references,
            jurisdictions=settings.jurisdictions,
            retention_days=retention_days,
            assumptions=settings.assumptions,
            observed=frozenset(settings.observed),
            timed=timed,
        ),
        ladder=parse_ladder(settings.ladder, settings.ladder_days),
        clocks=ClockLaws(
            [pack for pack in packs if pack.name not in settings.observed], settings.roles, settings.language
        ),
        oversight=oversight_facts(packs),
    )


def _check_observed(observed: Sequence[str], packs: Sequence[str]) -> None:
    for name in observed:
        if name not in packs:
            raise OperatorError(
                what=f"SEALSTREAM_POLICY_OBSERVED names {name}, and no pack of that name is in use.",
                remedy=f"Name packs in use: {', '.join(packs)}.",
            )


def layout_of(settings: StoreSettings) -> Layout:
    """Where objects lie in the configured buckets."""
    return Layout(content_bucket=settings.content_bucket, records_bucket=settings.records_bucket)


def tile_logs_of(
    settings: TileLogSettings, stores: StoreSettings, store: ObjectStore, signer: LogSigner | None = None
) -> TileLogs | None:
    """The tile logs of this installation; None where neither a key nor a public key is configured.

    Args:
        settings: whose key, under which name.
        stores: the buckets.
        store: where they are kept.
        signer: who signs their checkpoints; None for commands that only read them.

    Raises:
        OperatorError: a key cannot be used.
    """
    keys = log_public_keys(settings) if signer is None else (signer.public, *former_keys(settings))
    if not keys:
        return None
    bucket = stores.records_bucket
    return TileLogs(
        store=store, bucket=bucket, name=settings.name or f"sealstream/{bucket}", keys=keys, signer=signer, now=_now
    )


def use_cases(
    store: ObjectStore,
    parsers: Parsers,
    law: Law,
    stores: StoreSettings,
    assets: AssetSettings,
    labels: LabelSettings,
    people: PeopleSettings,
    known: KnownFingerprints | None = None,
    *,
    identity_for: IdentityFor = default_identity,
    timed: Timed = untimed,
) -> UseCases:
    """All use cases, over the given store, parsers and law.

    Args:
        store: where everything is kept.
        parsers: look into untrusted bytes.
        law: what events are judged by.
        stores: the buckets.
        assets: which assets are taken.
        labels: what is written into them.
        people: what is asked of those who act.
        known: the fingerprints of what was sealed; None where nothing is to be recognised.
        identity_for: which identity signs an event's manifest.
        timed: hears how long it takes to fetch an asset.
    """
    fetcher = AssetFetcher(
        store=store,
        allowed_buckets=frozenset({stores.inbox_bucket, stores.content_bucket, *assets.allowed_buckets}),
        max_bytes=assets.max_asset_bytes,
        timed=timed,
    )
    return wire(
        store=store,
        layout=layout_of(stores),
        fetcher=fetcher,
        parsers=parsers,
        policy=law.policy,
        ladder=law.ladder,
        clocks=law.clocks,
        oversight=Oversight(
            references=law.policy.references, facts=law.oversight, without_operators=people.without_operators
        ),
        lease=timedelta(minutes=people.claim_minutes),
        known=FingerprintIndex() if known is None else known,
        claim_generator=CLAIM_GENERATOR,
        producer=labels.producer,
        labels_when_required=labels.explicit == "when-required",
        identity_for=identity_for,
        now=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
