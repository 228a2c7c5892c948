"""Outgoing messages to try things on; each member has a value that it could have in production."""

from typing import Final

import msgspec
from hypothesis import strategies as st

from pipeline.events import outputs
from tests.unit.events.records import attribute_texts, json_values, timestamps

SHA_256: Final = "ab" * 32
URI: Final = "s3://sealstream-records/v1/records/ab/ab/record.json"

FINDING: Final = outputs.Finding(
    rule="high-risk.no-consent",
    kind="high-risk",
    severity="critical",
    action="block",
    outcome="violation",
    code=None,
    message="No separate consent of the person is on record.",
    citation="Provisions Art. 14",
    evidence={
        "content.biometric": ("face", "voice"),
        "consent.status": None,
        "listed": False,
        "share": 0.5,
        "count": 3,
    },
)
EVENT_REFERENCE: Final = outputs.EventReference(
    source="urn:studio", id="1", type="sealstream.publication.v1", time=None
)
SIGNER: Final = outputs.SignerSummary(common_name="Studio", issuer=None, serial="1", algorithm="es256", not_after=None)
CREDENTIAL: Final = outputs.CredentialSummary(
    credential="invalid",
    trust="untrusted",
    ai_generated=None,
    codes=("assertion.dataHash.mismatch",),
    active_manifest="urn:c2pa:1",
    signer=SIGNER,
    binding="embedded",
)
ALERT: Final = outputs.Alert(
    alert_id=SHA_256,
    event_uid=SHA_256,
    event=EVENT_REFERENCE,
    kind=FINDING.kind,
    severity=FINDING.severity,
    rule=outputs.CitedRule(id=FINDING.rule, citation=FINDING.citation),
    action=FINDING.action,
    outcome=FINDING.outcome,
    code=None,
    message=FINDING.message,
    evidence=FINDING.evidence,
    subject=outputs.Subject(content_id="港.png", mime="image/png", sha256=None),
    record_uri=None,
)
DECISION: Final = outputs.Decision(
    decision_id="cd" * 32,
    event_uid=SHA_256,
    event=EVENT_REFERENCE,
    content=outputs.InspectedContent(id="港.png", mime="image/png", sha256=SHA_256, size=1),
    decision="block",
    declared="unknown",
    credential=CREDENTIAL,
    findings=(FINDING,),
    record_uri=URI,
    decided_at="2026-01-31T08:30:00Z",
)
MANIFEST_RECORD: Final = outputs.ManifestRecord(
    event_uid=SHA_256,
    event=EVENT_REFERENCE,
    content=outputs.ContentName(id="港.png", mime="image/png"),
    original=outputs.Digest(sha256=SHA_256, size=1),
    sealed=outputs.StoredDigest(sha256=SHA_256, size=2, uri=URI),
    manifest=outputs.ManifestReference(uri=URI, sha256=SHA_256, size=3, label="urn:c2pa:1", binding="embedded"),
    signer=SIGNER,
    credential=CREDENTIAL,
    findings=(),
    record_uri=URI,
    sealed_at="2026-01-31T08:30:00Z",
    claim_generator=outputs.ClaimGenerator(name="sealstream", version="0.1.0"),
    recognition=outputs.RecognisedBy(
        codes=(outputs.AssetFingerprint(algorithm="io.iscc.v0", kind="image", code="ISCC:" + "E" * 55),),
        looks=(outputs.RecordedLook(kind="image", data=bytes(48), at=None),),
    ),
)
DEAD_LETTER: Final = outputs.DeadLetter(
    dead_letter_id=SHA_256,
    event_uid=None,
    stage="intake",
    error="EnvelopeError",
    what="The record has no value.",
    remedy="Send events.",
    path=None,
    rule=None,
    value_type=None,
    input=outputs.InputPosition(topic="sealstream.generation", partition=0, offset=7, timestamp=None),
    attempts=1,
)

content_ids = attribute_texts
evidence = st.dictionaries(
    st.text(st.characters(codec="utf-8")),
    json_values.filter(lambda value: not isinstance(value, list | dict))
    | st.lists(attribute_texts, max_size=3).map(tuple),
    max_size=4,
)


@st.composite
def alerts(draw: st.DrawFn) -> outputs.Alert:
    event = outputs.EventReference(
        source=draw(attribute_texts),
        id=draw(attribute_texts),
        type=draw(attribute_texts),
        time=draw(st.none() | timestamps()),
    )
    subject = msgspec.structs.replace(ALERT.subject, content_id=draw(content_ids))
    return msgspec.structs.replace(ALERT, event=event, subject=subject, evidence=draw(evidence))
