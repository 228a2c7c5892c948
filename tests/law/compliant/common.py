"""What lawful events share: who sends them, what is true of all of a kind, what was sealed before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

from pipeline.labels.implicit.aigc import AigcLabel, Label
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from tests.law.files import FORMATS, File, file, photo
from tests.law.worker import Answer, Facts, Worker

CN: Final[Facts] = {"jurisdictions": ["CN"]}
EU: Final[Facts] = {"jurisdictions": ["EU"]}
CA: Final[Facts] = {"jurisdictions": ["US-CA"]}
IN: Final[Facts] = {"jurisdictions": ["IN"]}
KR: Final[Facts] = {"jurisdictions": ["KR"]}
VN: Final[Facts] = {"jurisdictions": ["VN"]}
KZ: Final[Facts] = {"jurisdictions": ["KZ"]}
NY: Final[Facts] = {"jurisdictions": ["US-NY"]}
UT: Final[Facts] = {"jurisdictions": ["US-UT"]}
US: Final[Facts] = {"jurisdictions": ["US"]}
GB: Final[Facts] = {"jurisdictions": ["GB"]}
NOW: Final = "2026-12-24T10:00:00+08:00"
REGISTRY: Final[Mapping[str, Facts]] = {
    "studio": {
        "public_opinion": True,
        "filing_no": "example-filing-1",
        "filing_displayed": True,
        "security_assessment": "done",
        "label_function_offered": True,
        "label_prompted": True,
        "monthly_users": 2_400_000,
        "market_date": "2026-09-01",
        "ssmi": True,
        "manifest_option": True,
        "detector": {"available": True, "free": True, "reports_basis": True, "url_or_upload": True, "api": True},
    },
    "small": {"public_opinion": False, "monthly_users": 1_000_000, "ssmi": False},
}
CONSENTS: Final[Mapping[str, Facts]] = {"c-1": {"status": "granted", "separate": True, "prompted": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A lawful event.

    Attributes:
        name: what it is.
        law: the jurisdiction whose law it keeps.
        article: what makes it lawful.
        run: send it, and get what was decided.
    """

    name: str
    law: str
    article: str
    run: Callable[[], Answer]


def merged(*layers: Facts) -> dict[str, Any]:
    """Nested facts laid over each other, the last on top."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            below = result.get(name)
            result[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


@cache
def worker(whose: str = "services") -> Worker:
    """A worker for what services make, and another for what people made: every role is the operator's."""
    return Worker(registry=REGISTRY, consents=CONSENTS)


STUDIO: Final[Facts] = {
    "service": {
        "id": "studio",
        "provider_name": "Example Studio",
        "system_name": "Studio One",
        "system_version": "2",
    }
}
REVIEWED: Final[Facts] = {
    "review": {"input_checked": True, "output_checked": True, "feature_db_version": "2026-11", "verdict": "ok"}
}
USER: Final[Facts] = {"user": {"id_hash": "5c4d", "identity": {"status": "verified", "method": "mobile"}}}
DECLARED: Final[Facts] = {"actor": {"role": "user"}, "declaration": {"value": "ai"}}
ORDERED: Final[Facts] = {"explicit_order": {"language": "zh"}}
AROUND: Final[Facts] = {
    "explicit": {"present": True, "kind": "ui", "text": "本内容由AI生成", "position": "ui_persistent"}
}
DRAWN: Final[Facts] = {
    "explicit": {
        "present": True,
        "kind": "corner",
        "text": "AI生成",
        "position": "edge_corner",
        "height_ratio": 0.06,
        "at_start": True,
    }
}
WAIVED: Final[Facts] = {
    "explicit": {"present": False, "waived_on_request": True},
    "log": {"agreement_ref": "terms-3", "recipient_recorded": True},
}
WATERMARK: Final[Facts] = {"watermark": {"present": True, "detector_ok": True}}
CONSENT: Final[Facts] = {"consent": {"ref": "c-1"}}
IMAGES: Final = ("png", "jpeg", "webp")
SOUNDS: Final = ("wav", "mp3")
TEXTS: Final = ("txt", "md", "json", "pdf", "docx")
UNLABELLED: Final[Mapping[str, Facts]] = {"json": AROUND, "svg": DRAWN}
"""How the mark of formats is shown that the product puts none on: around an answer, or drawn by the service. What
nobody here can look for is said each time."""


def marked_as(kind: str) -> Facts:
    return UNLABELLED.get(kind, ORDERED)


def scene(name: str = "scene.glb") -> File:
    return File(name=name, media_type="model/gltf-binary", body=b"glTF\x02\0\0\0\x14\0\0\0\0\0\0\0JSON")


@cache
def labelled(label: Label) -> File:
    """A photo whose metadata says 1, 2 or 3, as others write it."""
    mark = AigcLabel(
        label=label,
        content_producer="001191110102MAD55U9H0F10002",
        produce_id="1",
        content_propagator="001191110102MAD55U9H0F10002",
        propagate_id="1",
    )
    marked = InProcessImplicitLabeler().label(photo().body, "image/jpeg", LabelsToWrite(aigc=mark))
    assert marked.refused is None
    return File(name=f"label-{label}.jpg", media_type="image/jpeg", body=marked.asset)


def generated(asset: File, *facts: Facts, time: str = NOW) -> Answer:
    return worker().generation(asset, merged(*facts), time=time)


def published(asset: File, *facts: Facts, time: str = NOW) -> Answer:
    return worker().publication(asset, merged(*facts), time=time)


@cache
def sealed(law: str, kind: str, *, face: bool = False) -> File:
    """What a lawful generation of a format left behind."""
    facts = merged(STUDIO, REVIEWED, marked_as(kind), {"jurisdictions": [law], "content": {"operation": "generated"}})
    if face:
        facts = merged(facts, CONSENT, {"content": {"operation": "edited", "biometric": ["face"]}})
    made = worker().generation(file(kind), facts, time=NOW).sealed
    assert made is not None
    return made


@cache
def sealed_unlabelled(kind: str) -> File:
    """What a generation for the Union leaves behind that nobody ordered a label for."""
    facts = (EU, STUDIO, WATERMARK, {"content": {"operation": "generated", "tokens": 300}})
    made = generated(file(kind), *facts).sealed
    assert made is not None
    return made


@cache
def sealed_without_label() -> File:
    """A picture with a credential that says AI and without an implicit label, as where nobody names a provider."""
    from_elsewhere = Worker(producer=None)
    made = from_elsewhere.generation(file("jpeg"), {"content": {"operation": "generated"}}, time=NOW).sealed
    assert made is not None
    return made


@cache
def unmarked() -> File:
    facts = (CN, STUDIO, REVIEWED, {"content": {"operation": "generated", "ds_category": 5}}, WAIVED)
    made = generated(file("png"), *facts).sealed
    assert made is not None
    return made


def people(law: str, *facts: Facts) -> Iterator[Case]:
    """What people made without AI: in China it is known who publishes it, elsewhere nothing is asked."""
    said: Mapping[str, Facts] = {
        "silent": {},
        "undeclared": {"declaration": {"made": False}},
        "declared unknown": {"declaration": {"made": True, "value": "unknown"}},
        "declared human": {"declaration": {"value": "not_ai"}},
        "known": {"content": {"synthetic": "no"}},
    }
    kinds = FORMATS if law == "CN" else ("txt", "pdf", "png", "mp3", "mp4")
    for asset, event_type in product(
        (photo(), *(file(kind) for kind in kinds)), ("publish.requested", "repost.requested", "ingest.completed")
    ):
        for how, words in said.items() if asset.name == "photo.jpg" else [("silent", {})]:
            yield Case(
                name=f"{asset.name} by a person, {event_type}, {how}",
                law=law,
                article="no law about AI asks anything of it" + ("; Provisions 9" if law == "CN" else ""),
                run=lambda asset=asset, words=words, event_type=event_type: worker("people").publication(
                    asset, merged({"jurisdictions": [law], "event_type": event_type}, words, *facts), time=NOW
                ),
            )


def happened(law: str, name: str, article: str, event_type: str, *facts: Facts) -> Case:
    return Case(
        name=f"{event_type}: {name}",
        law=law,
        article=article,
        run=lambda: worker().activity(merged({"jurisdictions": [law], "event_type": event_type}, *facts), time=NOW),
    )


COMPANION: Final[Facts] = {
    "jurisdictions": ["CN"],
    "event_type": "interaction.started",
    "user": {"is_minor": False},
    "service": {
        "id": "companion",
        "anthropomorphic": True,
        "virtual_relatives": True,
        "ai_notice_shown": True,
        "break_reminder_minutes": 120,
        "easy_exit": True,
        "crisis_response": True,
        "public_opinion": False,
        "biometric_tool": False,
        "sensitive_scene_tool": False,
        "security_assessment": "done",
        "filing_no": "example-filing-2",
    },
}
