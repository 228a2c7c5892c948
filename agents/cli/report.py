"""The command that makes documents of what is in the records bucket."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from agents.assembly import CLAIM_GENERATOR, layout_of, open_parsers
from agents.cli.console import AsJson, errors, print_json, print_pairs
from agents.cli.local_file import write_file
from agents.signing_identities import signers_for, signers_of
from agents.trusting import trust_of
from pipeline.assets import sha256_hex
from pipeline.credentials import SealOrder, Software
from pipeline.errors import AssetRefusedError, BugError, OperatorError
from pipeline.policy.pack_files import packs_in_use
from pipeline.policy.words import Language
from pipeline.reports import (
    ReportDocument,
    ReportKind,
    ReportMaterial,
    document_digest,
    exported_of,
    period_of,
    report_of,
)
from pipeline.settings import CredentialSettings, PolicySettings, StoreSettings

__all__ = ["report"]

ReportFormat = Literal["pdf", "html", "json"]

_DATA_DRIVEN: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/dataDrivenMedia"
"""What reports are, as IPTC's digital source types have it: made by a program from data, and by no model."""

_STANDARD_OUTPUT: Final = Path("-")


class MadeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `report` answers.

    `events` and `cases` are those about which something happened in the period. `document` is the digest of what the
    report says, `sha256` that of the file. `stored` is where the sealed PDF lies, and `sealed_now` whether it was made
    by this command or by an earlier one.
    """

    kind: str
    period: str
    file: str
    document: str
    sha256: str
    events: int
    cases: int
    stored: str | None
    sealed_now: bool | None
    development_signer: bool | None


def report(
    kind: Annotated[ReportKind, typer.Argument(help="What it is about.", show_default=False)],
    period: Annotated[
        str,
        typer.Option(metavar="PERIOD", help="2026-10, 2026, or FROM..TO such as 2026-10-01..2026-10-15."),
    ],
    language: Annotated[Language, typer.Option("--lang", help="The language of the document.")] = "en",
    form: Annotated[ReportFormat, typer.Option("--format", help="What it is made as.")] = "pdf",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where it goes, - for standard output; KIND-PERIOD.LANG.FORMAT otherwise."),
    ] = None,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Whose days these are, and what times are shown in.")
    ] = "UTC",
    unsealed: Annotated[bool, typer.Option("--unsealed", help="Leave a PDF unsealed, and store nothing.")] = False,
    event: Annotated[
        str | None,
        typer.Option(metavar="EVENT_UID", help="Of statements: that about one event.", show_default=False),
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(metavar="CASE", help="Of incidents: the one with this number or case_uid.", show_default=False),
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the fonts of a PDF are, if not on the system.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a document about a period, from what the records bucket has of it: for authorities, users and your files.

    Statements of reasons (DSA Art. 17) are about publications that were blocked or retracted; as JSON they are what the
    Commission's transparency database takes.

    It cites articles, times with their zone, and the digest of every record that it rests on. The same records give the
    same document. A PDF is sealed and stored in the records bucket the first time; asking again gives that one.

    PDF and HTML need `pip install 'sealstream[reports]'`, PDF a font with Chinese (Debian: fonts-noto-cjk).
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore
    from pipeline.usecases.reporting import Reporting

    days = period_of(period, time_zone, datetime.now(UTC))
    stores = StoreSettings()
    connection = connect()
    store = S3ObjectStore(connection, locked_buckets=frozenset({stores.records_bucket}))
    reporting = Reporting(store=store, layout=layout_of(stores))
    packs = [file.pack for file in packs_in_use(PolicySettings().packs)]
    material = reporting.material(days)
    if event is not None:
        material = _about(event, kind, material)
    if case is not None:
        material = _of_case(case, kind, material)
    document = report_of(kind, material, days, language, packs)
    stored = None
    if form == "json":
        exported = exported_of(kind, material, days, language, packs)
        body = msgspec.json.format(msgspec.json.encode(document if exported is None else exported), indent=2)
    elif form == "html":
        from pipeline.reports.html import html_of

        body = html_of(document).encode()
    elif unsealed:
        from pipeline.reports.pdf import pdf_of

        body = pdf_of(document, fonts)
    else:
        stored = reporting.sealed_once(document, lambda: _sealed(document, fonts))
        body = stored.body
    if out == _STANDARD_OUTPUT:
        typer.echo(body, nl=False)
        return
    target = out or Path(f"{kind}-{period}.{language}.{form}")
    write_file(target, body, force=force)
    answer = MadeReport(
        kind=kind,
        period=period,
        file=str(target),
        document=document_digest(document),
        sha256=sha256_hex(body),
        events=len(material.events),
        cases=len(material.cases),
        stored=None if stored is None else stored.uri,
        sealed_now=None if stored is None else stored.is_new,
        development_signer=signers_of(CredentialSettings()).is_development if stored and stored.is_new else None,
    )
    if as_json:
        print_json(answer)
    else:
        _show(document, answer)


def _show(document: ReportDocument, answer: MadeReport) -> None:
    print_pairs(
        document.title,
        {
            "file": answer.file,
            "period": f"{answer.period} ({document.time_zone})",
            "looked at": f"records of {answer.events} events, {answer.cases} cases",
            "document": answer.document,
            "sha256": answer.sha256,
            "stored": answer.stored,
            "sealed": {True: "now", False: "before, this is that one", None: None}[answer.sealed_now],
        },
    )
    if answer.development_signer:
        errors.print("It is sealed with a development certificate, which nobody else trusts.", style="yellow")


def _about(event_uid: str, kind: ReportKind, material: ReportMaterial) -> ReportMaterial:
    """What a statement about one event is made from."""
    if kind != "statement":
        raise OperatorError(
            what="Only statements are about one event.",
            remedy=f"Leave out --event, or take `sealstream evidence {event_uid}`.",
        )
    found = tuple(event for event in material.events if event.record.event_uid == event_uid)
    if not found:
        raise AssetRefusedError(
            what=f"Nothing was decided about {event_uid} in this period.",
            remedy="Give the period of the decision; `sealstream lookup` shows when it was.",
        )
    return ReportMaterial(events=found, cases=())


def _of_case(number: str, kind: ReportKind, material: ReportMaterial) -> ReportMaterial:
    """What a report on one incident is made from: its case, and the event that it is about."""
    if kind != "incident":
        raise OperatorError(
            what="Only reports on incidents are about one case.",
            remedy=f"Leave out --case, or take `sealstream cases show {number}`.",
        )
    found = tuple(
        stored
        for stored in material.cases
        if stored.case.kind == "incident" and number in (stored.case.id, stored.case.case_uid)
    )
    if not found:
        raise AssetRefusedError(
            what=f"No incident {number} was open in this period, or changed in it.",
            remedy="`sealstream cases list` shows the number and the times of each; give a period that has them.",
        )
    about = {stored.case.about.event_uid for stored in found if stored.case.about is not None}
    return ReportMaterial(
        events=tuple(event for event in material.events if event.record.event_uid in about), cases=found
    )


def _sealed(document: ReportDocument, fonts: Path | None) -> bytes:
    from pipeline.reports.pdf import pdf_of

    settings = CredentialSettings()
    order = SealOrder(
        media_type="application/pdf",
        operation="generated",
        digital_source_type=_DATA_DRIVEN,
        claim_generator=Software(name=CLAIM_GENERATOR.name, version=CLAIM_GENERATOR.version),
        title=f"{document.title} {document.period}",
    )
    pdf = pdf_of(document, fonts)
    signers = signers_for(settings, None)
    with open_parsers(settings, signers, trust_of(settings), processes=1) as parsers:
        sealed = parsers.credentials.seal(pdf, order)
    if sealed.binding != "embedded":
        raise BugError(what=f"The PDF of a report could not be sealed: {sealed.sidecar_because}.", remedy="Report it.")
    return sealed.asset
