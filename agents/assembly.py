"""Assembly: from settings to working parts. Everything that can be wrong with a configuration is found here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from pipeline.assets import AssetFetcher
from pipeline.credentials import CredentialService, SigningMaterial
from pipeline.credentials.development import development_chain
from pipeline.credentials.signer import load_signing_material
from pipeline.errors import OperatorError
from pipeline.events.outputs import ClaimGenerator
from pipeline.inspection import Inspection
from pipeline.isolation import IsolatedCredentialService, WorkerPool
from pipeline.policy.rules import high_risk_rules
from pipeline.sealing import Sealing
from pipeline.settings import AssetSettings, CredentialSettings, StoreSettings
from pipeline.store import Layout, ObjectStore

__all__ = ["CLAIM_GENERATOR", "Identity", "UseCases", "identity_of", "layout_of", "open_credentials", "use_cases"]

CLAIM_GENERATOR = ClaimGenerator(name="sealstream", version=version("sealstream"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom we sign as, and whom we trust."""

    signing: SigningMaterial
    trust_anchors: bytes | None
    is_development: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """The two use cases over one store and one credential service."""

    sealing: Sealing
    inspection: Inspection


def identity_of(settings: CredentialSettings) -> Identity:
    """The configured signer and trust list; a development chain, made on first use, where no signer is configured.

    Raises:
        OperatorError: a file cannot be used; the message names it and its setting.
    """
    anchors = None if settings.trust_anchors is None else _read_anchors(settings)
    if (settings.sign_cert is None) != (settings.sign_key is None):
        raise OperatorError(
            what="Only one of certificate chain and private key is configured.",
            remedy="Set both SEALSTREAM_SIGN_CERT and SEALSTREAM_SIGN_KEY, or neither for a development chain.",
        )
    if settings.sign_cert is None or settings.sign_key is None:
        chain = development_chain(settings.state_dir)
        return Identity(
            signing=chain.material, trust_anchors=chain.trust_anchors + (anchors or b""), is_development=True
        )
    signing = load_signing_material(
        settings.sign_cert,
        settings.sign_key,
        algorithm=settings.sign_algorithm,
        time_stamp_authority=settings.time_stamp_url,
    )
    return Identity(signing=signing, trust_anchors=anchors, is_development=False)


@contextmanager
def open_credentials(
    settings: CredentialSettings, identity: Identity, *, processes: int | None = None
) -> Iterator[CredentialService]:
    """A credential service whose parsing and signing happen in child processes; they end with the context."""
    with WorkerPool(
        size=processes or settings.parser_processes,
        memory_bytes=settings.parser_memory_bytes,
        seconds=settings.parser_seconds,
        signing=identity.signing,
        trust_anchors=identity.trust_anchors,
    ) as pool:
        yield IsolatedCredentialService(pool)


def layout_of(settings: StoreSettings) -> Layout:
    """Where objects lie in the configured buckets."""
    return Layout(content_bucket=settings.content_bucket, records_bucket=settings.records_bucket)


def use_cases(
    store: ObjectStore, credentials: CredentialService, stores: StoreSettings, assets: AssetSettings
) -> UseCases:
    """Both use cases, over the given store and credential service."""
    layout = layout_of(stores)
    fetcher = AssetFetcher(
        store=store,
        allowed_buckets=frozenset({stores.inbox_bucket, stores.content_bucket, *assets.allowed_buckets}),
        max_bytes=assets.max_asset_bytes,
    )
    rules = high_risk_rules()
    return UseCases(
        sealing=Sealing(
            store=store,
            layout=layout,
            fetcher=fetcher,
            credentials=credentials,
            rules=rules,
            claim_generator=CLAIM_GENERATOR,
            now=_now,
        ),
        inspection=Inspection(
            store=store, layout=layout, fetcher=fetcher, credentials=credentials, rules=rules, now=_now
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _read_anchors(settings: CredentialSettings) -> bytes:
    assert settings.trust_anchors is not None  # noqa: S101 - the caller's condition
    try:
        return settings.trust_anchors.expanduser().read_bytes()
    except OSError as error:
        raise OperatorError(
            what=f"The trust list {settings.trust_anchors} cannot be read: {error.strerror}.",
            remedy="Let SEALSTREAM_TRUST_ANCHORS name a PEM file.",
        ) from error
