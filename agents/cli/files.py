"""Commands for single files: seal one, inspect one. Nothing is sent anywhere."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from agents.assembly import CLAIM_GENERATOR, open_parsers
from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.folders import files_below, told, work_on
from agents.cli.identity_option import IdentityOption
from agents.cli.local_file import check_name, read_asset, read_file, write_file
from agents.cli.marks_shown import ShownMarks, lines, shown_marks
from agents.cli.sidecars import credential_beside, place_for_sidecar
from agents.signing_identities import signers_for
from agents.trusting import trust_of
from pipeline.assets import Asset, sha256_hex
from pipeline.credentials import Credential, CredentialService, Software
from pipeline.errors import AssetRefusedError, OperatorError
from pipeline.events.inputs import Content, GenerationEvent, Model, Service
from pipeline.events.outputs import CredentialSummary, Declared, EventReference, Finding, SignerSummary
from pipeline.evidence.content import type_observations
from pipeline.evidence.credential import credential_facts, credential_observations, summary_of
from pipeline.evidence.implicit import carries_labels, found_observations, implicit_facts
from pipeline.isolation.parsers import Parsers
from pipeline.labels.implicit.aigc import Label
from pipeline.policy.decision import decide, worth_an_alert
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.settings import AssetSettings, CredentialSettings
from pipeline.usecases.orders import seal_order

__all__ = ["inspect", "seal_files"]

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


def seal_files(
    file: Annotated[Path, typer.Argument(help="The file, or a folder of them.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Where the sealed file goes, NAME.sealed.EXT beside it otherwise; of a folder, FOLDER.sealed.",
        ),
    ] = None,
    operation: Annotated[
        Literal["generated", "edited"], typer.Option(help="What the AI did with the content.")
    ] = "generated",
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the AI model, for the disclosure.")] = None,
    identity: IdentityOption = None,
    media_type: MediaType = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Of a folder, so many files a second at most.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Seal FILE: attach a signed C2PA manifest that says the content is AI-generated.

    The manifest goes into the file where the format can carry it (JPEG, PNG, WebP, WAV, MP3, MP4, PDF, SVG, plain
    text and more), and beside it as NAME.c2pa where it cannot (Markdown, JSON, Office documents), or where the file
    would not be as whole as it came, such as a signed or encrypted PDF: it stays as it is, and the answer says why.
    Where NAME.c2pa is that of another file, it is NAME.EXT.c2pa.

    Of a folder all files are sealed, into a folder of the same shape, and a manifest beside is NAME.EXT.c2pa. Hidden
    files and folders, links and *.c2pa are left out; where a folder in it cannot be read, nothing is sealed. Stopped,
    it goes on where it was when it is typed again. A file that cannot be sealed is named, and keeps no other from it;
    the exit code is 1 then.

    Labels are for workers, which know the event: nothing but the manifest is added here.

    Without SEALSTREAM_SIGN_CERT and SEALSTREAM_SIGNERS a development certificate is used, which nobody else trusts.
    Rules of SEALSTREAM_SIGNERS are about events: a file is signed by the default identity, or the one of --identity.
    """
    settings = CredentialSettings()
    signers = signers_for(settings, identity)
    is_folder = file.is_dir()
    processes = settings.parser_processes if is_folder else 1
    with open_parsers(settings, signers, trust_of(settings), processes=processes) as parsers:
        sealing = _Sealing(
            parsers=parsers,
            operation=operation,
            model=model,
            media_type=media_type,
            force=force,
            is_development=signers.is_development,
            identity=identity,
        )
        if is_folder:
            raise typer.Exit(_seal_folder(sealing, file, out, rate, processes, as_json=as_json))
        answer = sealing.seal(file, out)
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
            "signer": _signer_line(answer.credential.signer) + (" (development)" if signers.is_development else ""),
        },
    )
    console.print(f"Next: sealstream inspect {answer.sealed}", style="dim")


def _seal_folder(
    sealing: "_Sealing", folder: Path, out: Path | None, rate: float | None, threads: int, *, as_json: bool
) -> int:
    """Seal all files of a folder; returns the exit code."""
    target = out or _beside(folder)
    if target.resolve().is_relative_to(folder.resolve()):
        raise OperatorError(
            what=f"{target} is in the folder that is to be sealed.", remedy="Name a folder outside of it with --out."
        )
    files = files_below(folder)
    _make_folder(target)

    def work(file: Path) -> SealedFile | None:
        check_name(file)
        place = target / file.relative_to(folder)
        try:
            if place.exists() and not sealing.force:
                return None
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AssetRefusedError(
                what=f"{place} cannot be written: {error.strerror}.", remedy="Name another folder with --out."
            ) from error
        return sealing.seal(file, place, in_folder=True)

    worked = work_on(files, work, name="sealing", rate=rate, threads=threads)
    if as_json:
        print_json(worked)
        return 1 if worked.refused else 0
    console.print(f"Sealed {folder} into {target}", markup=False, soft_wrap=True)
    return told(worked, "sealed")


def _beside(folder: Path) -> Path:
    named = folder if folder.name not in ("", "..") else folder.resolve()
    if not named.name:
        raise OperatorError(what=f"There is no place outside of {named}.", remedy="Name a folder in it.")
    return named.with_name(f"{named.name}.sealed")


def _make_folder(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            what=f"{target} cannot be made: {error.strerror}.", remedy="Name a folder that can be made with --out."
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealing:
    """Seals files as a command asks for it."""

    parsers: Parsers
    operation: Literal["generated", "edited"]
    model: str | None
    media_type: str | None
    force: bool
    is_development: bool
    identity: str | None

    def seal(self, file: Path, out: Path | None, *, in_folder: bool = False) -> SealedFile:
        """Seal one, and write what comes of it: the manifest first, so that a sealed file is never without its own.

        In a folder the manifest has the whole name: files that differ in their extension alone are sealed side by side.

        Raises:
            ProducerError: the file cannot be sealed, or there is one already.
        """
        for path in (file, out or file):
            check_name(path)
        limit = AssetSettings().max_asset_bytes
        asset = read_asset(file, self.media_type, max_bytes=limit)
        software = Software(name=CLAIM_GENERATOR.name, version=CLAIM_GENERATOR.version)
        fingerprint = self.parsers.fingerprinter.fingerprint(asset.body, asset.media_type)
        order = seal_order(self._event(file, asset), asset.media_type, (), software, fingerprint)
        order = msgspec.structs.replace(order, identity=self.identity)
        sealed = self.parsers.credentials.seal(asset.body, order)
        embedded = sealed.binding == "embedded"
        target = (out or file.with_suffix(f".sealed{file.suffix}")) if embedded or out else file
        if embedded:
            manifest_target = None
        elif in_folder:
            manifest_target = target.with_name(f"{target.name}.c2pa")
        else:
            manifest_target = place_for_sidecar(
                self.parsers.credentials, sealed.asset, asset.media_type, target, max_bytes=limit
            )
        if manifest_target is not None:
            # One in a folder whose file is not there yet is of a try that was stopped.
            write_file(manifest_target, sealed.manifest, force=self.force or in_folder)
        if target != file:
            write_file(target, sealed.asset, force=self.force)
        return SealedFile(
            file=str(file),
            sealed=str(target),
            manifest=None if manifest_target is None else str(manifest_target),
            binding=sealed.binding,
            sidecar_because=sealed.sidecar_because,
            label=sealed.label,
            sha256=sha256_hex(sealed.asset),
            original_sha256=asset.sha256,
            credential=summary_of(sealed.credential),
            development_signer=self.is_development,
        )

    def _event(self, file: Path, asset: Asset) -> GenerationEvent:
        return GenerationEvent(
            uid="",
            reference=EventReference(source="", id="", type="", time=None),
            digest="",
            content=Content(id=file.name, mime=asset.media_type, operation=self.operation),
            model=Model(name=self.model),
            service=Service(),
            facts={},
        )


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
    check_name(file)
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
        marks=shown_marks(marks),
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
