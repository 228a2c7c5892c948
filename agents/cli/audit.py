"""Commands about the tile log: whether all records are in it and as they were, and what outsiders verify it with."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.progress import Progress

from agents.assembly import layout_of, tile_logs_of
from agents.cli.console import AsJson, console, errors, print_json, print_pairs
from agents.cli.local_file import read_file, write_file
from pipeline.errors import AssetRefusedError, OperatorError
from pipeline.settings import StoreSettings, TileLogSettings

if TYPE_CHECKING:
    from pipeline.tile_log import TileLogs
    from pipeline.usecases.auditing import AuditProgress, AuditReport

__all__ = ["app"]

app = typer.Typer(help="The tile log: prove that no record was changed or taken away.", no_args_is_help=True)

_IDENTITY: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_NOTE: Final = 2**16
_MOST_SHOWN: Final = 50
_PAUSE_SECONDS: Final = 1.5


class ShownLog(msgspec.Struct, frozen=True, kw_only=True):
    """One log as `audit logs` answers."""

    origin: str
    leaves: int
    batches: int
    at: str | None
    key: str
    checkpoint: str | None


class ShownProof(msgspec.Struct, frozen=True, kw_only=True):
    """What `audit event` answers about one object: `origin`, `index` and `proof` are null where no log has it."""

    key: str
    sha256: str
    origin: str | None
    index: int | None
    verifier_key: str | None
    proof: str | None


@app.command("logs")
def show_logs(*, as_json: AsJson = False) -> None:
    """Show the logs there are, with their newest checkpoints and the keys that outsiders verify them with."""
    logs = _logs()
    shown = []
    for place in logs.places():
        reader = logs.reader(place)
        opened = reader.open()
        shown.append(
            ShownLog(
                origin=place.origin,
                leaves=0 if opened is None else opened.checkpoint.size,
                batches=0 if opened is None else opened.batch.number,
                at=None if opened is None else opened.batch.at,
                key=logs.keys[0].vkey(place.origin) if opened is None else reader.verifier_key(opened.batch),
                checkpoint=None if opened is None else opened.batch.checkpoint,
            )
        )
    if as_json:
        print_json({"logs": shown})
        return
    for log in shown:
        print_pairs(log.origin, {"leaves": log.leaves, "batches": log.batches, "newest": log.at, "key": log.key})
    if not shown:
        console.print("There is no log yet: workers begin one with the first record of a partition.")


@app.command("records")
def audit_records(
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Compare with the checkpoints kept in FOLDER, and keep the newest there if all is well. Let it lie "
            "where who can write to the store cannot.",
            show_default=False,
        ),
    ] = None,
    existence_only: Annotated[
        bool, typer.Option("--existence-only", help="Do not read every record to compare its digest.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See that every record is in a log, every leaf's record is there as it was, and no log was changed.

    Reads every log and every record. Exit code 1 means that something is not as it was written.
    """
    from pipeline.usecases.auditing import Auditing

    logs = _logs()
    kept = _kept(keep)
    with _progress() as progress:
        auditing = Auditing(store=logs.store, logs=logs, progress=progress, pause=lambda: time.sleep(_PAUSE_SECONDS))
        report = auditing(kept=kept, digests=not existence_only)
    if keep is not None and not report.findings:
        _keep(keep, report)
    if as_json:
        print_json(report)
    else:
        _print(report)
    if report.findings:
        raise typer.Exit(1)


@app.command("event")
def prove_event(
    event_uid: Annotated[str, typer.Argument(help="The identity of the event, as `lookup` prints it.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the proofs there, as .tlog-proof.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that an event's record, and what was decided about it since, is in a log.

    Exit code 1 means that the event is not known, or that something of it is in no log.
    """
    from pipeline.usecases.proving import prove_leaves

    if _IDENTITY.fullmatch(event_uid) is None:
        raise OperatorError(
            what="That is no identity of an event.",
            remedy="Give its event_uid, 64 hex digits; `sealstream lookup --event SOURCE ID` prints it.",
        )
    logs = _logs()
    sought = prove_leaves(logs.store, layout_of(StoreSettings()), logs, event_uid)
    shown = [
        ShownProof(
            key=sought_leaf.key,
            sha256=sought_leaf.sha256,
            origin=None if sought_leaf.found is None else sought_leaf.found.origin,
            index=None if sought_leaf.found is None else sought_leaf.found.index,
            verifier_key=None if sought_leaf.found is None else sought_leaf.found.key,
            proof=None if sought_leaf.found is None else sought_leaf.found.proof,
        )
        for sought_leaf in sought
    ]
    if out is not None:
        _folder(out)
        for proof in shown:
            if proof.proof is not None:
                name = proof.key.removeprefix("v1/").removesuffix(".json").replace("/", ".")
                write_file(out / f"{name}.tlog-proof", proof.proof.encode(), force=True)
    if as_json:
        print_json({"event_uid": event_uid, "proofs": shown})
    else:
        for proof in shown:
            _print_proof(proof)
        if not shown:
            console.print("Nothing is known of it in this store.")
    if not shown or any(proof.proof is None for proof in shown):
        raise typer.Exit(1)


@app.command("export")
def export_logs(
    folder: Annotated[Path, typer.Argument(help="Where to; each log gets a folder in it.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write the logs as files of C2SP tlog-tiles, for whoever verifies them with tools of their own."""
    from pipeline.tile_log.exporting import exported

    logs = _logs()
    written = {}
    for place in logs.places():
        reader = logs.reader(place)
        opened = reader.open()
        if opened is None:
            continue
        at = folder / place.topic / str(place.partition)
        for path, body in exported(reader, opened):
            _folder((at / path).parent)
            write_file(at / path, body, force=True)
        written[place.origin] = {"folder": str(at), "key": reader.verifier_key(opened.batch)}
    if as_json:
        print_json({"logs": written})
        return
    for origin, log in written.items():
        print_pairs(origin, log)
    if not written:
        console.print("There is no log yet.")


@app.command("adopt")
def adopt_records(*, as_json: AsJson = False) -> None:
    """Give a leaf to every record that has none, in a log of its own: those from before there was a log.

    It says that the records are there now, and no more: look at what `audit records` names before.
    """
    from pipeline.store import Location
    from pipeline.tile_log import MOST_LEAVES, Leaf
    from pipeline.usecases.auditing import ADOPTED, Auditing

    logs = _logs(to_write=True)
    with _progress() as progress:
        auditing = Auditing(store=logs.store, logs=logs, progress=progress, pause=lambda: time.sleep(_PAUSE_SECONDS))
        keys = auditing.unlogged()
        log = logs.log(ADOPTED, 0)
        for first in range(0, len(keys), MOST_LEAVES):
            at = [Location(logs.bucket, key) for key in keys[first : first + MOST_LEAVES]]
            log.append([Leaf.of(location, logs.store.require(location).body).entry for location in at])
            log.settle()
            progress("adopting records", min(first + MOST_LEAVES, len(keys)), len(keys))
    if as_json:
        print_json({"adopted": len(keys)})
    else:
        console.print(f"{len(keys)} records got a leaf.")


def _logs(*, to_write: bool = False) -> "TileLogs":
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore
    from pipeline.tile_log.signing import log_signer

    settings = TileLogSettings()
    if settings.key is None and (to_write or settings.public_key is None):
        raise OperatorError(
            what="No key of a tile log is configured.",
            remedy="Set SEALSTREAM_TILE_LOG_KEY as for workers"
            + ("." if to_write else ", or SEALSTREAM_TILE_LOG_PUBLIC_KEY to verify only."),
        )
    signer = log_signer(settings) if to_write else None
    logs = tile_logs_of(settings, StoreSettings(), S3ObjectStore(connect()), signer)
    assert logs is not None  # noqa: S101 - there is a key
    return logs


def _kept(folder: Path | None) -> list[str]:
    """The checkpoints in a folder."""
    files = [] if folder is None or not folder.is_dir() else sorted(folder.glob("*.checkpoint"))
    return [read_file(file, max_bytes=_LONGEST_NOTE).decode("utf-8", "replace") for file in files]


def _keep(folder: Path, report: "AuditReport") -> None:
    _folder(folder)
    for log in report.logs:
        name = ".".join(log.origin.split("/")[-2:])
        write_file(folder / f"{name}.checkpoint", log.checkpoint.encode(), force=True)


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetRefusedError(
            what=f"The folder {folder} cannot be made: {error.strerror}.", remedy="Name another one."
        ) from None


def _print(report: "AuditReport") -> None:
    for log in report.logs:
        print_pairs(log.origin, {"leaves": log.leaves, "batches": log.batches, "newest": log.at})
    for finding in report.findings[:_MOST_SHOWN]:
        console.print(f"{finding.kind}: {finding.subject}", style="bold red", markup=False, soft_wrap=True)
        console.print(f"  {finding.what}", markup=False, soft_wrap=True)
    if len(report.findings) > _MOST_SHOWN:
        console.print(f"and {len(report.findings) - _MOST_SHOWN} more; --json shows all.")
    again = f", {report.repeated} of them said before" if report.repeated else ""
    console.print(f"{report.records} records, {report.leaves} leaves{again}, {len(report.logs)} logs.")
    if report.erased:
        console.print(f"{len(report.erased)} records were erased, as v1/erased/ notes: compare that with who asked.")
    compared = f" {report.kept_checked} kept checkpoints were compared." if report.kept_checked else ""
    how = "as they were" if report.digests_checked else "there; their digests were not compared"
    if report.findings:
        console.print(f"{len(report.findings)} findings.{compared}", style="bold red")
    else:
        console.print(f"All records are in a log and {how}.{compared}", style="bold green")


def _print_proof(proof: ShownProof) -> None:
    said = {
        "object": proof.key,
        "sha256": proof.sha256,
        "log": proof.origin,
        "leaf": proof.index,
        "verifier key": proof.verifier_key,
    }
    print_pairs("In the log" if proof.proof else "In no log", said)


@contextmanager
def _progress() -> "Iterator[AuditProgress]":
    """Show on standard error how far it is, to people."""
    with Progress(console=errors, disable=not sys.stderr.isatty(), transient=True) as bar:
        tasks = {}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
