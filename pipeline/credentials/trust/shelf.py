"""The lists that are at hand: those that ship, and newer ones that the operator put into the state directory."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from pipeline.credentials.trust.trust_list import MOST_DAYS, TrustList, TrustListError, Use, read_list
from pipeline.errors import BugError, OperatorError

__all__ = ["LIST_NAMES", "lists_at_hand", "put_list", "shipped_lists", "update_files"]

LIST_NAMES: Final = ("c2pa", "c2pa-tsa")


class _Shipped(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: str
    use: Use
    file: str
    issued: date
    source: str
    sha256: str


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What is kept of an update beside its certificates."""

    title: str
    use: Use
    issued: date
    next_update: date
    source: str
    sequence: int | None
    pem: str


def shipped_lists() -> tuple[TrustList, ...]:
    """The official lists as of a release.

    Raises:
        BugError: a list is not the one that was taken.
    """
    place = files(__package__) / "lists"
    lists = []
    for shipped in msgspec.json.decode((place / "lists.json").read_bytes(), type=list[_Shipped]):
        pem = (place / shipped.file).read_bytes()
        if hashlib.sha256(pem).hexdigest() != shipped.sha256:
            raise BugError(what=f"The trust list {shipped.name} that ships was changed.", remedy="Install anew.")
        lists.append(
            TrustList(
                name=shipped.name,
                title=shipped.title,
                use=shipped.use,
                pem=pem,
                issued=shipped.issued,
                next_update=shipped.issued + timedelta(days=MOST_DAYS),
                source=shipped.source,
            )
        )
    return tuple(lists)


def lists_at_hand(directory: Path) -> tuple[TrustList, ...]:
    """Each list in its newest issue.

    Args:
        directory: where updates are kept.

    Raises:
        OperatorError: an update cannot be read.
    """
    newest = {shipped_list.name: shipped_list for shipped_list in shipped_lists()}
    for name, file in zip(LIST_NAMES, update_files(directory), strict=True):
        kept = _kept(name, file)
        if kept is not None and kept.issued >= newest[name].issued:
            newest[name] = kept
    return tuple(newest.values())


def update_files(directory: Path) -> tuple[Path, ...]:
    """Where the update of each list is kept, whether there is one or not; in the order of `LIST_NAMES`."""
    return tuple(directory.expanduser() / "trust" / f"{name}.json" for name in LIST_NAMES)


def put_list(directory: Path, body: bytes, *, use: Use | None, source: str, now: datetime | None = None) -> TrustList:
    """Keep an update; whoever looks at the files from now on finds the old list or the new one, whole.

    Args:
        directory: where updates are kept.
        body: C2PA's JSON, or PEM.
        use: what PEM is for.
        source: where it is from.
        now: the time at which it is put.

    Raises:
        TrustListError: it is no list, or older than what is at hand.
        OperatorError: it cannot be kept.
    """
    fresh = read_list(body, use=use, source=source, today=(now or datetime.now(UTC)).date())
    before = next(known for known in lists_at_hand(directory) if known.name == fresh.name)
    if fresh.issued < before.issued or (fresh.sequence or 0) < (before.sequence or 0):
        raise TrustListError(f"it was issued on {fresh.issued}, before the one at hand ({before.issued})")
    kept = _Kept(
        title=fresh.title,
        use=fresh.use,
        issued=fresh.issued,
        next_update=fresh.next_update,
        source=fresh.source,
        sequence=fresh.sequence,
        pem=fresh.pem.decode("ascii", "replace"),
    )
    file = dict(zip(LIST_NAMES, update_files(directory), strict=True))[fresh.name]
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = file.with_suffix(".new")
        unfinished.write_bytes(msgspec.json.encode(kept))
        unfinished.replace(file)
    except OSError as error:
        raise OperatorError(
            what=f"The trust list cannot be kept in {file.parent}: {error.strerror}.",
            remedy="Make the directory writable, or set SEALSTREAM_STATE_DIR to another.",
        ) from error
    return fresh


def _kept(name: str, file: Path) -> TrustList | None:
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=_Kept)
        pem = kept.pem.encode()
        read_list(pem, use=kept.use, source=kept.source)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, TrustListError) as error:
        raise OperatorError(
            what=f"The trust list in {file} cannot be read ({type(error).__name__}).",
            remedy="Put it anew with `sealstream trust update`, or remove the file to take the list that ships.",
        ) from error
    return TrustList(
        name=name,
        title=kept.title,
        use=kept.use,
        pem=pem,
        issued=kept.issued,
        next_update=kept.next_update,
        source=kept.source,
        sequence=kept.sequence,
    )
