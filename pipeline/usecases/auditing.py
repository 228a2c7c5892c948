"""The use case of an audit: whether every record is in a tile log, and every leaf's record is there as it was.

What is signed is believed, and nothing else: the newest checkpoint of each log, those before it, and those that an
auditor kept. Every leaf is read and the tree over all of them made anew, so that a checkpoint stands for all leaves
that it is about; the full tiles are compared with it. Then the leaves are held against the records bucket, both ways.

A record is written before its leaf (steps 4 and 6 of the commit order), so what was listed and has no leaf yet is
looked for again in what came into the logs meanwhile.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

import msgspec

from pipeline.store import Location, ObjectStore
from pipeline.store.keys import ErasedEventKey, RecordKey, RetractionKey, ReviewKey, parse_key
from pipeline.tile_log import Leaf, LogFaultError, LogPlace, TileLogs
from pipeline.tile_log.checkpoint import Checkpoint, read_checkpoint
from pipeline.tile_log.place import Batch
from pipeline.tile_log.reading import LogReader, OpenedLog
from pipeline.tile_log.tree import TILE_WIDTH, Edge, Tile

__all__ = ["ADOPTED", "AuditFinding", "AuditProgress", "AuditReport", "AuditedLog", "Auditing"]

TREES: Final = ("records", "reviews", "retractions")
"""The trees of the records bucket whose objects have leaves."""

ADOPTED: Final = "adopted"
"""The log of what was stored before there was one."""

_THREADS: Final = 16
_MOST: Final = 10_000_000
_PAIRS: Final = tuple(f"{pair:02x}" for pair in range(256))
_ROUNDS: Final = 3
_AT_A_TIME: Final = 512

Question = TypeVar("Question")
Answer = TypeVar("Answer")

AuditProgress = Callable[[str, int, int | None], None]
"""Hears what is being done, how much of it is done, and how much there is, where that is known."""

FindingKind = Literal["log-broken", "not-consistent", "record-missing", "record-changed", "not-logged", "strange-leaf"]


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was written.

    Attributes:
        kind: `log-broken`: a log's batches, tiles and checkpoints do not fit together; `not-consistent`: it is not what
            a checkpoint that was kept says; `record-missing`, `record-changed`: a leaf's record is not there, or other
            bytes are; `not-logged`: a record is in no log; `strange-leaf`: a leaf that sealstream does not write.
        subject: which log, or the key of the record.
        what: a sentence.
    """

    kind: FindingKind
    subject: str
    what: str


class AuditedLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log, as far as it was found whole: its leaves, and the checkpoint that stands for them."""

    origin: str
    leaves: int
    batches: int
    checkpoint: str
    at: str
    """When its newest batch was made."""

    key: str
    """The verifier key that the checkpoint is verified with, for outsiders."""


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit found."""

    logs: tuple[AuditedLog, ...]
    records: int
    """Objects in the records bucket that should have a leaf."""

    leaves: int
    repeated: int
    """Leaves that say again what an earlier one says, which is harmless: an event was worked on twice."""

    digests_checked: bool
    kept_checked: int
    """How many checkpoints that an auditor kept were compared."""

    erased: tuple[str, ...]
    """Keys of records that are gone and whose erasure was noted in the bucket: compare them with who asked for it."""

    findings: tuple[AuditFinding, ...]


@dataclass(slots=True, kw_only=True)
class _Audit:
    """What an audit has come to so far."""

    leaves: dict[str, str] = field(default_factory=dict)
    """The digest of each key that has a leaf."""

    count: int = 0
    findings: list[AuditFinding] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    logs: dict[LogPlace, AuditedLog] = field(default_factory=dict)

    def find(self, kind: FindingKind, subject: str, what: str) -> None:
        self.findings.append(AuditFinding(kind=kind, subject=subject, what=what))

    def take(self, place: LogPlace, entries: Sequence[bytes]) -> None:
        """Note what leaves say."""
        self.count += len(entries)
        for entry in entries:
            leaf = Leaf.parse(entry)
            if leaf is None or not leaf.key.startswith(tuple(f"v1/{tree}/" for tree in TREES)):
                self.find("strange-leaf", place.origin, "A leaf is no line of digest and key of a record.")
            elif self.leaves.setdefault(leaf.key, leaf.sha256) != leaf.sha256:
                self.find("record-changed", leaf.key, "Two leaves give it different digests: it was replaced.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditing:
    """Audits the logs and the records of an installation.

    Args:
        store: where everything is kept.
        logs: the logs.
        progress: hears how far it is.
        pause: waits a little, for leaves that are on their way.
    """

    store: ObjectStore
    logs: TileLogs
    progress: AuditProgress = lambda *_: None
    pause: Callable[[], None] = lambda: None

    def __call__(self, *, kept: Sequence[str] = (), digests: bool = True) -> AuditReport:
        """Audit everything.

        Args:
            kept: checkpoints that were kept elsewhere, signed notes.
            digests: also read every record and compare its digest.

        Raises:
            WorldError: the store does not answer.
        """
        audit = _Audit()
        keys = self._listed()
        places = self.logs.places()
        for place in places:
            self._audit_log(audit, place, [note for note in kept if note.partition("\n")[0] == place.origin])
        self._compare_kept(audit, kept, places)
        missing = self._unlogged(audit, keys)
        for key in sorted(missing):
            audit.find("not-logged", key, "It is in no log: no worker acknowledged it, or somebody else put it there.")
        there = frozenset(keys)
        for key in sorted(audit.leaves.keys() - there):
            if self.store.head(Location(self.logs.bucket, key)) is None:  # it came after the listing, or is gone
                self._miss(audit, key)
        if digests:
            self._compare_digests(audit, sorted(audit.leaves.keys() & there))
        return AuditReport(
            logs=tuple(audit.logs.values()),
            records=len(keys),
            leaves=audit.count,
            repeated=audit.count - len(audit.leaves),
            digests_checked=digests,
            kept_checked=len(kept),
            erased=tuple(audit.erased),
            findings=tuple(audit.findings),
        )

    def unlogged(self) -> tuple[str, ...]:
        """The keys of records that are in no log, in order.

        Raises:
            LogFaultError: a log is not what was written.
            WorldError: the store does not answer.
        """
        audit = _Audit()
        keys = self._listed()
        for place in self.logs.places():
            self._audit_log(audit, place, ())
        if audit.findings:
            raise LogFaultError(what=audit.findings[0].what, remedy="Audit the logs before anything is added to one.")
        return tuple(sorted(self._unlogged(audit, keys)))

    def _listed(self) -> list[str]:
        """The keys of all records."""
        prefixes = [f"v1/{tree}/{pair}/" for tree in TREES for pair in _PAIRS]
        keys: list[str] = []
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="audit") as threads:
            listed = threads.map(lambda prefix: self.store.list_keys(self.logs.bucket, prefix, limit=_MOST), prefixes)
            for number, found in enumerate(listed, start=1):
                keys += found
                self.progress("listing records", number, len(prefixes))
        return keys

    def _audit_log(self, audit: _Audit, place: LogPlace, kept: Sequence[str]) -> None:
        """Read a log from its first leaf to its last; what is wrong with it is a finding."""
        reader = self.logs.reader(place)
        try:
            opened = reader.open()
            if opened is None:
                return
            sizes = {checkpoint.size: checkpoint for checkpoint in _readable(kept, place, reader)}
            roots = self._grown(audit, place, _Log(reader, opened), sorted(sizes))
        except LogFaultError as error:
            audit.find("log-broken", place.origin, error.what)
            return
        for size, checkpoint in sizes.items():
            if roots.get(size) != checkpoint.root:
                audit.find(
                    "not-consistent",
                    place.origin,
                    f"The checkpoint over {size} leaves that was kept is not of what the log has now."
                    if size in roots
                    else f"The checkpoint that was kept is over {size} leaves, and the log has {opened.edge.size}.",
                )
        origin = place.origin
        audit.logs[place] = AuditedLog(
            origin=origin,
            leaves=opened.checkpoint.size,
            batches=opened.batch.number,
            checkpoint=opened.batch.checkpoint,
            at=opened.batch.at,
            key=reader.verifier_key(opened.batch),
        )

    def _grown(self, audit: _Audit, place: LogPlace, log: "_Log", sizes: Sequence[int]) -> Mapping[int, bytes]:
        """Make the tree anew of all leaves, and return its roots at some sizes; tiles and checkpoint are compared."""
        edge = Edge()
        roots = {0: edge.root()}
        total = log.opened.checkpoint.size
        for entries in log.entries():
            audit.take(place, entries)
            left = entries
            while left:
                until = next((size for size in sizes if size > edge.size), total) - edge.size
                for tile in edge.grow(left[:until]):
                    log.compare(tile)
                left = left[until:]
                if edge.size in sizes:
                    roots[edge.size] = edge.root()
            self.progress(f"reading {place.origin}", edge.size, total)
        if edge.size != total or edge.root() != log.opened.checkpoint.root:
            raise log.reader.fault("its leaves are not those that its newest checkpoint is about")
        return roots

    def _compare_kept(self, audit: _Audit, kept: Sequence[str], places: Sequence[LogPlace]) -> None:
        """Find the checkpoints that were kept of logs that are not there, or that no key of ours signed."""
        origins = {place.origin: place for place in places}
        for note in kept:
            origin = note.partition("\n")[0]
            place = origins.get(origin)
            if place is None or place not in audit.logs:
                if not any(found.subject == origin for found in audit.findings):
                    audit.find("not-consistent", origin, "A checkpoint of this log was kept, and there is no such log.")
                continue
            try:
                read_checkpoint(note, origin, self.logs.keys)
            except LogFaultError as error:
                audit.find("not-consistent", origin, error.what)

    def _unlogged(self, audit: _Audit, keys: Sequence[str]) -> set[str]:
        """Which keys have no leaf, after what came into the logs meanwhile was read too."""
        missing = set(keys) - audit.leaves.keys()
        broken = {found.subject for found in audit.findings if found.kind == "log-broken"}
        for _ in range(_ROUNDS):
            if not missing:
                break
            self.pause()
            for place in self.logs.places():
                if place.origin not in broken:
                    missing -= self._said_since(audit, place)
        return missing

    def _said_since(self, audit: _Audit, place: LogPlace) -> set[str]:
        """The keys that came into a log since it was read."""
        read = audit.logs.get(place)
        keys: set[str] = set()
        try:
            for batch in self._later(place, 0 if read is None else read.batches):
                said = (Leaf.parse(entry.encode()) for entry in batch.entries)
                keys.update(leaf.key for leaf in said if leaf is not None)
        except LogFaultError as error:
            audit.find("log-broken", place.origin, error.what)
        return keys

    def _miss(self, audit: _Audit, key: str) -> None:
        """Note that a record is not there: erased, where that was noted, or taken away."""
        parsed = parse_key(key)
        if isinstance(parsed, RecordKey | ReviewKey | RetractionKey):
            noted = Location(self.logs.bucket, str(ErasedEventKey(parsed.event_uid)))
            if self.store.head(noted) is not None:
                audit.erased.append(key)
                return
        audit.find("record-missing", key, "It has a leaf and is not in the records bucket.")

    def _later(self, place: LogPlace, number: int) -> Iterator[Batch]:
        """The batches of a log after the one with a number, each checked."""
        reader = self.logs.reader(place)
        for later in range(number + 1, reader.newest() + 1):
            batch = reader.batch(later)
            reader.checkpoint(batch)
            yield batch

    def _compare_digests(self, audit: _Audit, keys: Sequence[str]) -> None:
        """Find the records whose bytes are not those of their leaf."""

        def digest(key: str) -> str | None:
            stored = self.store.get(Location(self.logs.bucket, key))
            return None if stored is None else hashlib.sha256(stored.body).hexdigest()

        for number, (key, found) in enumerate(zip(keys, _asked(digest, keys), strict=True), start=1):
            if found is None:
                self._miss(audit, key)
            elif found != audit.leaves[key]:
                audit.find("record-changed", key, f"Its leaf says {audit.leaves[key][:16]}, and it is {found[:16]}.")
            self.progress("reading records", number, len(keys))


@dataclass(frozen=True, slots=True)
class _Log:
    """A log that is read from its beginning, and held against its tiles."""

    reader: LogReader
    opened: OpenedLog

    def entries(self) -> Iterator[Sequence[bytes]]:
        """All leaves in order: bundles of 256, those that its newest batch filled, and the rest."""
        last = self.opened.batch
        yield from _asked(self.reader.entries, range(last.first // TILE_WIDTH))
        yield [*self.reader.tail(last), *(entry.encode() for entry in last.entries)]

    def compare(self, tile: Tile) -> None:
        """See that a full tile lies there as the leaves make it, unless who wrote the newest batch may still write it.

        Raises:
            LogFaultError: another one lies there, or none.
        """
        if tile.level is None or any(tile.path == filled.path for filled in self.opened.filled):
            return
        if self.reader.tile(tile.level, tile.index) != tile.body:
            raise self.reader.fault(f"{tile.path} is not what its leaves make")


def _asked(ask: Callable[[Question], Answer], questions: Sequence[Question]) -> Iterator[Answer]:
    """Ask many questions, several at once, and give the answers in order; few of them are held at a time."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="audit") as threads:
        for first in range(0, len(questions), _AT_A_TIME):
            yield from threads.map(ask, questions[first : first + _AT_A_TIME])


def _readable(notes: Sequence[str], place: LogPlace, reader: LogReader) -> Iterator[Checkpoint]:
    """The checkpoints that one of our keys signed; what is wrong with the others is said elsewhere."""
    for note in notes:
        try:
            yield read_checkpoint(note, place.origin, reader.keys)
        except LogFaultError:
            continue
