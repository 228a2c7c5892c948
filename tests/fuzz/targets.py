"""What is fuzzed: everything of ours that reads bytes of strangers in this very process, or before a child is asked.

A target takes bytes and returns, or raises what its function promises; anything else that it raises is a find.
"""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from agents.kafka import KafkaMessage
from agents.reference.messages import understood
from pipeline.credentials.stamping import _is_granted
from pipeline.credentials.trust import TrustListError, read_list
from pipeline.errors import BugError, OperatorError, ProducerError
from pipeline.events.intake import (
    intake_activity,
    intake_case_act,
    intake_generation,
    intake_publication,
    intake_review_act,
)
from pipeline.events.pseudonyms import Pseudonyms
from pipeline.fingerprints.snapshot import Part, columns_in, document_in
from pipeline.isolation.jobs import CheckJob, ReadImplicitLabelsJob, ReadJob, SealJob, TraitsJob, answers_of
from pipeline.isolation.messages import NONSENSE, decode_fault, decode_ready
from pipeline.labels.implicit.table import ROWS, read_labels, write_labels
from pipeline.labels.refused import ImplicitRefusedError
from pipeline.policy.pack_files import read_pack
from pipeline.store.keys import parse_key
from pipeline.store.location import Location
from tests.unit.labels.implicit.audio_video_makers import KINDS
from tests.unit.labels.implicit.audio_video_makers import made as audio_video
from tests.unit.labels.implicit.makers import MAKERS, OTHER

__all__ = ["TARGETS", "Target", "instrumented"]

ROOT = Path(__file__).parents[2]
ANSWERS = [answers_of(kind).decode for kind in (CheckJob, ReadJob, ReadImplicitLabelsJob, SealJob, TraitsJob)]
LONGEST = 2**15
"""The fuzzer changes files of up to so many bytes."""

JSON = [("content-type", b"application/cloudevents+json")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One of them.

    Args:
        run: takes the bytes.
        seeds: what to begin with.
    """

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def intake(read: Callable[..., Any], *kinds: str) -> Target:
    """An event, and the persons whom it names, by a key and without one."""

    def run(body: bytes) -> None:
        with contextlib.suppress(ProducerError):
            event = read(body, JSON)
            Pseudonyms(keys=(bytes(32),)).of(event)
            Pseudonyms().of(event)

    return Target(run=run, seeds=lambda: [seed for kind in kinds for seed in examples(kind)])


def examples(kind: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((ROOT / "schemas" / "examples" / kind).rglob("*.json"))]


def reference(name: Any, kind: str) -> Target:
    def run(body: bytes) -> None:
        message = KafkaMessage(topic=name, key=b"key", value=body, headers=JSON)
        with contextlib.suppress(ProducerError):
            understood(name, message)

    return Target(run=run, seeds=lambda: examples(kind))


class InMemory:
    """A pack that lies in no directory."""

    name = "fuzzed.yaml"

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read_bytes(self) -> bytes:
        return self.body

    def __str__(self) -> str:
        return self.name


def pack(body: bytes) -> None:
    with contextlib.suppress(OperatorError):
        read_pack(InMemory(body))  # type: ignore[arg-type]


def trust_list(body: bytes) -> None:
    for use in (None, "stamps"):
        with contextlib.suppress(TrustListError):
            read_list(body, use=use, source="")  # type: ignore[arg-type]


def snapshot(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        document = document_in(body, topic="t", partition=0)
        for part in document.parts:
            columns_in(part, body, lot=0, since=0)


def snapshot_part(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        columns_in(msgspec.convert({"kind": "image", "count": 1, "sha256": "0" * 64}, Part), body, lot=0, since=0)


def place(body: bytes) -> None:
    """What events and listings say of where something lies; what is read as a key is written so again."""
    text = body.decode("utf-8", "surrogateescape")
    with contextlib.suppress(ProducerError, BugError):
        Location.parse(text)
    key = parse_key(text)
    assert key is None or str(key) == text


def answer(body: bytes) -> None:
    """What a child that was taken over may say."""
    for decode in (*ANSWERS, decode_ready, decode_fault):
        with contextlib.suppress(*NONSENSE):
            decode(body)


def carrier(media_type: str) -> Target:
    return Target(run=lambda body: read_labels(body, media_type), seeds=lambda: files_of(media_type))


def files_of(media_type: str) -> list[bytes]:
    """Small files of a kind, made here, each as it is and labeled; the fuzzer cuts what is longer than it takes."""
    made = [make() for kind, make in MAKERS.values() if kind == media_type]
    made += [audio_video(name) for name, kind in KINDS.items() if kind.media_type == media_type]
    labeled = []
    for body in made:
        with contextlib.suppress(ImplicitRefusedError):
            labeled.append(write_labels(body, media_type, OTHER))
    return [body for body in (*made, *labeled) if len(body) <= LONGEST]


def instrumented() -> Iterator[str]:
    """The modules to be followed; imported now, since what is loaded later is followed by nobody."""
    for row in ROWS:
        if row.carrier is not None:
            name = f"pipeline.labels.implicit.carriers.{row.carrier}"
            importlib.import_module(name)
            yield name


TARGETS: dict[str, Target] = {
    "generation": intake(intake_generation, "generation-event.v1"),
    "publication": intake(intake_publication, "publication-event.v1"),
    "activity": intake(intake_activity, "activity-event.v1"),
    "review": intake(intake_review_act, "review.v1", "review.v2", "review-act.v1"),
    "case-act": intake(intake_case_act, "case-act.v1"),
    "services": reference("services", "service.v1"),
    "news-sources": reference("news-sources", "news-source.v1"),
    "features": reference("features", "feature.v1"),
    "consents": reference("consents", "consent.v1"),
    "operators": reference("operators", "operator.v1"),
    "inventory": reference("inventory", "inventory-item.v1"),
    "pack": Target(
        run=pack, seeds=lambda: [file.read_bytes() for file in (ROOT / "pipeline/policy/packs").glob("k*.yaml")]
    ),
    "trust-list": Target(run=trust_list, seeds=lambda: [b'{"LoTE":{"ListAndSchemeInformation":{}}}', b"-----BEGIN"]),
    "snapshot": Target(run=snapshot, seeds=lambda: [b'{"topic":"t","partition":0,"parts":[]}']),
    "snapshot-part": Target(run=snapshot_part, seeds=lambda: [bytes(66)]),
    "answer": Target(
        run=answer, seeds=lambda: [msgspec.msgpack.encode({"asset": b"", "reason": "", "state": "valid"})]
    ),
    "place": Target(
        run=place,
        seeds=lambda: [
            b"s3://sealstream-inbox/a.jpg",
            b"v1/sha256/ab/ab/" + b"ab" * 32 + b"/" + b"cd" * 32 + b".sealed.png",
            b"v1/cases/ab/ab/" + b"ab" * 32 + b"/99999999.json",
        ],
    ),
    "stamp": Target(run=_is_granted, seeds=lambda: [bytes.fromhex("3007300302010030 00")]),
    **{
        f"carrier-{media_type.partition('/')[2].rpartition('.')[2]}": carrier(media_type)
        for media_type in (
            *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/svg+xml", "text/html"),
            *("text/markdown", "audio/wav", "audio/mpeg", "audio/flac", "video/mp4", "video/x-flv"),
            *("video/x-matroska", "video/x-msvideo", "image/avif", "image/heic", "image/jxl", "application/pdf"),
            *("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/epub+zip"),
            *("audio/ogg", "video/webm"),
        )
    },
}
