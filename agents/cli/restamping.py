"""The command that adds time stamps to what was sealed without."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from agents.assembly import CLAIM_GENERATOR, layout_of, open_parsers
from agents.cli.console import AsJson, console, errors, print_json
from agents.cli.erasing import Among, GoOn, listed_events
from agents.cli.exits import ExitCode
from agents.signing_identities import signers_for
from agents.trusting import trust_of
from pipeline.credentials import CredentialService, Software
from pipeline.errors import AssetRefusedError, OperatorError
from pipeline.settings import CredentialSettings, StoreSettings
from pipeline.store.keys import TREE_PARTS
from pipeline.usecases.restamping import RestampedEvent, Restamping

__all__ = ["restamp"]

_SECONDS_OF_SILENCE: Final = 2.0


class LeftUnstamped(msgspec.Struct, frozen=True, kw_only=True):
    """An event that lacks a time stamp and gets none, and why."""

    event_uid: str
    why: str | None


class _Counted(msgspec.Struct, kw_only=True):
    """How far a run got, and what it found; what `--go-on` keeps."""

    parts: int = 0
    have: int = 0
    stamped: int = 0
    barred: int = 0
    lacking: list[str] = []
    left: list[LeftUnstamped] = []


class RestampAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What `restamp` answers.

    Attributes:
        have: how many events had their time stamp.
        stamped: how many got it now.
        barred: how many were erased, or found illegal, and get none.
        lacking: in a dry run, those that would get it.
        left: those that lack it and get none.
    """

    dry_run: bool
    have: int
    stamped: int
    barred: int
    lacking: tuple[str, ...]
    left: tuple[LeftUnstamped, ...]


def restamp(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what lacks a time stamp, and do nothing.")] = False,
    rate: Annotated[
        float, typer.Option("--rate", min=0.01, max=1000, help="At most so many manifests are stamped in a second.")
    ] = 5.0,
    among: Among = None,
    go_on: GoOn = None,
    as_json: AsJson = False,
) -> None:
    """Add time stamps to what was sealed without: while no authority answered, or before one was configured.

    Reads the records through, and puts an update manifest with a time stamp beside each manifest that lacks one. Asset,
    manifest and record stay as they are; doing it again is safe. A stamp says that the signature was there when it was
    stamped, not when it was sealed.

    Exit code 1 means that something lacks a time stamp and gets none, 75 that no authority, or not the store, answers.
    """
    settings, stores = CredentialSettings(), StoreSettings()
    if not settings.time_stamp_url and not dry_run:
        raise OperatorError(
            what="No time-stamp authority is configured.", remedy="Name one in SEALSTREAM_TIME_STAMP_URL."
        )
    if among is not None and go_on is not None:
        raise OperatorError(
            what="--among and --go-on do not go together.",
            remedy="Give --go-on where all records are read; a list is done again as it is.",
        )
    uids = None if among is None else listed_events(among)
    signers = None if dry_run else signers_for(settings, None)
    with open_parsers(settings, signers, trust_of(settings), processes=1) as parsers:
        restamping = _restamping(stores, parsers.credentials, only_look=dry_run)
        run = _Run(restamping, rate, None if dry_run else go_on)
        counted = run.everything() if uids is None else run.some(uids)
    answer = RestampAnswer(
        dry_run=dry_run,
        have=counted.have,
        stamped=counted.stamped,
        barred=counted.barred,
        lacking=tuple(counted.lacking),
        left=tuple(counted.left),
    )
    if as_json:
        print_json(answer)
    else:
        _show(answer)
    if answer.left:
        raise typer.Exit(ExitCode.REFUSED)


def _restamping(stores: StoreSettings, credentials: CredentialService, *, only_look: bool) -> Restamping:
    from pipeline.store import connection, s3

    return Restamping(
        store=s3.S3ObjectStore(connection.connect()),
        layout=layout_of(stores),
        credentials=credentials,
        software=Software(name=CLAIM_GENERATOR.name, version=CLAIM_GENERATOR.version),
        only_look=only_look,
    )


class _Run:
    """One run, at its pace: what it found so far, and how far it got."""

    def __init__(self, restamping: Restamping, rate: float, go_on: Path | None) -> None:
        self._restamping = restamping
        self._pause = 1 / rate
        self._next = time.monotonic()
        self._said = time.monotonic()
        self._go_on = go_on
        self._counted = _taken_up(go_on)

    def everything(self) -> _Counted:
        """Read all records, from where an earlier run was cut off."""
        for number in range(self._counted.parts, TREE_PARTS):
            self._take(self._restamping.part(number))
            self._counted.parts = number + 1
            self._keep()
        return self._done()

    def some(self, uids: tuple[str, ...]) -> _Counted:
        """Look only at these events."""
        self._take(self._restamping.among(uids))
        return self._done()

    def _take(self, events: Iterator[RestampedEvent]) -> None:
        for event in events:
            self._count(event)
            self._say()
            if event.outcome == "stamped":
                self._next = max(self._next + self._pause, time.monotonic())
                time.sleep(max(0.0, self._next - time.monotonic()))

    def _count(self, event: RestampedEvent) -> None:
        counted = self._counted
        match event.outcome:
            case "has":
                counted.have += 1
            case "stamped":
                counted.stamped += 1
            case "barred":
                counted.barred += 1
            case "lacks":
                counted.lacking.append(event.event_uid)
            case "left":
                counted.left.append(LeftUnstamped(event_uid=event.event_uid, why=event.why))

    def _keep(self) -> None:
        """Keep how far it got, for a run that goes on."""
        if self._go_on is not None:
            beside = self._go_on.with_name(f"{self._go_on.name}.new")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(self._counted))
            beside.replace(self._go_on)

    def _say(self) -> None:
        if time.monotonic() - self._said > _SECONDS_OF_SILENCE:
            self._said = time.monotonic()
            counted = self._counted
            done = f"{counted.parts} of {TREE_PARTS} parts are read"
            said = f"{done}: {counted.stamped} stamped, {len(counted.lacking)} lacking, {len(counted.left)} left."
            errors.print(said, style="dim", markup=False)

    def _done(self) -> _Counted:
        if self._go_on is not None:
            self._go_on.unlink(missing_ok=True)
        return self._counted


def _taken_up(file: Path | None) -> _Counted:
    if file is None or not file.exists():
        return _Counted()
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Counted)
    except (msgspec.DecodeError, OSError) as error:
        raise AssetRefusedError(
            what=f"{file} does not say how far a run of `sealstream restamp` got.", remedy="Name another file."
        ) from error


def _show(answer: RestampAnswer) -> None:
    for uid in answer.lacking:
        console.print(f"lacks  {uid}", markup=False, highlight=False)
    for left in answer.left:
        console.print(f"left  {left.event_uid}  {left.why}", markup=False, highlight=False, soft_wrap=True)
    said = [f"{answer.have} had a time stamp"]
    said.append(f"{len(answer.lacking)} lack one" if answer.dry_run else f"{answer.stamped} got one")
    said += [f"{answer.barred} were erased or found illegal"] if answer.barred else []
    said += [f"{len(answer.left)} lack one and get none"] if answer.left else []
    console.print(f"{', '.join(said)}.", markup=False, highlight=False)
