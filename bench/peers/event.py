"""One event as the two loops see it: the same checks, the same record, whatever client stores it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import c2pa
import orjson

from bench.peers.signing import sign

__all__ = ["Done", "Places", "process_event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a loop reads and writes: bucket, key and bytes in, nothing out."""

    content_bucket: str
    records_bucket: str
    get: Callable[[str, str], bytes]
    put: Callable[[str, str, bytes, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is published for an event: key, manifest record, decision."""

    key: bytes
    record: bytes
    decision: bytes


def process_event(value: bytes, signing: c2pa.Context, places: Places) -> Done:
    """Get the asset, check its digest, sign, store sealed asset, manifest and record: what a loop does for an event."""
    event: dict[str, Any] = orjson.loads(value)
    content = event["data"]["content"]
    uid = _sha256(f"{event['source']}\0{event['id']}".encode())
    body = _body(content, places)
    sealed, manifest = sign(signing, body, content["mime"])
    digest = _sha256(sealed)
    asset_key, manifest_key = f"assets/{uid}", f"manifests/{digest}/{uid}.c2pa"
    places.put(places.content_bucket, asset_key, sealed, content["mime"])
    places.put(places.content_bucket, manifest_key, manifest, "application/c2pa")
    record = orjson.dumps(
        {
            "event_uid": uid,
            "event": {"source": event["source"], "id": event["id"]},
            "content": {"id": content["id"], "mime": content["mime"]},
            "original": {"sha256": _sha256(body), "size": len(body)},
            "sealed": {"sha256": digest, "size": len(sealed), "uri": f"s3://{places.content_bucket}/{asset_key}"},
            "manifest": {"uri": f"s3://{places.content_bucket}/{manifest_key}", "sha256": _sha256(manifest)},
            "sealed_at": time.time(),
        }
    )
    places.put(places.records_bucket, f"records/{uid}.json", record, "application/json")
    decision = orjson.dumps({"event_uid": uid, "decision": "allow"})
    return Done(key=content["id"].encode(), record=record, decision=decision)


def _body(content: dict[str, Any], places: Places) -> bytes:
    if "text" in content:
        return str(content["text"]).encode()
    bucket, _, key = content["uri"].removeprefix("s3://").partition("/")
    body = places.get(bucket, key)
    if _sha256(body) != content["sha256"]:
        raise ValueError("The asset is not the one that the event names.")
    return body


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
