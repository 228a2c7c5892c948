"""The command that looks up what is known of a file or an event, with nothing but S3."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.local_file import read_file
from pipeline.assets import sha256_hex
from pipeline.errors import AssetRefusedError, OperatorError
from pipeline.events.outputs import Decision
from pipeline.settings import AssetSettings, StoreSettings
from pipeline.store import Layout, ObjectStore
from pipeline.store.erased import ErasedEvent, erased_bytes, erased_event
from pipeline.store.illegal import IllegalBytes, illegal_bytes
from pipeline.store.lookup import Found, LaterStamp, find_by_digest, find_by_event, later_stamp_of, retraction_of

__all__ = ["ByDigest", "ByEvent", "ByFile", "digest_given", "lookup", "require_one"]

ByDigest = Annotated[
    str | None, typer.Option(metavar="HEX", help="SHA-256 of a file, sealed or original.", show_default=False)
]
ByFile = Annotated[Path | None, typer.Option(help="A file in hand, sealed or original.", show_default=False)]
ByEvent = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="SOURCE ID", help="The CloudEvents source and id of an event.", show_default=False),
]


class FoundEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What `lookup` answers for each event that it found."""

    event_uid: str
    role: str | None
    manifest: str | None
    sealed: str | None
    record_uri: str
    record: msgspec.Raw | None
    review: msgspec.Raw | None
    retraction: msgspec.Raw | None
    erased: ErasedEvent | None
    later_stamp: LaterStamp | None


def lookup(sha256: ByDigest = None, file: ByFile = None, event: ByEvent = None, as_json: AsJson = False) -> None:
    """Look up what is known of a file or of an event: manifest, sealed asset and record.

    Exit code 1 means that nothing is known. The same works with any S3 client; see docs/objects.md.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    require_one(sha256, file, event)
    layout = layout_of(StoreSettings())
    store = S3ObjectStore(connect())
    illegal: IllegalBytes | None = None
    erased: Sequence[ErasedEvent] = ()
    if event is not None:
        stored = find_by_event(store, layout, *event)
        found: Sequence[Found] = () if stored is None else (stored,)
    else:
        digest = digest_given(sha256, file)
        found = find_by_digest(store, layout, digest)
        illegal = illegal_bytes(store, layout, digest)
        erased = erased_bytes(store, layout, digest)
    answers = [_answer(known, store, layout) for known in found]
    if as_json:
        print_json({"found": answers, "illegal": illegal, "erased": erased})
    else:
        for answer in answers:
            _show(answer)
        if illegal is not None:
            _show_illegal(illegal)
        for note in erased:
            _show_erased(note)
    if not answers and illegal is None and not erased:
        if not as_json:
            console.print("Nothing is known of it in this store.")
            if event is not None:
                console.print("If it was refused, `sealstream dead-letters list` says why.", style="dim", markup=False)
        raise typer.Exit(1)


def require_one(*ways: object) -> None:
    """Refuse to look something up that is named in two ways, or in none."""
    if sum(way is not None for way in ways) != 1:
        raise OperatorError(
            what="Say what to look up in exactly one way.",
            remedy="Give --sha256 HEX, --file FILE or --event SOURCE ID.",
        )


def digest_given(sha256: str | None, file: Path | None) -> str:
    """The SHA-256 that was given, or that of a file."""
    if file is not None:
        return sha256_hex(read_file(file, max_bytes=AssetSettings().max_asset_bytes))
    digest = (sha256 or "").strip().lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):  # noqa: PLR2004 - hex digits of a SHA-256
        raise AssetRefusedError(
            what="That is no SHA-256.", remedy="Give 64 hex digits, as `sha256sum FILE` prints them."
        )
    return digest


def _answer(found: Found, store: ObjectStore, layout: Layout) -> FoundEvent:
    uid, manifest = found.event_uid, found.manifest
    retraction = retraction_of(store, layout, uid)
    return FoundEvent(
        event_uid=found.event_uid,
        role=found.role,
        manifest=None if found.manifest is None else found.manifest.uri,
        sealed=None if found.sealed is None else found.sealed.uri,
        record_uri=found.record_at.uri,
        record=None if found.record is None else msgspec.Raw(found.record),
        review=None if found.review is None else msgspec.Raw(found.review),
        retraction=None if retraction is None else msgspec.Raw(retraction),
        erased=erased_event(store, layout, uid),
        later_stamp=None if manifest is None else later_stamp_of(store, layout, uid, manifest),
    )


def _show(answer: FoundEvent) -> None:
    print_pairs(
        f"Event {answer.event_uid}",
        {
            "this file is": {"original": "the original", "sealed": "the sealed asset", None: None}[answer.role],
            "manifest": answer.manifest,
            "stamped later": _stamped(answer.later_stamp),
            "sealed asset": answer.sealed,
            "record": answer.record_uri if answer.record is not None else f"{answer.record_uri} (not there)",
            "decision": _decision(answer),
            "retracted": _retracted(answer),
            "erased": None if answer.erased is None else f"at {answer.erased.erased_at}: asset and manifest are gone",
        },
    )


def _stamped(stamp: LaterStamp | None) -> str | None:
    """Where a manifest is with the time stamp that it got later."""
    return None if stamp is None else f"at {stamp.stamped_at or 'an unknown time'}: {stamp.manifest}"


class _Decided(msgspec.Struct):
    decision: str = "allow"


def _show_illegal(illegal: IllegalBytes) -> None:
    print_pairs(
        "These bytes were found illegal",
        {
            "found": illegal.retraction.found_at,
            "by": illegal.retraction.reviewer or f"{illegal.retraction.event.source} {illegal.retraction.event.id}",
            "as": ", ".join(illegal.retraction.categories) or None,
            "because": illegal.retraction.reason,
            "rules": ", ".join(f"{finding.rule} ({finding.citation})" for finding in illegal.findings),
        },
    )


def _show_erased(erased: ErasedEvent) -> None:
    print_pairs(
        f"Event {erased.event_uid}",
        {
            "erased": f"at {erased.erased_at}: what was sealed of these bytes is gone",
            "because": ", ".join(erased.basis),
        },
    )


def _retracted(answer: FoundEvent) -> str | None:
    """When an event was retracted, and by which rules; None where it was not."""
    if answer.retraction is None:
        return None
    retracted = msgspec.json.decode(answer.retraction, type=Decision)
    rules = ", ".join(f"{finding.rule} ({finding.citation})" for finding in retracted.findings)
    return f"at {retracted.decided_at}, since its content was found illegal: {rules}"


def _decision(answer: FoundEvent) -> str | None:
    """What was decided, and what a review of it decided in the end."""
    if answer.record is None:
        return None
    decision = msgspec.json.decode(answer.record, type=_Decided).decision
    if answer.review is None:
        return decision
    return f"{decision}, then {msgspec.json.decode(answer.review, type=_Decided).decision} by a review"
