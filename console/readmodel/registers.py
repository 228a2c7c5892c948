"""The reference sets as the topics gave them: their entries, and every version that was sent."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from console.readmodel.placing import instant_of
from console.readmodel.port import ModelReader
from console.readmodel.several import rows_by_key

__all__ = [
    "EntryHistory",
    "EntryRow",
    "EntryVersion",
    "RegisterPage",
    "RegisterSize",
    "history_of",
    "register_page",
    "sizes_of",
]

_MOST: Final = 500


class EntryVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent of an entry once.

    `standing` is `in-force`, `superseded` by a later one, `deleted` where this deleted the entry, or `not-taken`, where
    its version had not grown.
    """

    at: str
    version: int | None
    standing: Literal["in-force", "superseded", "deleted", "not-taken"]
    entry: dict[str, object] | None


class EntryHistory(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, with everything that was sent of it, the newest first; `is_cut` where there is more."""

    set_name: str
    entry_id: str
    versions: tuple[EntryVersion, ...]
    is_cut: bool


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in the list: the version in force, if there is one, and how often something was sent of it."""

    entry_id: str
    version: int | None
    at: str
    sent: int


class RegisterPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries of a set, by their ids; `next` is the id behind which it goes on."""

    set_name: str
    entries: tuple[EntryRow, ...]
    next: str | None
    begins: str


class RegisterSize(msgspec.Struct, frozen=True, kw_only=True):
    """A set, how many entries were ever sent of it, and when something was last."""

    set_name: str
    entries: int
    changed_at: str | None


def sizes_of(db: ModelReader, names: tuple[str, ...], most: int) -> tuple[RegisterSize, ...]:
    """How large these sets are, up to the most that is counted."""
    sizes = []
    for name in names:
        ids = "SELECT DISTINCT entry_id FROM entries WHERE set_name = ? LIMIT ?"
        (count,) = db.execute(f"SELECT count(*) FROM ({ids}) AS few", (name, most)).fetchone()  # noqa: S608 - a text of ours
        (last,) = db.execute("SELECT max(at) FROM entries WHERE set_name = ?", (name,)).fetchone()
        sizes.append(RegisterSize(set_name=name, entries=count, changed_at=None if last is None else instant_of(last)))
    return tuple(sizes)


def register_page(db: ModelReader, name: str, begins: str, after: str, rows: int) -> RegisterPage:
    """Some entries of a set, those whose ids begin so."""
    found = db.execute(
        "SELECT DISTINCT entry_id FROM entries WHERE set_name = ? AND entry_id > ? AND entry_id >= ? AND entry_id < ? "
        "ORDER BY entry_id LIMIT ?",
        (name, after, begins, f"{begins}\U0010ffff", rows + 1),
    ).fetchall()
    ids = [entry_id for (entry_id,) in found]
    return RegisterPage(
        set_name=name,
        entries=tuple(_row(history) for history in _histories(db, name, ids[:rows]).values()),
        next=ids[rows - 1] if len(ids) > rows else None,
        begins=begins,
    )


def history_of(db: ModelReader, name: str, entry_id: str) -> EntryHistory:
    """Everything that was sent of an entry; no versions where nothing was."""
    return _histories(db, name, (entry_id,))[entry_id]


def _histories(db: ModelReader, name: str, ids: Collection[str]) -> Mapping[str, EntryHistory]:
    """Everything that was sent of these entries, by their ids."""
    newest = f"""SELECT entry_id, at, version, body FROM (
      SELECT entry_id, at, version, body, row_number() OVER entry AS nth
      FROM entries WHERE set_name = ? AND entry_id {{}}
      WINDOW entry AS (PARTITION BY entry_id ORDER BY part DESC, place DESC)
    ) AS newest_first WHERE nth <= {_MOST + 1} ORDER BY entry_id, nth"""  # noqa: S608 - a number of ours
    found = rows_by_key(db, ids, newest, (name,))
    return {entry_id: _history(name, entry_id, found.get(entry_id, ())) for entry_id in ids}


def _history(name: str, entry_id: str, found: Sequence[Sequence[Any]]) -> EntryHistory:
    """An entry, from what was sent of it, the newest first, and one more than is shown where there is more."""
    versions: list[EntryVersion] = []
    in_force: int | None = None  # the place in `versions` of what counts, as one goes on in time
    for at, version, body in reversed(found[:_MOST]):
        entry = None if body is None else msgspec.json.decode(body, type=dict[str, object])
        standing: Literal["in-force", "superseded", "deleted", "not-taken"] = "deleted" if entry is None else "in-force"
        before = None if in_force is None else versions[in_force]
        if entry is not None and before is not None and (version or 0) <= (before.version or 0):
            standing = "not-taken"
        else:
            if in_force is not None and before is not None:
                versions[in_force] = msgspec.structs.replace(before, standing="superseded")
            in_force = None if entry is None else len(versions)
        versions.append(EntryVersion(at=instant_of(at), version=version, standing=standing, entry=entry))
    versions.reverse()
    return EntryHistory(set_name=name, entry_id=entry_id, versions=tuple(versions), is_cut=len(found) > _MOST)


def _row(history: EntryHistory) -> EntryRow:
    counts = next((version for version in history.versions if version.standing == "in-force"), None)
    return EntryRow(
        entry_id=history.entry_id,
        version=None if counts is None else counts.version,
        at=history.versions[0].at,
        sent=len(history.versions),
    )
