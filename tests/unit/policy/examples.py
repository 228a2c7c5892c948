"""Findings, credentials, rules and a pack file to try policy on."""

from datetime import date
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from pipeline.credentials import AlertKind
from pipeline.events.outputs import Action, CredentialSummary, EventReference, Finding, Subject
from pipeline.policy.pack import Pack, Rule

EVENT: Final = EventReference(source="urn:studio", id="1", type="sealstream.publication.v1", time=None)
SUBJECT: Final = Subject(content_id="harbour.png", mime="image/png", sha256="ab" * 32)

FINDING: Final = Finding(
    rule="test.rule",
    kind="test",
    severity="high",
    action="alert",
    outcome="violation",
    code=None,
    message="A test.",
    citation=None,
    evidence={},
)

RULE: Final = Rule(
    id="test.news",
    article="6",
    kind="test",
    binds=("platform",),
    on=("publish.requested",),
    when="content.is_news",
    must="content.news_source_listed",
    severity="high",
    action="block",
    on_unknown="hold",
    valid_from=date(2023, 1, 10),
    citation="No law.",
    text="A test.",
    remedy="None.",
)
PACK: Final = Pack(name="test-law", version="1.2.3", title="Test", jurisdiction="CN", rules=(RULE,))

PACK_FILE: Final = """\
pack: test-law
version: 1.2.3
title: A law for tests
jurisdiction: CN
time_zone: Asia/Shanghai
source: null
articles:
  - article: "6"
    duty: News comes from licensed sources.
    binds: [platform]
    applies: "true"
    product: [enforces]
    how: It is checked.
    left_to_people: ""
rules:
  - id: test.news
    article: "6"
    kind: test
    binds: [platform]
    on: [publish.requested]
    when: content.is_news
    must: content.news_source_listed
    severity: high
    action: block
    on_unknown: hold
    valid_from: 2023-01-10
    valid_to: null
    citation: No law.
    basis: read
    text: A test.
    remedy: None.
    counts_against_user: false
"""


def pack_of(*rules: Rule, **changes: Any) -> Pack:
    """A pack with these rules."""
    return msgspec.structs.replace(PACK, rules=rules, **changes)


def rule(**changes: Any) -> Rule:
    """The rule with some things changed."""
    return msgspec.structs.replace(RULE, **changes)


ACTIONS: Final[tuple[Action, ...]] = ("record", "alert", "hold", "block")
"""From the mildest to the strictest."""


def finding(action: Action) -> Finding:
    return msgspec.structs.replace(FINDING, action=action)


findings = st.lists(st.sampled_from(ACTIONS).map(finding), max_size=6)


def credential(**changes: Any) -> CredentialSummary:
    """The credential of an asset that has a trusted and valid one and says nothing of AI."""
    valid = CredentialSummary(
        credential="valid",
        trust="trusted",
        ai_generated=None,
        codes=(),
        active_manifest="urn:c2pa:1",
        signer=None,
        binding="embedded",
    )
    return msgspec.structs.replace(valid, **changes)


ABSENT: Final = credential(credential="absent", trust="none", active_manifest=None, binding=None)

# What validation names: the alert kinds of the contract and of C2PA's table of codes, and kinds yet to come.
KINDS: Final = (
    "content-tampered",
    "manifest-tampered",
    "manifest-malformed",
    "manifest-unreachable",
    "content-unbound",
    "ingredient-tampered",
    "partial-coverage",
    "container-rewritten",
    "line-ends-changed",
    "manifest-alone",
    "sidecar-foreign",
    "sidecar-unfit",
    "asset-unreadable",
    "signer-untrusted",
    "signer-expired",
    "signer-revoked",
    "signer-invalid",
    "timestamp-problem",
)
troubles = st.lists(
    st.builds(
        AlertKind,
        st.sampled_from(KINDS),
        st.sampled_from(["low", "medium", "high", "critical"]),
        st.sampled_from(["", "assertion.dataHash.mismatch"]),
    ),
    max_size=5,
    unique_by=lambda trouble: trouble.kind,
)
credentials = st.builds(
    credential,
    credential=st.sampled_from(["absent", "valid", "invalid", "malformed", "remote"]),
    trust=st.sampled_from(["trusted", "untrusted", "expired", "revoked", "unknown", "none"]),
    ai_generated=st.none() | st.booleans(),
)
declarations = st.sampled_from(["ai", "human", "unknown"])
