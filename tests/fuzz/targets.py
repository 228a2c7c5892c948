"""What is fuzzed: everything of ours that reads bytes of strangers in this very process, or before a child is asked.

A target takes bytes and returns, or raises what its function promises; anything else that it raises is a find.
"""

import contextlib
import importlib
import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from agents.kafka import KafkaMessage
from agents.reference.messages import understood
from pipeline.credentials.stamping import _is_granted
from pipeline.credentials.trust import TrustListError, read_list
from pipeline.errors import OperatorError, ProducerError
from pipeline.events.intake import intake_activity, intake_generation, intake_publication, intake_review
from pipeline.fingerprints.snapshot import Part, columns_in, document_in
from pipeline.isolation.jobs import CheckJob, ReadImplicitLabelsJob, ReadJob, SealJob, TraitsJob, answers_of
from pipeline.isolation.messages import NONSENSE, decode_fault, decode_ready
from pipeline.labels.implicit.table import ROWS, read_labels
from pipeline.policy.pack_files import read_pack

__all__ = ["TARGETS", "Target", "instrumented"]

ROOT = Path(__file__).parents[2]
ANSWERS = [answers_of(kind).decode for kind in (CheckJob, ReadJob, ReadImplicitLabelsJob, SealJob, TraitsJob)]
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


def intake(read: Callable[..., object], kind: str) -> Target:
    def run(body: bytes) -> None:
        with contextlib.suppress(ProducerError):
            read(body, JSON)

    return Target(run=run, seeds=lambda: examples(kind))


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


def answer(body: bytes) -> None:
    """What a child that was taken over may say."""
    for decode in (*ANSWERS, decode_ready, decode_fault):
        with contextlib.suppress(*NONSENSE):
            decode(body)


def carrier(media_type: str) -> Target:
    return Target(run=lambda body: read_labels(body, media_type), seeds=lambda: files_of(media_type))


def files_of(media_type: str) -> list[bytes]:
    """Small files of a kind, made here; larger ones are cut by the fuzzer."""
    kinds = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/tiff": "TIFF"}
    label = b'{"Label":"1","ContentProducer":"x","ProduceID":"1","ContentPropagator":"y","PropagateID":"2"}'
    if media_type in kinds:
        made = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = label.decode()
        how = {} if media_type == "image/gif" else {"exif": exif}
        Image.new("RGB", (2, 2)).save(made, kinds[media_type], **how)
        return [made.getvalue()]
    if media_type == "audio/wav":
        made = io.BytesIO()
        with wave.open(made, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(1)
            sound.setframerate(8000)
            sound.writeframes(bytes(16))
        return [made.getvalue()]
    texts = {
        "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg"><metadata>%s</metadata></svg>',
        "text/html": b"<!doctype html><html><head><meta name=\"AIGC\" content='%s'></head></html>",
        "text/markdown": b"---\nAIGC: '%s'\n---\nwords\n",
        "video/mp4": b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\0\x08moov",
        "audio/mpeg": b"ID3\x04\0\0\0\0\0\x0aTXXX\0\0\0\0\0\0",
        "audio/flac": b"fLaC\x80\0\0\x22" + bytes(34),
        "video/x-flv": b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0\0\0\0\0\0\0\0\0",
        "video/x-matroska": b"\x1aE\xdf\xa3\x80\x18S\x80g\x80",
        "video/x-msvideo": b"RIFF\x10\0\0\0AVI LIST\x04\0\0\0hdrl",
    }
    made_of = texts.get(media_type, b"")
    return [made_of % label if b"%s" in made_of else made_of]


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
    "review": intake(intake_review, "review.v1"),
    "services": reference("services", "service.v1"),
    "news-sources": reference("news-sources", "news-source.v1"),
    "features": reference("features", "feature.v1"),
    "consents": reference("consents", "consent.v1"),
    "pack": Target(
        run=pack, seeds=lambda: [file.read_bytes() for file in (ROOT / "pipeline/policy/packs").glob("k*.yaml")]
    ),
    "trust-list": Target(run=trust_list, seeds=lambda: [b'{"LoTE":{"ListAndSchemeInformation":{}}}', b"-----BEGIN"]),
    "snapshot": Target(run=snapshot, seeds=lambda: [b'{"topic":"t","partition":0,"parts":[]}']),
    "snapshot-part": Target(run=snapshot_part, seeds=lambda: [bytes(66)]),
    "answer": Target(
        run=answer, seeds=lambda: [msgspec.msgpack.encode({"asset": b"", "reason": "", "state": "valid"})]
    ),
    "stamp": Target(run=_is_granted, seeds=lambda: [bytes.fromhex("3007300302010030 00")]),
    **{
        f"carrier-{media_type.partition('/')[2]}": carrier(media_type)
        for media_type in (
            *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/svg+xml", "text/html"),
            *("text/markdown", "audio/wav", "audio/mpeg", "audio/flac", "video/mp4", "video/x-flv"),
            *("video/x-matroska", "video/x-msvideo"),
        )
    },
}
