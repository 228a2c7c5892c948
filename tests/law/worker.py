"""The use cases as a worker wires them, over a store in memory: what producers send goes in, what is decided comes out.

Parsing is done in this process, since every file here is our own.
"""

import itertools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from agents.assembly import Parsers, law_of, use_cases
from pipeline.assets import sha256_hex
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.intake import intake_activity, intake_generation, intake_publication
from pipeline.events.outputs import Decision, DecisionOutcome, Finding
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.policy.reference import ReferenceSets, parse_entry
from pipeline.settings import AssetSettings, LabelSettings, PeopleSettings, PolicySettings, StoreSettings
from pipeline.store import Location
from pipeline.store.simulator import StoreSimulator
from tests.law.files import File

__all__ = ["Answer", "Facts", "Worker"]

Facts = Mapping[str, Any]
"""What a producer sends beside the asset, nested as events are."""

PROVIDER_CODE = "001191110000DEM000000100000"
"""Well formed, and nobody's."""


class NoPictures:
    """An image coder that never has seen a picture."""

    def code(self, asset: bytes, media_type: str) -> str | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided, and why; of a generation event, the sealed file too."""

    decision: DecisionOutcome
    findings: tuple[Finding, ...]
    sealed: File | None = None

    @property
    def alerts(self) -> tuple[Finding, ...]:
        """The findings that somebody is told of."""
        return tuple(finding for finding in self.findings if finding.action != "record")

    @property
    def violated(self) -> frozenset[str]:
        """The rules that are broken."""
        return frozenset(
            finding.rule for finding in self.findings if finding.outcome == "violation" and finding.action != "record"
        )

    @property
    def open(self) -> frozenset[str]:
        """The rules that nobody can answer."""
        return frozenset(
            finding.rule for finding in self.findings if finding.outcome == "unknown" and finding.action != "record"
        )


@cache
def _credentials() -> InProcessCredentialService:
    chain = development_chain(Path(tempfile.mkdtemp(prefix="sealstream-law-")))
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


class Worker:
    """A worker for everything that the law sees of it.

    Args:
        registry: what the operator knows of services, by id.
        consents: what the operator knows of consents, by id.
        settings: of the policy, where they are not as they ship.
        producer: who generates, as implicit labels say; without one, and without a name in the event, none is written.
        retention_days: how long records are certain to be kept.
    """

    def __init__(
        self,
        *,
        registry: Mapping[str, Facts] | None = None,
        consents: Mapping[str, Facts] | None = None,
        settings: PolicySettings | None = None,
        producer: str | None = PROVIDER_CODE,
        retention_days: int = 183,
    ) -> None:
        sets = ReferenceSets.empty()
        for name, service in (registry or {}).items():
            sets = sets.put(parse_entry("services", name, {"id": name, "version": 1, "service": service}))
        for name, consent in (consents or {}).items():
            sets = sets.put(parse_entry("consents", name, {"id": name, "version": 1, **consent}))
        stores = StoreSettings()
        self._inbox = stores.inbox_bucket
        self._store = StoreSimulator(stores.content_bucket, stores.records_bucket, stores.inbox_bucket)
        parsers = Parsers(
            credentials=_credentials(),
            image_coder=NoPictures(),
            labeler=InProcessLabeler(),
            implicit_labeler=InProcessImplicitLabeler(),
            fingerprinter=InProcessFingerprinter(),
        )
        law = law_of(settings or PolicySettings(), lambda: sets, retention_days=retention_days)
        labels = LabelSettings(producer=producer)
        self._use = use_cases(self._store, parsers, law, stores, AssetSettings(), labels, PeopleSettings())
        self._numbers = itertools.count()

    def generation(self, file: File, facts: Facts, *, time: str) -> Answer:
        """Seal a file, and judge its generation, export or transformation."""
        record = self._use.sealing(intake_generation(self._event("generation", facts, time, file), ())).record
        body = self._store.objects[Location.parse(record.sealed.uri)].body
        sealed = File(name=file.name, media_type=record.content.mime, body=body)
        return Answer(decision=record.decision, findings=record.findings, sealed=sealed)

    def publication(self, file: File, facts: Facts, *, time: str) -> Answer:
        """Judge that a file is published, reposted or taken in."""
        return _answer(self._use.inspection(intake_publication(self._event("publication", facts, time, file), ())))

    def activity(self, facts: Facts, *, time: str) -> Answer:
        """Judge something that has no asset."""
        return _answer(self._use.assessment(intake_activity(self._event("activity", facts, time), ())))

    def _event(self, kind: str, facts: Facts, time: str, file: File | None = None) -> bytes:
        number = next(self._numbers)
        data = dict(facts)
        if file is not None:
            data["content"] = {**data.get("content", {}), **self._put(file, number)}
        envelope = {"specversion": "1.0", "id": f"{number}", "source": "/law", "type": f"sealstream.{kind}.v1"}
        return orjson.dumps({**envelope, "time": time, "data": data})

    def _put(self, file: File, number: int) -> Facts:
        at = Location(self._inbox, f"{number}-{file.name}")
        self._store.create(at, file.body, media_type=file.media_type)
        return {
            "id": file.name,
            "mime": file.media_type,
            "uri": at.uri,
            "sha256": sha256_hex(file.body),
            "size": len(file.body),
        }


def _answer(said: Any) -> Answer:
    decision: Decision = said.record
    return Answer(decision=decision.decision, findings=decision.findings)
