"""What tests of the public doors share: things that were sealed, copies of them, and who answers about them."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.usecases.disclosing import PublicView
from pipeline.usecases.resolving import Resolution
from pipeline.usecases.verifying import Verification
from tests.unit.house import House, generation

SAMPLES = Path(__file__).parents[3] / "samples"
HARBOUR = (SAMPLES / "harbour.jpg").read_bytes()


class LabelsInMemory:
    """`ManifestLabels` that are told what was sealed."""

    def __init__(self) -> None:
        self.events: dict[str, str] = {}

    def event_of(self, label: str) -> str | None:
        return self.events.get(label)


class PublicHouse:
    """A house, and what the public may ask of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.labels = LabelsInMemory()
        self.view = PublicView(store=house.store, layout=house.layout)
        self.resolution = Resolution(
            view=self.view,
            known=house.known,
            labels=self.labels,
            fingerprinter=InProcessFingerprinter(),
        )
        self.verification = Verification(
            view=self.view,
            parsers=house.inspect.parsers,
            recognition=house.inspect.recognition,
        )

    def seal(self, name: str = "harbour.jpg", body: bytes = HARBOUR, mime: str = "image/jpeg", **content: Any) -> Any:
        """Seal an asset, and let everybody know as workers would; returns its record."""
        said = {**self.house.put(name, body, mime), "operation": "generated", **content}
        record = self.house.seal(generation({"content": said}, event_id=name)).record
        for code in recorded_codes(record):
            self.house.known.add(code, bytes.fromhex(record.event_uid))
        self.labels.events[record.manifest.label] = record.event_uid
        return record

    def sealed(self, record: Any) -> bytes:
        """The bytes that came out."""
        return self.house.stored(record.sealed.uri)

    def retract(self, record: Any) -> None:
        """Let an event have a retraction."""
        self.house.store.create(self.house.layout.retraction(record.event_uid), b"{}", media_type="application/json")


def smaller(body: bytes = HARBOUR, form: str = "WEBP") -> bytes:
    """A picture at half its size, compressed anew, without anything that was in the file beside it."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(body)) as image:
        image.convert("RGB").resize((image.width // 2, image.height // 2)).save(target, form, quality=60)
    return target.getvalue()
