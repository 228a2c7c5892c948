"""Records of events that violated rules, and a ledger to read, for tests of escalation and reviews."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from pipeline.events.identity import account_of, decision_id, event_uid
from pipeline.events.outputs import (
    ClaimGenerator,
    ContentName,
    CountsAgainst,
    CredentialSummary,
    Decision,
    DecisionOutcome,
    Digest,
    EnforcedRule,
    EventReference,
    Finding,
    InspectedContent,
    JudgedBy,
    ManifestRecord,
    ManifestReference,
    PackReference,
    ReferenceVersions,
    StoredDigest,
)
from pipeline.store import Layout, Location, ObjectStore, StoredObject
from pipeline.store.keys import account_prefix
from pipeline.store.simulator import StoreSimulator
from pipeline.usecases.escalation import Counted, LedgerEntry

LAYOUT = Layout(content_bucket="content", records_bucket="records")
USER, STRANGER = account_of("user-1"), account_of("user-2")
RULE, CITATION = "cn.deep-synthesis.art06.prohibited", "Order No. 12 Art. 6"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

_DIGEST = hashlib.sha256(b"asset").hexdigest()
_CREDENTIAL = CredentialSummary(
    credential="absent", trust="none", ai_generated=None, codes=(), active_manifest=None, signer=None, binding=None
)
_JUDGED_BY = JudgedBy(
    packs=(PackReference(name="cn-deep-synthesis-2023", version="1.0.0"),),
    reference_sets=ReferenceVersions(
        services="none", news_sources="none", features="0123456789abcdef", consents="none"
    ),
)


def done(store: StoreSimulator) -> Mapping[Location, StoredObject]:
    """All that is stored but why acts were refused."""
    return {at: stored for at, stored in store.objects.items() if not at.key.startswith("v1/refused/")}


def clock(start: datetime = NOON) -> Iterator[datetime]:
    """Times of which no two are the same."""
    while True:
        yield start
        start += timedelta(seconds=1)


def reference(name: str, time: str | None = "2026-06-01T11:59:00Z") -> EventReference:
    return EventReference(source="/platform", id=name, type="sealstream.publication.v1", time=time)


def violation(name: str, *, account: str = USER, time: str | None = "2026-06-01T11:59:00Z") -> Counted:
    uid = event_uid("/platform", name)
    return Counted(
        account=account,
        rules=(EnforcedRule(id=RULE, citation=CITATION),),
        event_uid=uid,
        event=reference(name, time),
        record_uri=LAYOUT.record(uid).uri,
    )


def decision(
    name: str = "post-1",
    outcome: DecisionOutcome = "hold",
    *,
    account: str | None = USER,
    time: str | None = "2026-06-01T11:59:00Z",
) -> Decision:
    """The record of a publication event with one finding that counts and one that does not."""
    uid = event_uid("/platform", name)
    return Decision(
        decision_id=decision_id(uid),
        event_uid=uid,
        event=reference(name, time),
        content=InspectedContent(id="cat.png", mime="image/png", sha256=_DIGEST, size=5),
        decision=outcome,
        declared="human",
        credential=_CREDENTIAL,
        findings=(_finding(RULE, CITATION), _finding("credential.unlabeled", None)),
        record_uri=LAYOUT.record(uid).uri,
        decided_at="2026-06-01T12:00:00.000+00:00",
        judged_by=_JUDGED_BY,
        counts_against=None if account is None else CountsAgainst(account=account, rules=(RULE,)),
    )


def manifest_record(name: str = "image-1", outcome: DecisionOutcome = "hold") -> ManifestRecord:
    """The record of a generation event whose sealed asset is not the original."""
    uid = event_uid("/platform", name)
    sealed = hashlib.sha256(b"sealed").hexdigest()
    return ManifestRecord(
        event_uid=uid,
        event=reference(name),
        content=ContentName(id="cat.png", mime="image/png"),
        original=Digest(sha256=_DIGEST, size=5),
        sealed=StoredDigest(sha256=sealed, size=6, uri=LAYOUT.sealed(_DIGEST, uid, "image/png").uri),
        manifest=ManifestReference(
            uri=LAYOUT.manifest(sealed, uid).uri, sha256=_DIGEST, size=7, label="urn:c2pa:1", binding="embedded"
        ),
        signer=None,
        credential=_CREDENTIAL,
        findings=(_finding(RULE, CITATION),),
        record_uri=LAYOUT.record(uid).uri,
        sealed_at="2026-06-01T12:00:00.000+00:00",
        claim_generator=ClaimGenerator(name="sealstream", version="0"),
        decision=outcome,
        judged_by=_JUDGED_BY,
        counts_against=CountsAgainst(account=USER, rules=(RULE,)),
    )


def ledger(store: ObjectStore, account: str = USER) -> list[LedgerEntry]:
    """The entries of an account, the oldest first."""
    keys = store.list_keys("records", account_prefix(account), limit=10_000)
    bodies = [store.require(Location("records", key)).body for key in reversed(keys)]
    return [msgspec.json.decode(body, type=LedgerEntry) for body in bodies]


def _finding(rule: str, citation: str | None) -> Finding:
    return Finding(
        rule=rule,
        kind="prohibited-content",
        severity="high",
        action="hold",
        outcome="violation",
        code=None,
        message="The content may not be spread.",
        citation=citation,
        evidence={"review.verdict": "illegal"},
    )
