"""The command for platforms that hand content on: their name and number, into the implicit label of a file."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from agents.assembly import Parsers, open_parsers
from agents.cli.console import AsJson, print_json, print_pairs
from agents.cli.files import File, MediaType
from agents.cli.local_file import read_asset, write_file
from agents.trusting import trust_of
from pipeline.assets import sha256_hex
from pipeline.errors import AssetRefusedError
from pipeline.evidence.implicit import carries_labels, in_words
from pipeline.labels.implicit.aigc import AigcLabel
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.settings import AssetSettings, CredentialSettings

__all__ = ["propagate"]


class PropagatedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `propagate` answers."""

    file: str
    written: str
    sha256: str
    label: AigcLabel


def propagate(
    file: File,
    by: Annotated[str, typer.Option(metavar="CODE", help="Code or name of the platform.", show_default=False)],
    number: Annotated[
        str, typer.Option("--id", metavar="ID", help="The platform's number of the content.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where the new file goes; NAME.propagated.EXT beside it otherwise."),
    ] = None,
    media_type: MediaType = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write into the implicit label of FILE who hands it on: ContentPropagator and PropagateID (GB 45438-2025).

    Everything else in the label stays. A file with a C2PA manifest is refused: its signature covers the label.
    """
    asset = read_asset(file, media_type, max_bytes=AssetSettings().max_asset_bytes)
    settings = CredentialSettings()
    with open_parsers(settings, None, trust_of(settings), processes=1) as parsers:
        found = _label(parsers, file, asset.body, asset.media_type)
        label = msgspec.structs.replace(found, content_propagator=by, propagate_id=number)
        written = _written(parsers, asset.body, asset.media_type, label)
    target = out or file.with_suffix(f".propagated{file.suffix}")
    write_file(target, written, force=force)
    answer = PropagatedFile(file=str(file), written=str(target), sha256=sha256_hex(written), label=label)
    if as_json:
        print_json(answer)
        return
    print_pairs(
        f"Wrote {answer.written}",
        {
            "producer": label.content_producer,
            "number": label.produce_id,
            "propagator": label.content_propagator,
            "its number": label.propagate_id,
            "sha256": answer.sha256,
        },
    )


def _label(parsers: Parsers, file: Path, body: bytes, media_type: str) -> AigcLabel:
    """The one implicit label of a file that may be changed."""
    if parsers.credentials.read(body, media_type).state != "absent":
        raise AssetRefusedError(
            what=f"{file} carries a C2PA manifest, which covers the label: with another label it would be broken.",
            remedy="Keep the label as it is, and your own number beside the file.",
        )
    found = parsers.implicit_labeler.read(body, media_type) if carries_labels(media_type) else None
    if found is None or found.conforming is None:
        raise AssetRefusedError(
            what=f"{file} {_reason(found)}",
            remedy="Only a label that a producer wrote is carried on; have the content labeled by who made it.",
        )
    return found.conforming


def _reason(found: FoundLabels | None) -> str:
    """Why there is no label that may be changed."""
    if found is not None and found.refused is not None:
        return f"could not be read: {found.refused}"
    if found is None or not found.aigc:
        return "has no implicit label."
    if len(found.aigc) > 1:
        return "has more than one implicit label."
    problems = "; ".join(in_words(fault) for fault in found.aigc[0].faults)
    return f"has an implicit label that does not conform, and cannot be carried on as it is: {problems}."


def _written(parsers: Parsers, body: bytes, media_type: str, label: AigcLabel) -> bytes:
    labeled = parsers.implicit_labeler.label(body, media_type, LabelsToWrite(aigc=label))
    if labeled.refused is not None or parsers.implicit_labeler.read(labeled.asset, media_type).conforming != label:
        raise AssetRefusedError(
            what=labeled.refused or "The label that was written is not found again in the file.",
            remedy="Have the file written anew by another program, and try again.",
        )
    return labeled.asset
