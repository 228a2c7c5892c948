"""Commands for single files: seal one, inspect one. Nothing is sent anywhere."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from agents.assembly import CLAIM_GENERATOR, identity_of, open_parsers
from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.local_file import read_asset, read_file, write_file
from agents.cli.marks_shown import ShownMarks, lines, shown
from agents.cli.sidecars import credential_beside, place_for_sidecar
from agents.trusting import trust_of
from pipeline.assets import Asset, sha256_hex
from pipeline.credentials import Credential, CredentialService, Software
from pipeline.events.inputs import Content, GenerationEvent, Model, Service
from pipeline.events.outputs import CredentialSummary, Declared, EventReference, Finding, SignerSummary
from pipeline.evidence.content import type_observations
from pipeline.evidence.credential import credential_facts, credential_observations, summary_of
from pipeline.evidence.implicit import carries_labels, found_observations, implicit_facts
from pipeline.labels.implicit.aigc import Label
from pipeline.policy.decision import decide, worth_an_alert
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.settings import AssetSettings, CredentialSettings
from pipeline.usecases.orders import seal_order

__all__ = ["inspect", "seal"]

File = Annotated[Path, typer.Argument(help="The file.", show_default=False)]
MediaType = Annotated[
    str | None,
    typer.Option(
        "--media-type", metavar="TYPE", help="Media type that is claimed; the bytes decide where they are known."
    ),
]


_PRACTICE: Final = ("c2pa", "label-practice")
"""The packs that a file is judged by of which nobody knows where it is to be published."""


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `seal` answers."""

    file: str
    sealed: str
    manifest: str | None
    binding: str
    sidecar_because: str | None
    """Why a file of a format that embeds has its manifest beside it; null where it is inside, and for other formats."""

    label: str
    sha256: str
    original_sha256: str
    credential: CredentialSummary
    development_signer: bool


class PossibleAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that a publication of the file would raise."""

    kind: str
    severity: str
    code: str | None
    action: str
    message: str
    remedy: str | None


class InspectedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `inspect` answers."""

    file: str
    media_type: str
    sha256: str
    declared: Declared
    credential: str
    trust: str
    ai_generated: bool | None
    alerts: tuple[PossibleAlert, ...]
    decision: str
    codes: tuple[str, ...]
    binding: str | None
    active_manifest: str | None
    signer: SignerSummary | None
    implicit_label: Label | None
    """What the implicit label says (GB 45438-2025): 1 AI-generated, 2 perhaps, 3 suspected; null without one of use."""
    marks: ShownMarks


def seal(
    file: File,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where the sealed file goes; NAME.sealed.EXT beside it otherwise."),
    ] = None,
    operation: Annotated[
        Literal["generated", "edited"], typer.Option(help="What the AI did with the content.")
    ] = "generated",
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the AI model, for the disclosure.")] = None,
    media_type: MediaType = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Seal FILE: attach a signed C2PA manifest that says the content is AI-generated.

    The manifest goes into the file where the format can carry it (JPEG, PNG, WebP, WAV, MP3, MP4, PDF, SVG, plain
    text and more), and beside it as NAME.c2pa where it cannot (Markdown, JSON, Office documents), or where the file
    would not be as whole as it came, such as a signed or encrypted PDF: it stays as it is, and the answer says why.
    Where NAME.c2pa is that of another file, it is NAME.EXT.c2pa.

    Labels are for workers, which know the event: nothing but the manifest is added here.

    Without SEALSTREAM_SIGN_CERT a development certificate is used, which nobody else trusts.
    """
    limit = AssetSettings().max_asset_bytes
    asset = read_asset(file, media_type, max_bytes=limit)
    settings = CredentialSettings()
    identity = identity_of(settings)
    event = GenerationEvent(
        uid="",
        reference=EventReference(source="", id="", type="", time=None),
        digest="",
        content=Content(id=file.name, mime=asset.media_type, operation=operation),
        model=Model(name=model),
        service=Service(),
        facts={},
    )
    with open_parsers(settings, identity.signer, trust_of(settings), processes=1) as parsers:
        software = Software(name=CLAIM_GENERATOR.name, version=CLAIM_GENERATOR.version)
        fingerprint = parsers.fingerprinter.fingerprint(asset.body, asset.media_type)
        order = seal_order(event, asset.media_type, (), software, fingerprint)
        sealed = parsers.credentials.seal(asset.body, order)
        embedded = sealed.binding == "embedded"
        target = (out or file.with_suffix(f".sealed{file.suffix}")) if embedded or out else file
        manifest_target = (
            None
            if embedded
            else place_for_sidecar(parsers.credentials, sealed.asset, asset.media_type, target, max_bytes=limit)
        )
    if target != file:
        write_file(target, sealed.asset, force=force)
    if manifest_target is not None:
        write_file(manifest_target, sealed.manifest, force=force)
    answer = SealedFile(
        file=str(file),
        sealed=str(target),
        manifest=None if manifest_target is None else str(manifest_target),
        binding=sealed.binding,
        sidecar_because=sealed.sidecar_because,
        label=sealed.label,
        sha256=sha256_hex(sealed.asset),
        original_sha256=asset.sha256,
        credential=summary_of(sealed.credential),
        development_signer=identity.is_development,
    )
    if as_json:
        print_json(answer)
        return
    print_pairs(
        f"Sealed {file.name}",
        {
            "sealed file": answer.sealed,
            "manifest": answer.manifest or "inside the file",
            **({} if answer.sidecar_because is None else {"beside because": answer.sidecar_because}),
            "label": answer.label,
            "sha256": answer.sha256,
            "signer": _signer_line(answer.credential.signer) + (" (development)" if identity.is_development else ""),
        },
    )
    console.print(f"Next: sealstream inspect {answer.sealed}", style="dim")


def inspect(
    file: File,
    declared: Annotated[
        Declared, typer.Option(help="What whoever publishes the file declares about its origin.")
    ] = "unknown",
    manifest: Annotated[
        Path | None,
        typer.Option(help="Manifest beside the file; NAME.EXT.c2pa and NAME.c2pa are found.", show_default=False),
    ] = None,
    media_type: MediaType = None,
    as_json: AsJson = False,
) -> None:
    """Inspect FILE: read and validate its credential and its implicit label, and judge what they say.

    A publication event is judged by the law as well; `sealstream policy explain` shows that for an event.

    The answer has two parts that are never mixed: `credential` (absent, valid, invalid, malformed, or remote, which is
    never fetched) and `trust` in its signer. Exit code 0 means that a judgement was possible, whatever it is.
    """
    limit = AssetSettings().max_asset_bytes
    asset = read_asset(file, media_type, max_bytes=limit)
    settings = CredentialSettings()
    with open_parsers(settings, None, trust_of(settings), processes=1) as parsers:
        credential = _credential(parsers.credentials, asset, file, manifest, limit)
        marks = (
            parsers.implicit_labeler.read(asset.body, asset.media_type) if carries_labels(asset.media_type) else None
        )
    observations = (
        *type_observations(asset),
        *credential_observations(credential, declared),
        *found_observations(marks, declared),
    )
    facts = {"event_type": "publish.requested", **credential_facts(credential), **implicit_facts(marks)}
    findings = Judge(load_packs(_PRACTICE)).findings(facts, None, observations)
    summary = summary_of(credential)
    answer = InspectedFile(
        file=str(file),
        media_type=asset.media_type,
        sha256=asset.sha256,
        declared=declared,
        credential=summary.credential,
        trust=summary.trust,
        ai_generated=summary.ai_generated,
        alerts=tuple(_alert(finding) for finding in worth_an_alert(findings)),
        decision=decide(findings),
        codes=summary.codes,
        binding=summary.binding,
        active_manifest=summary.active_manifest,
        signer=summary.signer,
        implicit_label=None if marks is None else marks.label,
        marks=shown(marks),
    )
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _credential(
    credentials: CredentialService, asset: Asset, file: Path, manifest: Path | None, limit: int
) -> Credential:
    if manifest is not None:
        return credentials.read(asset.body, asset.media_type, manifest=read_file(manifest, max_bytes=limit))
    credential = credentials.read(asset.body, asset.media_type)
    if credential.state not in ("absent", "remote"):
        return credential
    return credential_beside(credentials, asset.body, asset.media_type, file, max_bytes=limit) or credential


def _show(answer: InspectedFile) -> None:
    says = {True: "yes", False: "no", None: "it does not say"}[answer.ai_generated]
    print_pairs(
        f"{answer.file}: {answer.credential}",
        {
            "media type": answer.media_type,
            "credential": answer.credential,
            "binding": answer.binding,
            "trust": answer.trust,
            "signer": None if answer.signer is None else _signer_line(answer.signer),
            "AI-generated": f"{says} (declared: {answer.declared})",
            **lines(answer.marks),
            "decision": answer.decision,
            "codes": ", ".join(answer.codes) or None,
        },
    )
    for alert in answer.alerts:
        console.print(
            f"  {alert.severity:8} {alert.kind}: {alert.message}" + (f" [{alert.code}]" if alert.code else ""),
            markup=False,
            soft_wrap=True,
        )
    if not answer.alerts:
        console.print("  no alerts", style="dim")


def _alert(finding: Finding) -> PossibleAlert:
    return PossibleAlert(
        kind=finding.kind,
        severity=finding.severity,
        code=finding.code,
        action=finding.action,
        message=finding.message,
        remedy=finding.remedy,
    )


def _signer_line(signer: SignerSummary | None) -> str:
    if signer is None:
        return "unknown"
    return f"{signer.common_name or signer.issuer or 'unknown'}" + (
        f", until {signer.not_after}" if signer.not_after else ""
    )
