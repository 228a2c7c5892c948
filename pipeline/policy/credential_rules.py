"""What a credential, or the lack of one, means for its asset: one rule for each alert kind.

The validator says what it saw (a validation code, its kind and severity); the rules here say what to do about it.
Absent and invalid are never the same: an asset without any credential is `unlabeled`, one whose credential fails
is named after what failed.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from pipeline.events.outputs import Action, CredentialSummary, Declared, Evidence, Finding, Severity

__all__ = ["Observation", "content_mismatch", "judge_credential"]

_C2PA: Final = "C2PA 2.4"
_CONTENT: Final = f"{_C2PA}, Validation: the asset's content"
_ASSERTIONS: Final = f"{_C2PA}, Validation: signature and assertions"


class Observation(NamedTuple):
    """One kind of trouble that validation saw, with the code that shows it best."""

    kind: str
    severity: Severity
    code: str


class _CredentialRule(msgspec.Struct, frozen=True):
    action: Action
    message: str
    remedy: str
    citation: str | None = None


_SOURCE_AGAIN: Final = "Ask for the asset as its signer released it, and find out who changed it."

_RULES: Final[Mapping[str, _CredentialRule]] = {
    "unlabeled": _CredentialRule(
        "hold",
        "The content is declared AI-generated and carries no credential at all.",
        "Have the asset sealed: publish a generation event for it, and use the sealed asset.",
        "CAC, MIIT, MPS Order No. 12 Art. 16; Regulation (EU) 2024/1689 Art. 50(2)",
    ),
    "undeclared-ai": _CredentialRule(
        "hold",
        "The credential says the content is AI-generated, and the event says it is not.",
        "Declare the content as AI-generated: declaration.value = ai.",
        "Labeling Measures (2025) Art. 6 and 10",
    ),
    "content-tampered": _CredentialRule(
        "block", "The content was changed after it was signed.", _SOURCE_AGAIN, _CONTENT
    ),
    "manifest-tampered": _CredentialRule(
        "block", "The manifest was changed after it was signed.", _SOURCE_AGAIN, _ASSERTIONS
    ),
    "manifest-malformed": _CredentialRule(
        "hold",
        "The manifest does not follow the specification.",
        "Have the asset signed by a conforming claim generator.",
        f"{_C2PA}, Validation",
    ),
    "manifest-unreachable": _CredentialRule(
        "hold",
        "The manifest is kept elsewhere, and addresses found in content are never followed.",
        "Send the manifest beside the asset, as content.manifest.",
        f"{_C2PA}, Validation: locating the active manifest",
    ),
    "content-unbound": _CredentialRule(
        "hold",
        "No hard binding ties the manifest to the content.",
        "Have the asset signed with a hard binding.",
        _CONTENT,
    ),
    "content-mismatch": _CredentialRule(
        "block",
        "The bytes found are not the bytes that the event declares.",
        "Send the event with the digest and size of the bytes that are there.",
    ),
    "ingredient-tampered": _CredentialRule(
        "hold",
        "The manifest of an ingredient is missing or was changed.",
        "Look at the ingredient's own asset, and have the asset signed with the true one.",
        f"{_C2PA}, Validation: ingredients",
    ),
    "signer-untrusted": _CredentialRule(
        "alert",
        "The signer is on no trust list in use.",
        "Find out who signed; if they are to be trusted, put their authority on the trust list.",
        f"{_C2PA}, Trust Model: trust lists",
    ),
    "signer-expired": _CredentialRule(
        "alert",
        "The signer's certificate was not valid when it signed, or no time stamp proves that it was.",
        "Let the signer renew the certificate and sign with a time-stamp authority.",
        f"{_C2PA}, Validation: time-stamp",
    ),
    "signer-revoked": _CredentialRule(
        "block",
        "The signer's certificate was revoked.",
        "Do not rely on what it signed; ask the signer for an asset signed anew.",
        f"{_C2PA}, Validation: credential revocation",
    ),
    "signer-invalid": _CredentialRule(
        "hold",
        "The signer's certificate may not sign claims.",
        "Let the signer use a certificate made for claim signing.",
        f"{_C2PA}, Trust Model: X.509 certificates",
    ),
}

_OTHER: Final = _CredentialRule(
    "alert",
    "Validation of the credential reported a problem.",
    "Look the code up in the C2PA specification, and have the asset signed anew.",
    f"{_C2PA}, Validation",
)


def judge_credential(
    credential: CredentialSummary, observations: Iterable[Observation], declared: Declared
) -> tuple[Finding, ...]:
    """What a credential means, given what the event declares of the content.

    Observations of low severity are facts, not findings: their codes are in the credential's summary.
    """
    if credential.credential == "absent":
        return (_finding(Observation("unlabeled", "high", ""), {"declared": declared}),) if declared == "ai" else ()
    seen = [one for one in observations if one.severity != "low"]
    if credential.ai_generated and declared == "human":
        seen.append(Observation("undeclared-ai", "high", ""))
    evidence: Evidence = {
        "declared": declared,
        "credential": credential.credential,
        "trust": credential.trust,
        "active_manifest": credential.active_manifest,
    }
    return tuple(_finding(one, evidence) for one in seen)


def content_mismatch(*, declared: str, found: str) -> Finding:
    """The finding for bytes that are not what the event declares (`declared` and `found`: a digest or a size)."""
    return _finding(Observation("content-mismatch", "critical", ""), {"declared": declared, "found": found})


def _finding(seen: Observation, evidence: Evidence) -> Finding:
    rule = _RULES.get(seen.kind, _OTHER)
    return Finding(
        rule=f"credential.{seen.kind}",
        kind=seen.kind,
        severity=seen.severity,
        action=rule.action,
        outcome="violation",
        code=seen.code or None,
        message=rule.message,
        citation=rule.citation,
        evidence=evidence,
        remedy=rule.remedy,
    )
