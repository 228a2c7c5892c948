"""The command that prints what an asset was made from, with nothing but S3."""

import typer
from rich.text import Text
from rich.tree import Tree

from agents.assembly import layout_of
from agents.cli.console import AsJson, console, print_json
from agents.cli.lookup import ByDigest, ByEvent, ByFile, digest_given, require_one
from pipeline.settings import StoreSettings
from pipeline.usecases.ancestry import Ancestor, Ancestry

__all__ = ["lineage"]

_STYLES = {"allow": "green", "hold": "yellow", "block": "red"}
_ASIDE = {
    "unknown": "not known here",
    "cycle": "the same as further up",
    "cut": "the tree goes on",
}


def lineage(sha256: ByDigest = None, file: ByFile = None, event: ByEvent = None, as_json: AsJson = False) -> None:
    """Print what an asset was made from, and what that was made from: a tree of records.

    Exit code 1 means that nothing is known. A tree shows 16 generations and 256 assets at most.
    """
    from pipeline.store.connection import connect
    from pipeline.store.s3 import S3ObjectStore

    require_one(sha256, file, event)
    ancestry = Ancestry(store=S3ObjectStore(connect()), layout=layout_of(StoreSettings()))
    trees = ancestry.of_bytes(digest_given(sha256, file)) if event is None else ancestry.of_event(*event)
    if as_json:
        print_json({"lineage": trees})
    else:
        for tree in trees:
            console.print(_branch(tree, Tree(_line(tree))))
    if not trees:
        if not as_json:
            console.print("Nothing is known of it in this store.")
        raise typer.Exit(1)


def _branch(asset: Ancestor, tree: Tree) -> Tree:
    for parent in asset.parents:
        _branch(parent, tree.add(_line(parent)))
    return tree


def _line(asset: Ancestor) -> Text:
    """An asset, and below it what sealed it; short lines, so that ids stay whole on a narrow screen."""
    if asset.standing != "known":
        uid = "" if asset.event_uid is None else f", event {asset.event_uid}"
        return Text.assemble((asset.content_id, "bold"), (f"  {_ASIDE[asset.standing]}{uid}", "dim"))
    decision = asset.decision or "-"
    reviewed = "" if asset.review is None else f", then {asset.review} by a review"
    return Text.assemble(
        (asset.content_id, "bold"),
        f"  {asset.media_type}  ",
        (decision, _STYLES.get(decision, "")),
        f"{reviewed}\n",
        (f"{asset.manifest_label}\n{asset.sealed_at}, {asset.signer or 'signer unknown'}", "dim"),
    )
