"""Recognition as a worker has it, over records that say what was sealed: what is said of an asset that is published."""

import hashlib
from dataclasses import dataclass, field

import msgspec

from pipeline.assets import Asset, sha256_hex
from pipeline.credentials import Credential
from pipeline.events.outgoing import to_json
from pipeline.evidence.removal import REMOVED, Recognition
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.fingerprints.recording import named, recognised_by
from pipeline.policy.seen import Observation
from pipeline.store import Layout
from pipeline.store.simulator import StoreSimulator
from tests.unit.events.messages import MANIFEST_RECORD

__all__ = ["Archive", "Share"]

_ABSENT = Credential(state="absent", trust="none")


@dataclass
class Archive:
    """What was sealed, known by its traits."""

    store: StoreSimulator = field(default_factory=lambda: StoreSimulator("content", "records"))
    layout: Layout = field(default_factory=lambda: Layout(content_bucket="content", records_bucket="records"))
    known: FingerprintIndex = field(default_factory=FingerprintIndex)
    names: dict[str, object] = field(default_factory=dict)

    def seal(self, name: object, body: bytes, media_type: str) -> None:
        """Have an asset recognised from now on."""
        uid = hashlib.sha256(repr(name).encode()).hexdigest()
        traits = InProcessFingerprinter().traits(body, media_type)
        record = msgspec.structs.replace(
            MANIFEST_RECORD, event_uid=uid, fingerprint=named(traits.fingerprint), recognition=recognised_by(traits)
        )
        self.store.create(self.layout.record(uid), to_json(record), media_type="application/json")
        for code in recorded_codes(record):
            self.known.add(code, bytes.fromhex(uid))
        self.names[uid] = name

    def asked(self, body: bytes, media_type: str) -> Observation | None:
        """What is said of an asset without marks."""
        recognition = Recognition(
            store=self.store, layout=self.layout, fingerprinter=InProcessFingerprinter(), known=self.known
        )
        asset = Asset(body=body, media_type=media_type, sha256=sha256_hex(body))
        return next(iter(recognition(asset, _ABSENT, None)), None)

    def original(self, found: Observation | None) -> object:
        """The name of what an observation says that its labels were removed; None where it does not say that."""
        return None if found is None or found.name != REMOVED else self.names[str(found.evidence["event_uid"])]


@dataclass
class Share:
    """How many of how many."""

    hits: int = 0
    of: int = 0

    def add(self, *, hit: bool) -> None:
        """Count one."""
        self.hits += hit
        self.of += 1

    def __float__(self) -> float:
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{100 * float(self):.2f} % of {self.of}"
