"""Commands about trust: which lists are in force, a newer one, and why the signer of a file is trusted or not."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.local_file import read_asset, read_file
from pipeline.credentials.trust import TrustList
from pipeline.errors import AssetRefusedError
from pipeline.settings import AssetSettings, CredentialSettings

__all__ = ["app"]

app = typer.Typer(help="Whose signatures and time stamps are trusted.", no_args_is_help=True)

_LONGEST_LIST: Final = 16 * 2**20


class ShownList(msgspec.Struct, frozen=True, kw_only=True):
    """One list as `list` and `update` answer."""

    name: str
    title: str
    use: str
    certificates: int
    issued: date
    next_update: date
    days_overdue: int
    sequence: int | None
    source: str
    sha256: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What `explain` answers."""

    file: str
    credential: str
    trust: str
    trusted_by: str | None
    time_stamped: bool
    signer: str | None
    issuer: str | None
    serial: str | None
    not_after: str | None
    reason: str


@app.command("list")
def list_lists(*, as_json: AsJson = False) -> None:
    """Show the trust lists in force: those that ship, or newer ones that were put."""
    from agents.trusting import lists_in_use

    lists = tuple(_shown(trust_list) for trust_list in lists_in_use(CredentialSettings()))
    if as_json:
        print_json({"lists": lists})
        return
    for trust_list in lists:
        _print(trust_list)
    if not lists:
        console.print("No published list is in force (SEALSTREAM_TRUST_LISTS).")


@app.command("update")
def update(
    file: Annotated[Path, typer.Argument(help="The list: JSON as C2PA publishes it, or PEM.", show_default=False)],
    use: Annotated[
        Literal["signers", "stamps"] | None,
        typer.Option(help="What anchors given as PEM are for; JSON says so itself.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a newer trust list in force, in running workers too, within seconds.

    Get it from its publisher over a way that you trust: the lists are not signed. C2PA publishes its lists at
    https://github.com/c2pa-org/conformance-public, directory trust-list. One that is older than the list at hand is
    refused.
    """
    from pipeline.credentials.trust import TrustListError, put_list

    settings = CredentialSettings()
    body = read_file(file, max_bytes=_LONGEST_LIST)
    try:
        fresh = _shown(put_list(settings.state_dir, body, use=use, source=file.name))
    except TrustListError as error:
        raise AssetRefusedError(
            what=f"{file} was not taken: {error.why}.",
            remedy="Get it anew from its publisher; --use is for PEM.",
        ) from None
    if as_json:
        print_json(fresh)
    else:
        _print(fresh)


@app.command("explain")
def explain(
    file: Annotated[Path, typer.Argument(help="The file.", show_default=False)],
    manifest: Annotated[Path | None, typer.Option(help="Manifest beside the file.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the signer of FILE is trusted, by what, and what to do where it is not."""
    from agents.assembly import open_parsers
    from agents.trusting import trust_of

    limit = AssetSettings().max_asset_bytes
    settings = CredentialSettings()
    asset = read_asset(file, None, max_bytes=limit)
    trust = trust_of(settings)
    with open_parsers(settings, None, trust, processes=1) as parsers:
        beside = None if manifest is None else read_file(manifest, max_bytes=limit)
        credential = parsers.credentials.read(asset.body, asset.media_type, manifest=beside)
    signer = credential.signer
    is_denied = signer is not None and (signer.serial, signer.not_after) in trust.denied
    answer = Explained(
        file=str(file),
        credential=credential.state,
        trust=credential.trust,
        trusted_by=credential.trusted_by,
        time_stamped=credential.time_stamped,
        signer=None if signer is None else signer.common_name,
        issuer=None if signer is None else signer.issuer,
        serial=None if signer is None else signer.serial,
        not_after=None if signer is None else signer.not_after,
        reason=_DENIED if is_denied else _REASONS.get(credential.trusted_by or credential.trust, credential.trust),
    )
    if as_json:
        print_json(answer)
        return
    pairs = {name: value for name, value in msgspec.structs.asdict(answer).items() if name != "file"}
    print_pairs(f"{file}: {answer.trust}", {name.replace("_", " "): value for name, value in pairs.items()})


_DENIED: Final = "The certificate is among SEALSTREAM_DENIED_SIGNERS, which counts whatever issued it."

_REASONS: Final = {
    "lists": "The certificate goes back to an anchor of a published list; see `sealstream trust list`.",
    "private": "The certificate goes back to an anchor of SEALSTREAM_TRUST_ANCHORS, or of this machine's own chain.",
    "untrusted": "No anchor at hand issued the certificate. If you know whose it is, add its root to "
    "SEALSTREAM_TRUST_ANCHORS; if the list is old, get a newer one.",
    "expired": "The certificate had ended, and no time stamp that is trusted says that the claim was signed before.",
    "revoked": "Who issued the certificate took it back.",
    "unknown": "The manifest cannot be read as far as its signature.",
    "none": "There is no credential to trust.",
}


def _shown(trust_list: TrustList) -> ShownList:
    return ShownList(
        name=trust_list.name,
        title=trust_list.title,
        use=trust_list.use,
        certificates=len(trust_list.certificates),
        issued=trust_list.issued,
        next_update=trust_list.next_update,
        days_overdue=trust_list.overdue(),
        sequence=trust_list.sequence,
        source=trust_list.source,
        sha256=trust_list.sha256,
    )


def _print(shown: ShownList) -> None:
    late = f", {shown.days_overdue} days overdue" if shown.days_overdue else ""
    print_pairs(
        f"{shown.name}: {shown.title}",
        {
            "for": shown.use,
            "certificates": shown.certificates,
            "issued": shown.issued,
            "next": f"{shown.next_update}{late}",
            "number": shown.sequence,
            "from": shown.source,
            "sha256": shown.sha256,
        },
    )
