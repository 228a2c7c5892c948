"""Commands about periodic duties: what is due when, by which article; and the item of the certificate that signs."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
import typer

from agents.cli.cases import known_cases
from agents.cli.console import AsJson, console, print_json
from agents.cli.identity_option import IdentityOption
from agents.settings import KafkaSettings
from pipeline.events.instants import instant, written

if TYPE_CHECKING:
    from pipeline.duties.registered import Registered
    from pipeline.events.outputs import Case, RunningClock
    from pipeline.policy.pack import ClockRule
    from pipeline.policy.reference import SetName
    from pipeline.policy.running_clocks import ClockLaws

__all__ = ["ShownDuty", "app", "why_none"]

app = typer.Typer(help="Periodic duties: what is due when, of what is registered.", no_args_is_help=True)

Kind = Literal["service", "model", "training_set", "feature_database", "app", "certificate", "consent", "news_source"]
"""As `pipeline.policy.pack.RegisteredKind`, which `--help` does not wait for."""

_OVER: Final = frozenset({"met", "met-late", "withdrawn"})


class ShownDuty(msgspec.Struct, frozen=True, kw_only=True):
    """One duty of one entry.

    Attributes:
        set: the reference set, and `entry` the id there; `kind` is what it is.
        duty: the clock of the pack that says it, and `article` the article of its law.
        binds: whose duty it is.
        last_done_at: when it was done last, or its time began; None where no date is known.
        due_at: when it is due; None where nobody knows.
        is_overdue: whether that is over.
    """

    set: str
    entry: str
    kind: str
    duty: str
    article: str
    citation: str
    jurisdiction: str
    binds: tuple[str, ...]
    last_done_at: str | None
    due_at: str | None
    is_overdue: bool
    text: str
    remedy: str
    document: str


@app.callback()
def _group() -> None:
    pass


@app.command("list")
def list_duties(
    overdue: Annotated[bool, typer.Option("--overdue", help="Those alone whose time is up.")] = False,
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--of", metavar="KIND", help="Of entries of this kind: service, model, app, …", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the duties of what is in the reference sets now, those that are due first, by the packs in use here."""
    duties = list(_duties())
    found = [duty for duty in duties if kind in (None, duty.kind) and (duty.is_overdue or not overdue)]
    found.sort(key=lambda duty: (duty.due_at or "", duty.set, duty.entry, duty.duty))
    if as_json:
        print_json({"duties": found})
        return
    for duty in found:
        until = duty.due_at or "nobody knows when"
        console.print(
            f"{until:24}  {duty.set}/{duty.entry}  {duty.duty}  ({', '.join(duty.binds)})",
            style="bold red" if duty.is_overdue else None,
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        console.print(
            f"{'overdue' if duty.is_overdue else '':24}  {duty.citation}; last {duty.last_done_at or 'never recorded'}",
            style="dim",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if not found:
        console.print(why_none(duties, overdue=overdue), markup=False)


@app.command()
def certificate(
    item_id: Annotated[str, typer.Option("--id", metavar="ID", help="The item's id.")] = "signing-certificate",
    identity: IdentityOption = None,
) -> None:
    """Print the certificate that signs as an item of the inventory: put there, its expiry is a periodic duty.

    `sealstream duties certificate | sealstream reference put inventory -`, wherever the signer is configured as for the
    workers. Its version follows from the day on which the certificate begins, so a renewed one takes the place of the
    last; run it whenever that may have happened. Of several identities, give each an item of its own with --id.
    """
    from cryptography import x509

    from agents.signing_identities import signers_for
    from pipeline.settings import CredentialSettings

    signer = signers_for(CredentialSettings(), identity)(identity)
    leaf = x509.load_pem_x509_certificate(signer.identity.certificate_chain)
    print_json(
        {
            "id": item_id,
            "version": max(int(leaf.not_valid_before_utc.timestamp()), 1),
            "certificate": {
                "valid_from": written(leaf.not_valid_before_utc),
                "valid_until": written(leaf.not_valid_after_utc),
            },
        }
    )


def why_none(duties: list[ShownDuty], *, overdue: bool) -> str:
    """Why there is nothing to list; that no law reaches what is registered must not read as that all is done."""
    if not duties:
        return (
            "No entry has a duty here. Register with `sealstream reference put` what has some, and say which law "
            "reaches it: by its `jurisdictions`, or for all with SEALSTREAM_POLICY_JURISDICTIONS, as for the workers."
        )
    return "Nothing is overdue." if overdue else "No entry of this kind has a duty."


def _duties() -> Iterator[ShownDuty]:
    from agents.assembly import law_of
    from pipeline.policy.pack_files import packs_in_use
    from pipeline.settings import PolicySettings

    settings, now = PolicySettings(), datetime.now(UTC)
    laws = law_of(settings).clocks
    rules = {clock.id: clock for file in packs_in_use(settings.packs) for clock in file.pack.clocks}
    cases = {case.case_uid: case for case in known_cases()}
    for entry in asyncio.run(_registered(KafkaSettings())):
        clocks = _clocks(entry, cases.get(entry.case_uid), laws, settings.jurisdictions, now)
        yield from _shown(entry, clocks, rules, now)


async def _registered(settings: KafkaSettings) -> "list[Registered]":
    from agents.cli.entries import read_set
    from pipeline.duties.registered import TYPES, registered

    names: Iterable[SetName] = TYPES
    wholes = [await read_set(settings, name) for name in names]
    return [entry for whole in wholes for entry in registered(whole.sets)]


def _clocks(
    entry: "Registered", case: "Case | None", laws: "ClockLaws", jurisdictions: tuple[str, ...], now: datetime
) -> "tuple[RunningClock, ...]":
    """The clocks of an entry as it is now; a worker that has not seen it will have the same ones."""
    from pipeline.duties.registered import with_entry
    from pipeline.policy.running_clocks import Matter

    facts, dates = with_entry(entry, {} if case is None else case.dates)
    matter = Matter(
        uid=entry.case_uid,
        kind=entry.kind,
        id=entry.id,
        version=1 if case is None else case.version,
        jurisdictions=entry.jurisdictions or jurisdictions,
        facts=facts,
        dates=dates,
        opened=now if case is None else instant(case.opened_at),
    )
    return laws.running(matter, () if case is None else case.clocks, now)


def _shown(
    entry: "Registered", clocks: "Iterable[RunningClock]", rules: "Mapping[str, ClockRule]", now: datetime
) -> Iterator[ShownDuty]:
    at = written(now)
    for clock in clocks:
        if clock.state in _OVER:
            continue
        law, rule = clock.law, rules[clock.law.clock]
        yield ShownDuty(
            set=entry.set_name,
            entry=entry.entry_id,
            kind=entry.kind,
            duty=law.clock,
            article=law.article,
            citation=law.citation,
            jurisdiction=law.jurisdiction,
            binds=tuple(rule.binds),
            last_done_at=str(entry.facts[rule.starts]) if rule.starts in entry.facts else None,
            due_at=clock.due_at,
            is_overdue=clock.due_at is not None and clock.due_at <= at,
            text=law.text,
            remedy=law.remedy,
            document=law.document,
        )
