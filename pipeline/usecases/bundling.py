"""The use case of evidence: everything that is stored about one event, in one archive that can be verified offline.

The archive is a ZIP file without compression, its members in a fixed order and without times: what the store has not
changed since gives the same bytes. What its script checks is said in `pipeline.reports.verify_bundle`.
"""

import hashlib
import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import msgspec

from pipeline.errors import AssetRefusedError
from pipeline.events.outputs import Decision, EventReference, ManifestRecord, PackReference
from pipeline.media_types import extension_of
from pipeline.policy.pack_files import PackFile
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.chain import chain_of
from pipeline.store.erased import ErasedEvent, erased_event
from pipeline.store.keys import CaseKey, case_prefix, parse_key
from pipeline.tile_log import Leaf, TileLogs
from pipeline.usecases.proving import prove_leaf

__all__ = ["Bundle", "BundleMember", "Bundling"]

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that a ZIP file knows."""

_MOST: Final = 1_000_000
_MOST_VERSIONS: Final = 10_000
_PAIRS: Final = tuple(f"{pair:02x}" for pair in range(256))
_THREADS: Final = 16
_HAS_LEAF: Final = re.compile(r"record\.json|reviews/[0-9]+\.json|retraction\.json")
_PERSONS: Final = (
    "Persons are named in it by hashes: account and data_subjects of the record and of decisions, the account of the "
    "ledger, the party of a case. They are not left out: proofs and SHA-256 are about the stored bytes. Whoever "
    "has the operator's key of pseudonyms, or a hash of the same person, can tell who it is: hand it on accordingly."
)
"""Said in the archive itself: it leaves the house."""

_NOT_IN_IT: Final = "Claims and notes of persons are no decisions; they stay in the records bucket, below v1/acts/."


class BundleMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a bundle, and the object that it is a copy of; null for a policy pack, which is none."""

    path: str
    sha256: str
    size: int
    origin: str | None


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    """`evidence.json`: what is in the bundle, and what is not."""

    version: int
    event_uid: str
    event: EventReference
    members: tuple[BundleMember, ...]
    not_held: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """An archive of evidence, what is in it, and what could not be."""

    body: bytes
    members: tuple[BundleMember, ...]
    not_held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Copy:
    path: str
    body: bytes
    origin: str | None


class _LoggedMember(msgspec.Struct, frozen=True, kw_only=True):
    """Of a member that has a leaf: the leaf, the proof, and the verifier key of its log."""

    entry: str
    proof: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundling:
    """Puts bundles of evidence together.

    Args:
        store: where everything is kept.
        layout: which object goes where.
        packs: the packs that are here; of those that judged the event the ones of the same version are put in.
        logs: the tile logs that records have leaves in; None where none is known.
    """

    store: ObjectStore
    layout: Layout
    packs: Sequence[PackFile]
    logs: TileLogs | None = None

    def __call__(self, event_uid: str, *, with_asset: bool = False) -> Bundle | None:
        """Everything about an event; None where it has no record.

        Args:
            event_uid: the identity of the event.
            with_asset: also the sealed asset; what was found illegal may be illegal to hand on.

        Raises:
            WorldError: the store does not answer.
            AssetRefusedError: the asset is wanted, and none is stored.
        """
        chain = chain_of(self.store, self.layout, event_uid)
        if chain is None:
            return None
        record = chain.record
        copies = [self._copy("record.json", self.layout.record(event_uid))]
        erased = erased_event(self.store, self.layout, event_uid)
        if isinstance(record, ManifestRecord) and erased is None:
            copies.append(self._copy("manifest.c2pa", Location.parse(record.manifest.uri)))
            copies += self._found(
                "manifest.stamped.c2pa", self.layout.stamped_manifest(record.sealed.sha256, event_uid)
            )
        copies += self._found("erased.json", self.layout.erased_event(event_uid))
        if with_asset:
            copies.append(self._asset(record, erased))
        copies += [
            self._copy(f"reviews/{number}.json", self.layout.review(event_uid, number))
            for number in range(1, len(chain.taken) + 1)
        ]
        retraction = self._found("retraction.json", self.layout.retraction(event_uid))
        copies += retraction
        copies += self._illegal(record)
        counted = [event_uid, *(decision.decision_id for decision in chain.taken)]
        for number, counted_as in enumerate(counted):
            copies += self._found(f"ledger/{number}.json", self.layout.counted(counted_as))
        numbers = {taken.review.case for taken in chain.taken if taken.review is not None} - {None}
        copies += self._cases(event_uid, frozenset(number for number in numbers if number is not None))
        packs, missing = self._judged_by(record)
        proofs, unlogged = self._proofs(copies)
        copies += [*packs, *proofs]
        gone = () if erased is None else (f"The asset and its manifest were erased at {erased.erased_at}.",)
        return _archived(record, copies, (*gone, *missing, *unlogged, *self._not_held(record), _NOT_IN_IT))

    def _asset(self, record: ManifestRecord | Decision, erased: ErasedEvent | None) -> _Copy:
        if erased is not None:
            raise AssetRefusedError(
                what=f"The asset was erased at {erased.erased_at}, on request ({', '.join(erased.basis)}).",
                remedy="Leave out --with-asset: the archive then says that it was erased.",
            )
        if isinstance(record, Decision):
            raise AssetRefusedError(
                what="The asset of a publication is not stored here; its record has the digest.",
                remedy="Leave out --with-asset, and give the file to the script: `python3 verify.py --asset FILE`.",
            )
        return self._copy(f"asset.{extension_of(record.content.mime)}", Location.parse(record.sealed.uri))

    def _illegal(self, record: ManifestRecord | Decision) -> list[_Copy]:
        parts = (record.sealed, record.original) if isinstance(record, ManifestRecord) else (record.content,)
        for part in parts:
            if part is not None and (found := self._found("illegal.json", self.layout.illegal(part.sha256))):
                return found
        return []

    def _cases(self, event_uid: str, numbers: frozenset[str]) -> list[_Copy]:
        """Every version of each case that names the event, or that a decision about it names by its number."""
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="evidence") as threads:
            found = threads.map(lambda pair: list(self._cases_below(pair, event_uid, numbers)), _PAIRS)
            uids = sorted(uid for below in found for uid in below)
        return [copy for uid in uids for copy in self._versions(uid)]

    def _cases_below(self, pair: str, event_uid: str, numbers: frozenset[str]) -> Iterator[str]:
        newest: dict[str, int] = {}
        for key in self.store.list_keys(self.layout.records_bucket, f"v1/cases/{pair}/", limit=_MOST):
            case = parse_key(key)
            if isinstance(case, CaseKey):
                newest[case.case_uid] = max(case.version, newest.get(case.case_uid, 0))
        for uid, version in newest.items():
            body = self.store.require(self.layout.case(uid, version)).body
            if event_uid.encode() in body or msgspec.json.decode(body, type=_Numbered).id in numbers:
                yield uid

    def _versions(self, case_uid: str) -> Iterator[_Copy]:
        keys = self.store.list_keys(self.layout.records_bucket, case_prefix(case_uid), limit=_MOST_VERSIONS)
        for number in range(1, len(keys) + 1):
            yield self._copy(f"cases/{case_uid}/{number}.json", self.layout.case(case_uid, number))

    def _proofs(self, copies: Sequence[_Copy]) -> tuple[list[_Copy], list[str]]:
        """That record, decisions of persons and retraction are in the tile log; sentences about those that are not."""
        if self.logs is None:
            return [], ["No tile log is configured where this was made, so nothing proves that its record is in one."]
        proofs: list[_Copy] = []
        logged: dict[str, _LoggedMember] = {}
        unlogged = []
        for copy in copies:
            if copy.origin is None or not _HAS_LEAF.fullmatch(copy.path):
                continue
            at = Location.parse(copy.origin)
            found = prove_leaf(self.logs, at, copy.body)
            if found is None:
                unlogged.append(f"{copy.path} is in no tile log.")
                continue
            path = f"log/{copy.path.removesuffix('.json').replace('/', '-')}.tlog-proof"
            proofs.append(_Copy(path, found.proof.encode(), None))
            logged[copy.path] = _LoggedMember(entry=Leaf.of(at, copy.body).entry.decode(), proof=path, key=found.key)
        if logged:
            leaves = msgspec.json.format(msgspec.json.encode(logged, order="sorted"), indent=2)
            proofs.append(_Copy("log/leaves.json", leaves, None))
        return proofs, unlogged

    def _judged_by(self, record: ManifestRecord | Decision) -> tuple[list[_Copy], list[str]]:
        """The packs that judged the event, as far as they are here, and sentences about the others."""
        here = {PackReference(name=file.pack.name, version=file.pack.version): file for file in self.packs}
        copies, missing = [], []
        for pack in () if record.judged_by is None else record.judged_by.packs:
            named = f"{pack.name}@{pack.version}"
            if pack in here:
                copies.append(_Copy(f"packs/{named}.yaml", here[pack].source.read_bytes(), None))
            else:
                missing.append(f"The pack {named} judged the event, and is not here in that version.")
        return copies, missing

    def _not_held(self, record: ManifestRecord | Decision) -> Iterator[str]:
        if record.judged_by is not None:
            versions = msgspec.structs.asdict(record.judged_by.reference_sets)
            said = ", ".join(f"{name.replace('_', '-')} {version}" for name, version in versions.items())
            yield f"Reference sets are kept on topics of Kafka and not in the store; those looked into were: {said}."

    def _copy(self, path: str, at: Location) -> _Copy:
        return _Copy(path, self.store.require(at).body, at.uri)

    def _found(self, path: str, at: Location) -> list[_Copy]:
        stored = self.store.get(at)
        return [] if stored is None else [_Copy(path, stored.body, at.uri)]


class _Numbered(msgspec.Struct, frozen=True):
    """The part of a case that is its number."""

    id: str | None = None


def _archived(record: ManifestRecord | Decision, copies: Iterable[_Copy], not_held: tuple[str, ...]) -> Bundle:
    copies = sorted(copies, key=lambda copy: copy.path)
    members = tuple(
        BundleMember(
            path=copy.path, sha256=hashlib.sha256(copy.body).hexdigest(), size=len(copy.body), origin=copy.origin
        )
        for copy in copies
    )
    index = _Index(version=1, event_uid=record.event_uid, event=record.event, members=members, not_held=not_held)
    script = (files("pipeline.reports") / "verify_bundle.py").read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as bundle:
        _write(bundle, "README.txt", _readme(record, not_held).encode())
        _write(bundle, "evidence.json", msgspec.json.format(msgspec.json.encode(index), indent=2))
        _write(bundle, "verify.py", script)
        for copy in copies:
            _write(bundle, copy.path, copy.body)
    return Bundle(body=archive.getvalue(), members=members, not_held=not_held)


def _write(bundle: zipfile.ZipFile, path: str, body: bytes) -> None:
    member = zipfile.ZipInfo(path, _NO_TIME)
    member.create_system = 3  # Unix, wherever it is made
    member.external_attr = 0o644 << 16
    bundle.writestr(member, body)


def _readme(record: ManifestRecord | Decision, not_held: Iterable[str]) -> str:
    left_out = "\n".join(f"- {said}" for said in not_held)
    return f"""Evidence about one event, as sealstream has it stored.

event     {record.event.source} {record.event.id} ({record.event.type})
identity  {record.event_uid}

record.json     what rules decided, and where everything lies
manifest.c2pa   the C2PA manifest of the sealed asset, if one was sealed
manifest.stamped.c2pa   the same with a time stamp that it got later: its signature was there by then, at the latest
erased.json     that asset and manifest were erased since; there is no manifest.c2pa then
reviews/        what persons decided since, the first decision first; each supersedes the one before it
retraction.json, illegal.json   that its content was found illegal later, and by which verdict
ledger/         what it counts against the account of its user
cases/          every version of each case about it, with the clocks that ran on it
packs/          the policy packs that judged it
log/            proofs that record, decisions and retraction are in the operator's tile log (C2SP tlog-proof)
evidence.json   all of these with their SHA-256, and the object that each is a copy of

{textwrap.fill(_PERSONS, 100)}

To verify it, offline, unpack it and type:  python3 verify.py

Not in it:
{left_out}
"""
