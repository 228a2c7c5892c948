"""A house to test use cases in: the simulator for a store, a development chain, a clock that a test sets."""

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from pipeline.assets import AssetFetcher, sha256_hex
from pipeline.credentials import CredentialService
from pipeline.duties import Oversight
from pipeline.events.intake import intake_activity, intake_generation, intake_publication, intake_review
from pipeline.events.outputs import ClaimGenerator
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.isolation import Parsers
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.policy.judge import Judge
from pipeline.policy.judging import Policy
from pipeline.policy.ladder import parse_ladder
from pipeline.policy.pack import ALL_ROLES
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import ReferenceSets
from pipeline.policy.running_clocks import ClockLaws
from pipeline.policy.sources import assumptions_of
from pipeline.settings import PolicySettings
from pipeline.store import Layout, Location
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.orders import IdentityFor, default_identity
from pipeline.usecases.wiring import wire

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class NoPictures:
    """An image coder that never has seen a picture."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        return None


class House:
    """The use cases over one simulator, and producers' side of it.

    Events that name no jurisdiction are offered in Spain, where EU law applies; `references` can be replaced.
    """

    def __init__(
        self,
        credentials: CredentialService,
        *,
        jurisdictions: tuple[str, ...] = ("ES",),
        producer: str | None = None,
        labels_when_required: bool = False,
        unless_said: tuple[str, ...] = PolicySettings.model_fields["unless_said"].default,
        undeclared: str = "human",
        observed: tuple[str, ...] = (),
        identity_for: IdentityFor = default_identity,
    ) -> None:
        self.references = ReferenceSets.empty()
        self.clock: Callable[[], datetime] = lambda: NOON
        self.store = StoreSimulator("sealstream", "sealstream-records", "sealstream-inbox")
        self.layout = Layout(content_bucket="sealstream", records_bucket="sealstream-records")
        self.fetcher = AssetFetcher(
            store=self.store, allowed_buckets=frozenset({"sealstream-inbox", "sealstream"}), max_bytes=2**20
        )
        self.known = FingerprintIndex()
        cases = wire(
            store=self.store,
            layout=self.layout,
            fetcher=self.fetcher,
            parsers=Parsers(
                credentials=credentials,
                image_coder=NoPictures(),
                labeler=InProcessLabeler(),
                implicit_labeler=InProcessImplicitLabeler(),
                fingerprinter=InProcessFingerprinter(),
            ),
            policy=Policy(
                judge=Judge(load_packs()),
                references=lambda: self.references,
                jurisdictions=jurisdictions,
                assumptions=assumptions_of(unless_said, undeclared, where="tests"),
                observed=frozenset(observed),
            ),
            ladder=parse_ladder("warn:1,restrict:2,suspend:3,close:5", 365),
            clocks=ClockLaws(load_packs(), ALL_ROLES),
            oversight=Oversight(references=lambda: self.references, without_operators=True),
            lease=timedelta(minutes=15),
            known=self.known,
            claim_generator=ClaimGenerator(name="sealstream", version="0"),
            producer=producer,
            labels_when_required=labels_when_required,
            identity_for=identity_for,
            now=self.now,
        )
        self.seal, self.inspect = cases.sealing, cases.inspection
        self.assess, self.review = cases.assessment, cases.reviewing
        self.keep, self.announce = cases.casework, cases.announcing
        self.retract, self.consent = cases.retracting, cases.consenting

    def now(self) -> datetime:
        """The time of day, by the clock that the house has when it is asked."""
        return self.clock()

    def put(self, key: str, body: bytes, media_type: str) -> dict[str, Any]:
        """Put an asset into the inbox, and say it as an event's content does."""
        location = Location("sealstream-inbox", key)
        self.store.create(location, body, media_type=media_type)
        return {"id": key, "mime": media_type, "uri": location.uri, "sha256": sha256_hex(body), "size": len(body)}

    def records(self) -> list[str]:
        """The keys in the records bucket."""
        return [at.key for at in self.store.objects if at.bucket == "sealstream-records"]

    def stored(self, uri: str) -> bytes:
        """What is stored at a URI that a message names."""
        return self.store.objects[Location.parse(uri)].body


def generation(data: dict[str, Any], *, event_id: str = "1") -> Any:
    return intake_generation(_event("sealstream.generation.v1", data, event_id), ())


def publication(data: dict[str, Any], *, event_id: str = "1") -> Any:
    return intake_publication(_event("sealstream.publication.v1", data, event_id), ())


def activity(data: dict[str, Any], *, event_id: str = "1", time: str = "2026-06-01T11:59:00Z") -> Any:
    return intake_activity(_event("sealstream.activity.v1", data, event_id, time), ())


def review(data: dict[str, Any], *, event_id: str = "review") -> Any:
    return intake_review(_event("sealstream.review.v1", data, event_id), ())


def _event(event_type: str, data: dict[str, Any], event_id: str, time: str = "2026-06-01T11:59:00Z") -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": "/studio",
            "type": event_type,
            "time": time,
            "data": data,
        }
    )


def png(colour: int = 0) -> bytes:
    """A small but whole PNG: one grey pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, colour]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
