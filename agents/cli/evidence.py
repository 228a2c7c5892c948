"""The command that puts everything about one event into one archive."""

import re
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from agents.assembly import layout_of, tile_logs_of
from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.local_file import write_file
from pipeline.assets import sha256_hex
from pipeline.errors import OperatorError
from pipeline.policy.pack_files import packs_in_use
from pipeline.settings import PolicySettings, StoreSettings, TileLogSettings
from pipeline.usecases.bundling import BundleMember, Bundling

__all__ = ["evidence"]

_IDENTITY: Final = re.compile(r"[0-9a-f]{64}")


class MadeBundle(msgspec.Struct, frozen=True, kw_only=True):
    """What `evidence` answers; `sha256` is that of the archive, to be told by another way than the archive goes."""

    event_uid: str
    file: str
    sha256: str
    members: tuple[BundleMember, ...]
    not_held: tuple[str, ...]


def evidence(
    event_uid: Annotated[str, typer.Argument(help="The identity of the event, as `lookup` prints it.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where it goes; evidence-EVENT_UID.zip, shortened, otherwise.")
    ] = None,
    with_asset: Annotated[
        bool, typer.Option("--with-asset", help="Also the sealed asset; think of what may be handed on.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put all that is stored about an event into one archive: record, manifest, decisions, cases, packs, proofs.

    A script in it verifies it offline, with Python alone: `python3 verify.py`. Nothing changed gives the same archive.

    Exit code 1 means that the event is not known.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    if _IDENTITY.fullmatch(event_uid) is None:
        raise OperatorError(
            what="That is no identity of an event.",
            remedy="Give its event_uid, 64 hex digits; `sealstream lookup --event SOURCE ID` prints it.",
        )
    store, stores = S3ObjectStore(connect()), StoreSettings()
    bundling = Bundling(
        store=store,
        layout=layout_of(stores),
        packs=packs_in_use(PolicySettings().packs),
        logs=tile_logs_of(TileLogSettings(), stores, store),
    )
    bundle = bundling(event_uid, with_asset=with_asset)
    if bundle is None:
        if as_json:
            print_json(None)
        else:
            console.print("Nothing is known of it in this store.")
        raise typer.Exit(1)
    target = out or Path(f"evidence-{event_uid[:12]}.zip")
    write_file(target, bundle.body, force=force)
    answer = MadeBundle(
        event_uid=event_uid,
        file=str(target),
        sha256=sha256_hex(bundle.body),
        members=bundle.members,
        not_held=bundle.not_held,
    )
    if as_json:
        print_json(answer)
        return
    print_pairs(
        f"Evidence about {event_uid}",
        {"file": answer.file, "sha256": answer.sha256, **{member.path: member.sha256 for member in answer.members}},
    )
    for said in answer.not_held:
        console.print(f"  {said}", style="dim", markup=False, soft_wrap=True)
    console.print("To verify it: unpack it, then `python3 verify.py`.", style="dim", markup=False)
