"""The commands about cases and their clocks: how they stand, as the topics have them now, and acts on them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import msgspec
import typer

from agents.cli.case_acts import act
from agents.cli.console import AsJson, console, print_json
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import OperatorError
from pipeline.events.outputs import Announcement, Case, RunningClock

__all__ = ["ShownClock", "cases_app", "clocks_app", "known_cases"]

cases_app = typer.Typer(help="Cases: what somebody has to do something about.", no_args_is_help=True)
cases_app.command("act")(act)
clocks_app = typer.Typer(help="Clocks: how long the law gives for cases.", no_args_is_help=True)

_CLOCK: Final = b"sealstream.clock.v1"
_ANNOUNCEMENT: Final = b"sealstream.clock-announcement.v1"
_PART: Final = 6
"""So many characters of an identity say which one is meant."""

_OVER: Final = frozenset({"met", "met-late", "withdrawn"})
_NOTHING: Final = "There are none; --all also shows those that are over."
_STYLES: Final = {"missed": "bold red", "undated": "red", "due": "red", "warned": "yellow"}

Shown = TypeVar("Shown")
Kind = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="Of cases of this kind: complaint, takedown, …", show_default=False),
]
Place = Annotated[
    str | None, typer.Option("--jurisdiction", metavar="PLACE", help="Of the law of this place.", show_default=False)
]
Everything = Annotated[bool, typer.Option("--all", help="Also those that are over.")]
Which = Annotated[
    str, typer.Argument(metavar="ID", help="The operator's own number, or the beginning of the identity.")
]


class ShownClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as it stands, and what it announced, in the order in which it did."""

    clock: RunningClock
    announced: tuple[Announcement, ...]

    @property
    def stage(self) -> str:
        """The newest thing to say of it."""
        if self.clock.state != "open" or not self.announced:
            return self.clock.state
        return self.announced[-1].stage


@cases_app.command("list")
def list_cases(kind: Kind = None, everything: Everything = False, as_json: AsJson = False) -> None:
    """List the cases on which a clock runs, those that are due first; with --all the others, too."""
    found = [
        case
        for case in known_cases()
        if kind in (None, case.kind) and (everything or any(clock.state not in _OVER for clock in case.clocks))
    ]
    found.sort(key=lambda case: min((clock.due_at or "" for clock in case.clocks), default="~"))
    if as_json:
        print_json(found)
        return
    for case in found:
        stages = [_stage_now(clock) for clock in case.clocks]
        clocks = ", ".join(f"{clock.law.clock} {stage}" for clock, stage in zip(case.clocks, stages, strict=True))
        state = case.outcome or case.state or "-"
        worst = next((_STYLES[stage] for stage in _STYLES if stage in stages), None)
        _line(
            f"{case.kind:10} {case.id or case.case_uid[:12]:24} {state:12} {case.changed_at}  {clocks or 'no clock'}",
            worst,
        )
    if not found:
        _line(_NOTHING)


@cases_app.command("show")
def show_case(which: Which, as_json: AsJson = False) -> None:
    """Show one case as it stands."""
    for case in _one(known_cases(), which, lambda case: (case.id, case.case_uid)):
        if as_json:
            stages = {clock.clock_id: _stage_now(clock) for clock in case.clocks}
            print_json({**json.loads(msgspec.json.encode(case)), "stages": stages})
            continue
        _line(
            f"{case.kind} {case.id or '-'}  version {case.version}  {', '.join(case.jurisdictions) or 'nowhere named'}"
        )
        _line(f"  {case.state or '-'}{'' if case.outcome is None else f', {case.outcome}'}")
        if case.about is not None:
            for name, value in msgspec.structs.asdict(case.about).items():
                if value is not None:
                    _line(f"  about {name}: {value}")
        for name, value in case.facts.items():
            _line(f"  {name}: {value}")
        if case.act is not None:
            _line(f"  {case.act.act} by {case.act.actor or 'the public'} at {case.act.at}: {case.act.reason or '-'}")
        for document in case.documents:
            went = "" if document.addressee is None else f" to {document.addressee}"
            _line(f"  document of {document.act}{went} at {document.at}: {document.uri} (SHA-256 {document.sha256})")
        for clock in case.clocks:
            stage = _stage_now(clock)
            met = f"due {clock.due_at or clock.why}, met {clock.met_at or '-'}"
            _line(f"  {clock.law.clock}: {stage}, {met}", _STYLES.get(stage))
        _line(f"  {case.record_uri}")


@clocks_app.command("list")
def list_clocks(
    kind: Kind = None, jurisdiction: Place = None, everything: Everything = False, as_json: AsJson = False
) -> None:
    """List the clocks that run, those that are due first, with what each announced."""
    found = [
        shown
        for shown in _clocks()
        if kind in (None, shown.clock.case_kind)
        and jurisdiction in (None, shown.clock.law.jurisdiction)
        and (everything or shown.clock.state not in _OVER)
    ]
    found.sort(key=lambda shown: shown.clock.due_at or "")
    if as_json:
        print_json(found)
        return
    for shown in found:
        clock = shown.clock
        case = f"{clock.case_kind} {clock.case_id or clock.case_uid[:12]}"
        _line(f"{clock.due_at or '-':24} {shown.stage:8} {case:32} {clock.law.clock}", _STYLES.get(shown.stage))
    if not found:
        _line(_NOTHING)


@clocks_app.command("show")
def show_clock(which: Which, as_json: AsJson = False) -> None:
    """Show the clocks of a case, or one clock: its law, its times, and what it announced."""
    for shown in _one(
        _clocks(), which, lambda shown: (shown.clock.case_id, shown.clock.case_uid, shown.clock.clock_id)
    ):
        if as_json:
            print_json(shown)
            continue
        clock, law = shown.clock, shown.clock.law
        _line(f"{law.clock} on {clock.case_kind} {clock.case_id or clock.case_uid[:12]}: {clock.state}")
        _line(f"  {law.citation} ({law.basis}), {law.length}")
        _line(f"  from {clock.starts_at} to {clock.due_at or clock.why}, met {clock.met_at or '-'}")
        for said in shown.announced:
            share = "" if said.share is None else f" ({said.share} %)"
            _line(f"  {said.at} {said.stage}{share}, said at {said.said_at}", _STYLES.get(said.stage))
        _line(f"  {law.remedy} {law.document}")


def _stage_now(clock: RunningClock) -> str:
    """How a clock stands at this moment: of one that runs, what of it is over."""
    if clock.state != "open":
        return clock.state
    now = datetime.now(UTC)
    for stage, at in (
        ("missed", clock.missed_at),
        ("due", clock.due_at),
        ("warned", min(clock.warnings, default=None)),
    ):
        if at is not None and datetime.fromisoformat(at) <= now:
            return stage
    return clock.state


def known_cases() -> list[Case]:
    """The cases as the topic has them now."""
    settings = KafkaSettings()
    newest: dict[str, Case] = {}
    for _, value in asyncio.run(_read(settings, Topics(settings.topic_prefix).case_updates)):
        case = msgspec.json.decode(value, type=Case)
        if case.case_uid not in newest or newest[case.case_uid].version <= case.version:
            newest[case.case_uid] = case
    return list(newest.values())


def _clocks() -> list[ShownClock]:
    settings = KafkaSettings()
    newest: dict[str, RunningClock] = {}
    announced: defaultdict[str, dict[str, Announcement]] = defaultdict(dict)
    for kind, value in asyncio.run(_read(settings, Topics(settings.topic_prefix).clocks)):
        if kind == _CLOCK:
            clock = msgspec.json.decode(value, type=RunningClock)
            if clock.clock_id not in newest or newest[clock.clock_id].case_version <= clock.case_version:
                newest[clock.clock_id] = clock
        elif kind == _ANNOUNCEMENT:
            said = msgspec.json.decode(value, type=Announcement)
            announced[said.clock_id].setdefault(said.announcement_id, said)
    return [ShownClock(clock=clock, announced=_in_order(announced[id_])) for id_, clock in newest.items()]


def _in_order(announced: Mapping[str, Announcement]) -> tuple[Announcement, ...]:
    return tuple(sorted(announced.values(), key=lambda said: (said.at, said.stage)))


async def _read(settings: KafkaSettings, topic: str) -> Sequence[tuple[bytes | None, bytes]]:
    from agents.kafka import read_to_end

    return [
        (dict(message.headers).get("ce_type"), message.value)
        async for message in read_to_end(settings, topic)
        if message.value is not None
    ]


def _one(found: Iterable[Shown], which: str, names: Callable[[Shown], Sequence[str | None]]) -> list[Shown]:
    """What has this number, or an identity that begins so.

    Raises:
        OperatorError: nothing does.
    """
    matching = []
    for shown in found:
        number, *identities = names(shown)
        begins = len(which) >= _PART and any(name is not None and name.startswith(which) for name in identities)
        if number == which or begins:
            matching.append(shown)
    if not matching:
        raise OperatorError(
            what=f"There is nothing with the number or identity {which}.",
            remedy="`sealstream cases list --all` shows them.",
        )
    return matching


def _line(text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
