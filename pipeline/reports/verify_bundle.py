"""Verifies a bundle of evidence where it lies, without network; made by `sealstream evidence`, and part of the bundle.

    python3 verify.py [--asset FILE]

It runs on Python 3.9 or later and needs nothing else. Where c2pa-python is installed (`pip install c2pa-python`) and
there is an asset, in the bundle or by --asset, the signature of the manifest is checked too.

What it shows: nothing in this folder was changed, left out or put in since the bundle was made, and the parts belong
together, as long as evidence.json and this script are themselves the ones that were made: whoever hands the bundle
on tells the SHA-256 of the archive by another way. Who signed the manifest, its certificate says; whether to trust it
is yours to decide. The records themselves lie in a bucket under retention, and can be fetched and compared. Where the
operator keeps a tile log, log/ proves that they are in it; its signature is checked where `cryptography` is installed.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

Json = Dict[str, Any]
Check = Tuple[bool, str]

OWN = frozenset({"evidence.json", "verify.py", "README.txt"})


def main() -> int:
    """Check everything, say each, and answer 0 if all of it holds."""
    parser = argparse.ArgumentParser(description="Verify this bundle of evidence, offline.")
    parser.add_argument("--asset", type=Path, help="the asset, where it is not in the bundle")
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent, help="where the bundle lies")
    asked = parser.parse_args()
    checks: List[Check] = []
    try:
        checks.extend(verify(asked.folder, asked.asset))  # what was said before it breaks stays said
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        checks.append((False, f"the bundle cannot be read: {type(error).__name__}: {error}"))
    for holds, said in checks:
        print(f"{'ok   ' if holds else 'FAULT'}  {said}")
    faults = sum(not holds for holds, _ in checks)
    print(f"{len(checks)} checks, {faults} faults." if faults else f"{len(checks)} checks, all hold.")
    return 1 if faults else 0


def verify(folder: Path, asset: Optional[Path]) -> Iterator[Check]:
    """Every check of a bundle: whether it holds, and a sentence."""
    index: Json = json.loads((folder / "evidence.json").read_bytes())
    members: Dict[str, Json] = {member["path"]: member for member in index["members"]}
    bodies: Dict[str, bytes] = {}
    for path, member in members.items():
        file = folder / path
        inside = folder.resolve() in file.resolve().parents
        bodies[path] = file.read_bytes() if inside and file.is_file() else b""
        digest = hashlib.sha256(bodies[path]).hexdigest()
        holds = inside and file.is_file() and digest == member["sha256"] and len(bodies[path]) == member["size"]
        yield holds, f"{path} is as it was ({member['sha256'][:16]}, {member['size']} bytes)"
    there = {str(file.relative_to(folder).as_posix()) for file in folder.rglob("*") if file.is_file()}
    strange = sorted(there - set(members) - OWN)
    yield not strange, "nothing was put in" + (f": {', '.join(strange)}" if strange else "")
    record: Json = json.loads(bodies["record.json"])
    uid = index["event_uid"]
    yield record["event_uid"] == uid, f"the record is that of the event {uid[:16]}"
    event = record["event"]
    yield (
        digest_of(event["source"], event["id"]) == uid,
        f"the event is {event['source']} {event['id']}, of which this identity is made",
    )
    yield from of_manifest(record, bodies, asset)
    decisions = [json.loads(bodies[path]) for path in numbered(members, "reviews/")]
    retraction = json.loads(bodies["retraction.json"]) if "retraction.json" in bodies else None
    yield from of_decisions(uid, decisions, retraction)
    yield from of_neighbours(record, bodies, decisions)
    yield from of_cases(uid, members, bodies, decisions)
    yield from of_packs(record, members, bodies, index["not_held"])
    if "log/leaves.json" in bodies:
        for path, logged in sorted(json.loads(bodies["log/leaves.json"]).items()):
            yield from of_log(path, logged, members, bodies)


def of_manifest(record: Json, bodies: Dict[str, bytes], given: Optional[Path]) -> Iterator[Check]:
    """That the record names the manifest and the asset."""
    named = record.get("manifest")
    manifest = bodies.get("manifest.c2pa")
    if named is not None and "erased.json" in bodies:
        yield manifest is None, "the record names a manifest that was erased since, and it is not here"
    elif named is not None:
        yield manifest is not None, "the record names a manifest, and it is here"
    if named is not None and manifest is not None:
        holds = hashlib.sha256(manifest).hexdigest() == named["sha256"] and len(manifest) == named["size"]
        yield holds, f"the manifest is the one that the record names ({named['sha256'][:16]})"
    inside = [path for path in bodies if path.startswith("asset.")]
    asset = given.read_bytes() if given is not None else bodies[inside[0]] if inside else None
    if asset is None:
        return
    digest = hashlib.sha256(asset).hexdigest()
    sealed, content = record.get("sealed"), record.get("content") or {}
    wanted = sealed["sha256"] if sealed is not None else content.get("sha256")
    yield digest == wanted, f"the asset is the one that the record names ({str(wanted)[:16]})"
    if manifest is not None:
        yield from of_signature(content["mime"], asset, manifest)


def of_signature(media_type: str, asset: bytes, manifest: bytes) -> Iterator[Check]:
    """What the C2PA library says of manifest and asset; nothing is said where it is not installed."""
    try:
        import c2pa  # noqa: PLC0415 - not everybody has it
    except ImportError:
        print("-      the signature was not checked: c2pa-python is not installed")
        return
    offline: Json = {
        "version": 1,
        "core": {"allowed_network_hosts": [], "allow_redirects": False, "decode_identity_assertions": False},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    try:
        context = c2pa.Context.from_dict(offline)
        with c2pa.Reader(media_type, io.BytesIO(asset), manifest, context=context) as reader:
            state = json.loads(reader.json()).get("validation_state")
    except c2pa.C2paError as error:
        yield False, f"the manifest can be read ({error})"
    else:
        yield state in ("Valid", "Trusted"), f"the signature fits manifest and asset (C2PA says {state})"


def of_decisions(uid: str, decisions: List[Json], retraction: Optional[Json]) -> Iterator[Check]:
    """That the decisions of persons follow one another, and that a retraction takes the place of one of them."""
    known = [digest_of(uid, "decision")]
    for number, decision in enumerate(decisions, start=1):
        own = digest_of(uid, "review", *([str(number)] if number > 1 else []))
        holds = decision["event_uid"] == uid and decision["decision_id"] == own and bool(decision.get("review"))
        yield holds, f"decision {number} of a person is about this event, and has that number"
        follows = decision.get("supersedes") in (known[-1], None if number == 1 else known[-1])
        yield follows, f"decision {number} of a person supersedes the one before it"
        known.append(decision["decision_id"])
    if retraction is not None:
        holds = retraction["event_uid"] == uid and retraction["decision_id"] == digest_of(uid, "retraction")
        yield holds and retraction["decision"] == "retracted", "the retraction is that of this event"
        yield retraction.get("supersedes") in [None, *known], "the retraction supersedes a decision about this event"


def of_neighbours(record: Json, bodies: Dict[str, bytes], decisions: List[Json]) -> Iterator[Check]:
    """That a verdict about bytes is about these, and that entries of a ledger are about this event."""
    if "illegal.json" in bodies:
        parts = (record.get(name) or {} for name in ("original", "sealed", "content"))
        found = json.loads(bodies["illegal.json"])["sha256"]
        yield (
            found in {part.get("sha256") for part in parts},
            "the bytes that were found illegal are those of this event",
        )
    for path in sorted(path for path in bodies if path.startswith("ledger/")):
        entry = json.loads(bodies[path])
        uris = {record["record_uri"], *(decision["record_uri"] for decision in decisions)}
        if "retraction.json" in bodies:
            uris.add(json.loads(bodies["retraction.json"])["record_uri"])
        holds = entry["event_uid"] == record["event_uid"] and entry["record_uri"] in uris
        yield holds, f"{path} counts this event, by a record that is here"


def of_cases(uid: str, members: Dict[str, Json], bodies: Dict[str, bytes], decisions: List[Json]) -> Iterator[Check]:
    """That each case names the event, or is named by a decision, and has all its versions."""
    numbers = {decision["review"].get("case") for decision in decisions} - {None}
    for case in sorted({path.split("/")[1] for path in members if path.startswith("cases/")}):
        versions = [json.loads(bodies[path]) for path in numbered(members, f"cases/{case}/")]
        newest = versions[-1]
        named = any(uid in json.dumps(version) for version in versions) or newest.get("id") in numbers
        yield named, f"the case {newest.get('id') or case[:16]} is about this event"
        whole = [version["version"] for version in versions] == list(range(1, len(versions) + 1))
        # A version names the newest events of the case, its own the last.
        grows = all(
            earlier["events"][len(earlier["events"]) - len(later["events"]) + 1 :] == later["events"][:-1]
            for earlier, later in zip(versions, versions[1:])
        )
        own = all(version["case_uid"] == case and version["events"][-1] == version["event_uid"] for version in versions)
        yield whole and grows and own, f"the case {newest.get('id') or case[:16]} has all its {len(versions)} versions"


def of_packs(record: Json, members: Dict[str, Json], bodies: Dict[str, bytes], not_held: List[str]) -> Iterator[Check]:
    """That each pack which judged the event is here in its version, or is said to be missing."""
    for pack in (record.get("judged_by") or {}).get("packs", []):
        named = f"{pack['name']}@{pack['version']}"
        path = f"packs/{named}.yaml"
        if path not in members:
            yield any(named in said for said in not_held), f"the pack {named} is not here, and the bundle says so"
            continue
        text = bodies[path].decode("utf-8", "replace")
        name, version = (
            re.search(rf"^{member}: *[\"']?([^\s\"'#]+)", text, re.MULTILINE) for member in ("pack", "version")
        )
        holds = name is not None and version is not None and (name[1], version[1]) == (pack["name"], pack["version"])
        yield holds, f"the pack {named} is the one that the record names"


def of_log(path: str, logged: Json, members: Dict[str, Json], bodies: Dict[str, bytes]) -> Iterator[Check]:
    """That a member is in the tile log: its leaf is of these bytes, and the proof leads to a signed checkpoint."""
    origin = str(members[path]["origin"])
    digest, key = logged["entry"].split("  ", 1)
    holds = digest == hashlib.sha256(bodies[path]).hexdigest() and origin.split("/", 3)[3] == key
    yield holds, f"the leaf of {path} is of its bytes and its place in the store"
    head, checkpoint = bodies[logged["proof"]].decode().split("\n\n", 1)
    kind, index, *nodes = head.split("\n")
    name, size, root = checkpoint.split("\n")[:3]
    node = hashlib.sha256(b"\0" + logged["entry"].encode()).digest()
    proof = [base64.b64decode(node) for node in nodes]
    holds = kind == "c2sp.org/tlog-proof@v1" and index.startswith("index ")
    holds = holds and leads_to_root(node, int(index[6:]), int(size), proof, base64.b64decode(root))
    yield holds, f"the leaf of {path} is one of the {size} that the checkpoint of {name} is about"
    yield from of_checkpoint(checkpoint, logged["key"])


def leads_to_root(node: bytes, at: int, size: int, proof: List[bytes], root: bytes) -> bool:
    """Whether a proof leads from the hash of a leaf to the root (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    if at > last:
        return False
    for beside in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + beside + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + beside).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def of_checkpoint(checkpoint: str, key: str) -> Iterator[Check]:
    """That the key signed the checkpoint; only its identity is compared where no library verifies Ed25519."""
    body, signatures = checkpoint.rsplit("\n\n", 1)
    text = f"{body}\n".encode()
    name, key_id, blob = key.split("+", 2)
    raw = base64.b64decode(blob)
    own = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    yield own.hex() == key_id and body.split("\n")[0] == name, f"the key {name}+{key_id} is that of this log"
    lines = [line.split(" ") for line in signatures.splitlines()]
    signed = [base64.b64decode(line[2]) for line in lines if line[:2] == ["\u2014", name]]
    mine = [signature[4:] for signature in signed if signature[:4] == own]
    yield bool(mine), "the checkpoint names this key as its signer"
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - not everybody has it
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        print("-      the signature of the checkpoint was not checked: cryptography is not installed")
        return
    try:
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(mine[0] if mine else b"", text)
    except InvalidSignature:
        yield False, "the checkpoint is signed with this key"
    else:
        yield True, "the checkpoint is signed with this key: compare it with the one that its operator tells"


def numbered(members: Dict[str, Json], prefix: str) -> List[str]:
    """The members of a folder that are called by numbers, in their order."""
    names = [path for path in members if re.fullmatch(rf"{re.escape(prefix)}[0-9]+\.json", path)]
    return sorted(names, key=lambda path: int(path[len(prefix) : -len(".json")]))


def digest_of(*parts: str) -> str:
    """SHA-256 over parts with a NUL byte between them, as identities are made."""
    return hashlib.sha256(b"\0".join(part.encode() for part in parts)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
