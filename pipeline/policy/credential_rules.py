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
    """What one kind asks for.

    Attributes:
        milder: what it asks for instead where its severity is medium: the credential holds all the same.
    """

    action: Action
    message: str
    remedy: str
    citation: str | None = None
    milder: Action | None = None


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
        "There is a manifest, or what is left of one, and it cannot be judged: not readable, or not as C2PA has it.",
        "Ask for the asset as its signer released it; if it came like this, have it signed anew.",
        f"{_C2PA}, Validation",
    ),
    "manifest-alone": _CredentialRule(
        "hold",
        "This is a manifest without its asset: what it claims can be read, and is bound to nothing that is here.",
        "Send the asset, with this as the manifest beside it.",
        f"{_C2PA}, External manifests",
    ),
    "partial-coverage": _CredentialRule(
        "hold",
        "What was signed is unchanged, and more is left out of the signature than the manifest itself.",
        "Look at the asset before it is used, or have it signed with a binding that leaves out the manifest alone.",
        _CONTENT,
        milder="alert",
    ),
    "container-rewritten": _CredentialRule(
        "hold",
        "A program has written the file anew: the manifest is whole, and cannot show that the content is the same.",
        "Compare it with the asset as its signer released it, and use that one, or have this one sealed.",
        _CONTENT,
    ),
    "line-ends-changed": _CredentialRule(
        "alert",
        "The words are those that were signed; their line ends, byte order mark, final newline or encoding are not.",
        "Use the text as its signer released it; move texts as bytes, not as lines.",
        _CONTENT,
    ),
    "sidecar-foreign": _CredentialRule(
        "alert",
        "The manifest that lies beside the file is for another file.",
        "Put a manifest of the file's own beside it, under its whole name and .c2pa; if there is none, nothing.",
        f"{_C2PA}, External manifests",
    ),
    "sidecar-unfit": _CredentialRule(
        "hold",
        "The manifest that lies beside the file does not fit: it is for another file, or this one was changed.",
        "Find out which: name the file's own manifest, or ask for the file as its signer released it.",
        f"{_C2PA}, External manifests",
    ),
    "asset-unreadable": _CredentialRule(
        "alert",
        "The file cannot be taken apart as what it is said to be: whether it has a credential cannot be told.",
        "Check that the file is whole, and of the media type that is declared.",
        f"{_C2PA}, Validation: locating the active manifest",
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


_OF_ABSENT: Final = frozenset({"asset-unreadable", "sidecar-foreign"})
"""Kinds that say why a credential is absent; no other can be seen where there is none."""


def judge_credential(
    credential: CredentialSummary, observations: Iterable[Observation], declared: Declared
) -> tuple[Finding, ...]:
    """What a credential means, given what the event declares of the content.

    Observations of low severity are facts, not findings: their codes are in the credential's summary.
    """
    seen = [one for one in observations if one.severity != "low"]
    if credential.credential == "absent":
        seen = [one for one in seen if one.kind in _OF_ABSENT]
        seen += [Observation("unlabeled", "high", "")] if declared == "ai" else []
        return tuple(_finding(one, {"declared": declared}) for one in seen)
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
        action=rule.milder if rule.milder is not None and seen.severity == "medium" else rule.action,
        outcome="violation",
        code=seen.code or None,
        message=rule.message,
        citation=rule.citation,
        evidence=evidence,
        remedy=rule.remedy,
    )
