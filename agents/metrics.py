"""The metrics of a worker, in one place: names, labels and units (Prometheus naming: `_total`, `_seconds`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from pipeline.errors import (
    AssetDigestError,
    AssetForbiddenError,
    AssetMissingError,
    AssetRefusedError,
    BugError,
    EnvelopeError,
    EventInvalidError,
    HostileAssetError,
    IdentityReusedError,
    SealRefusedError,
)
from pipeline.policy.reference import SetName
from pipeline.store import StoreRefusedError, StoreUnavailableError
from pipeline.timing import STEPS

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

_LETTERS: Final = (
    *(EnvelopeError, EventInvalidError, IdentityReusedError),
    *(AssetRefusedError, AssetMissingError, AssetForbiddenError, AssetDigestError, HostileAssetError),
    *(SealRefusedError, BugError),
)
"""What makes an input a dead letter, on every topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Every number that a worker shows. One registry each, so that two workers in one test do not mix."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    events: Counter
    event_seconds: Histogram
    step_seconds: Histogram
    store_requests: Counter
    in_flight: Gauge
    oldest_in_flight_seconds: Gauge
    lag: Gauge
    retries: Counter
    alerts: Counter
    dead_letters: Counter
    identities_reused: Counter
    unknown_members: Counter
    enforcement: Counter
    announcements: Counter
    open_clocks: Gauge
    retracted: Counter
    unstamped: Counter
    observed: Counter
    fingerprints: Gauge
    reference_entries: Gauge
    reference_updates: Counter
    reference_refused: Counter
    recordings: Gauge
    recording_share: Gauge
    confinement: Gauge
    signer_expiry: Gauge
    signer_usable: Gauge
    signatures: Counter
    trust_list_issued: Gauge
    tile_log_leaves: Counter
    ready: Gauge

    @classmethod
    def create(cls) -> "Metrics":
        """A fresh set of metrics, all at zero, and those of the process itself."""
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        return cls(
            registry=registry,
            events=Counter("sealstream_events", "Events finished.", ["topic", "outcome"], registry=registry),
            event_seconds=Histogram(
                "sealstream_event_seconds",
                "From an event's arrival in the worker until its outputs were delivered.",
                ["topic"],
                buckets=_SECONDS,
                registry=registry,
            ),
            step_seconds=Histogram(
                "sealstream_step_seconds",
                "How long a step of an event took: fetch, seal, read, store, judge, publish.",
                ["step"],
                buckets=_SECONDS,
                registry=registry,
            ),
            store_requests=Counter(
                "sealstream_store_requests",
                "Requests to the object store; status is done, exists, absent, or the error.",
                ["operation", "status"],
                registry=registry,
            ),
            in_flight=Gauge("sealstream_in_flight", "Events being worked on.", registry=registry),
            oldest_in_flight_seconds=Gauge(
                "sealstream_oldest_in_flight_seconds", "Age of the oldest event being worked on.", registry=registry
            ),
            lag=Gauge(
                "sealstream_lag",
                "Records of a partition that are not acknowledged: waiting, or being worked on.",
                ["topic", "partition"],
                registry=registry,
            ),
            retries=Counter(
                "sealstream_retries", "Tries of an event that failed for now.", ["topic", "error"], registry=registry
            ),
            alerts=Counter("sealstream_alerts", "Alerts published.", ["kind", "severity"], registry=registry),
            dead_letters=Counter(
                "sealstream_dead_letters",
                "Inputs that can never succeed.",
                ["topic", "stage", "error"],
                registry=registry,
            ),
            identities_reused=Counter(
                "sealstream_identities_reused",
                "Events refused because another one with the same source and id but other data came first.",
                ["topic"],
                registry=registry,
            ),
            unknown_members=Counter(
                "sealstream_unknown_members",
                "Events with members that the contract does not know, most often slips of the pen.",
                ["topic"],
                registry=registry,
            ),
            enforcement=Counter(
                "sealstream_enforcement", "Steps against accounts published.", ["step"], registry=registry
            ),
            announcements=Counter(
                "sealstream_clock_announcements", "What clocks announced.", ["stage"], registry=registry
            ),
            open_clocks=Gauge("sealstream_open_clocks", "Open clocks of this worker's partitions.", registry=registry),
            retracted=Counter(
                "sealstream_retracted", "Events retracted, their content being found illegal later.", registry=registry
            ),
            unstamped=Counter(
                "sealstream_sealed_unstamped",
                "Manifest records published that say there is no time stamp.",
                registry=registry,
            ),
            observed=Counter(
                "sealstream_observed",
                "Decisions that packs would have taken that are only observed.",
                ["pack", "decision"],
                registry=registry,
            ),
            fingerprints=Gauge("sealstream_fingerprints", "Fingerprints of sealed assets known.", registry=registry),
            reference_entries=Gauge(
                "sealstream_reference_entries", "Entries of a reference set in force.", ["set"], registry=registry
            ),
            reference_updates=Counter(
                "sealstream_reference_updates",
                "Entries of a reference set put or deleted, those at start included.",
                ["set"],
                registry=registry,
            ),
            reference_refused=Counter(
                "sealstream_reference_refused", "Updates of a reference set refused.", ["set"], registry=registry
            ),
            recordings=Gauge("sealstream_recordings", "Recordings that are being worked on now.", registry=registry),
            recording_share=Gauge(
                "sealstream_recording_share",
                "How far the label is on the recording that is least far, from 0 to 1; 1 without any.",
                registry=registry,
            ),
            confinement=Gauge(
                "sealstream_confinement",
                "What confines parser processes: version of Landlock, 1 for seccomp; 0 for what is not in force.",
                ["layer"],
                registry=registry,
            ),
            signer_expiry=Gauge(
                "sealstream_signer_expiry_timestamp_seconds",
                "When an identity's signing certificate ends, as a Unix time; 0 before that is known.",
                ["identity"],
                registry=registry,
            ),
            signer_usable=Gauge(
                "sealstream_signer_usable",
                "1 while an identity signs, 0 while its events wait.",
                ["identity"],
                registry=registry,
            ),
            signatures=Counter(
                "sealstream_signatures",
                "Signatures that an identity was asked for.",
                ["identity", "outcome"],
                registry=registry,
            ),
            trust_list_issued=Gauge(
                "sealstream_trust_list_issued_timestamp_seconds",
                "When a trust list in force was issued, as a Unix time.",
                ["list"],
                registry=registry,
            ),
            tile_log_leaves=Counter("sealstream_tile_log_leaves", "Leaves put into tile logs.", registry=registry),
            ready=Gauge("sealstream_ready", "1 while the worker is ready, else 0.", registry=registry),
        )

    def begin(self, topics: Iterable[str]) -> None:
        """Have the series that are waited for begin at zero: one that appears with its first event hides that event.

        Args:
            topics: the input topics.
        """
        for topic in topics:
            for outcome in ("done", "dead-letter"):
                self.events.labels(topic, outcome)
            for error in _LETTERS:
                self.dead_letters.labels(topic, error.stage, error.__name__)
            self.event_seconds.labels(topic)
            self.identities_reused.labels(topic)
            self.unknown_members.labels(topic)
        for step in STEPS:
            self.step_seconds.labels(step)
        for operation in ("create", "get", "head", "list"):
            for status in ("done", *(error.__name__ for error in (StoreUnavailableError, StoreRefusedError))):
                self.store_requests.labels(operation, status)
        for stage in ("warned", "due", "missed", "undated"):
            self.announcements.labels(stage)
        for name in get_args(SetName):
            self.reference_refused.labels(name)

    def begin_identities(self, names: Iterable[str]) -> None:
        """The same for series of who signs.

        Args:
            names: of the identities.
        """
        for name in names:
            self.signer_expiry.labels(name)
            self.signer_usable.labels(name)
            for outcome in ("signed", "refused"):
                self.signatures.labels(name, outcome)

    def render(self) -> bytes:
        """The metrics as Prometheus reads them."""
        return generate_latest(self.registry)
