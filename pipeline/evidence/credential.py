"""What an asset's C2PA credential, or the lack of one, shows.

Absent and invalid are never the same: content that is declared AI-generated and has no credential at all is seen as
`unlabeled`, one whose credential fails by what failed.
"""

from collections.abc import Iterable
from typing import Final

from pipeline.credentials import AlertKind, Credential, alert_kinds
from pipeline.events.outputs import CredentialSummary, Declared, FindingEvidence, SignerSummary
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import FactValue

__all__ = ["credential_facts", "credential_observations", "declared_facts", "seen_in", "summary_of"]

_OF_ABSENT: Final = frozenset({"asset-unreadable", "sidecar-foreign"})
"""Kinds that say why a credential is absent; no other can be seen where there is none."""


def credential_facts(credential: Credential) -> dict[str, FactValue]:
    """The facts that reading a credential measures."""
    present = credential.state != "absent"
    facts: dict[str, FactValue] = {
        "signed_meta.present": present,
        "signed_meta.valid": credential.state == "valid",
        "signed_meta.timestamped": credential.time_stamped,
    }
    if credential.ai_generated is not None or not present:
        facts["signed_meta.ai_asserted"] = bool(credential.ai_generated)
    if credential.ai_generated:
        facts["content.synthetic"] = "yes"
    return facts


def declared_facts(declared: Declared) -> dict[str, FactValue]:
    """What an event declares of its content's origin, in the words of rules."""
    origins: dict[Declared, FactValue] = {"ai": "yes", "human": "no"}
    return {"content.synthetic": origins[declared]} if declared in origins else {}


def credential_observations(credential: Credential, declared: Declared) -> tuple[Observation, ...]:
    """What a credential shows in content that is declared like this."""
    return seen_in(summary_of(credential), alert_kinds(credential), declared)


def seen_in(summary: CredentialSummary, troubles: Iterable[AlertKind], declared: Declared) -> tuple[Observation, ...]:
    """What there is to be said of a credential in which validation saw these kinds of trouble.

    Trouble of low severity is a fact and no observation: its codes are in the credential's summary.
    """
    grave = [trouble for trouble in troubles if trouble.severity != "low"]
    if summary.credential == "absent":
        absent: FindingEvidence = {"declared": declared}
        seen = [_seen(problem, absent) for problem in grave if problem.kind in _OF_ABSENT]
        return (*seen, *((_seen(AlertKind("unlabeled", "high", ""), absent),) if declared == "ai" else ()))
    if summary.ai_generated and declared == "human":
        grave.append(AlertKind("undeclared-ai", "high", ""))
    evidence: FindingEvidence = {
        "declared": declared,
        "credential": summary.credential,
        "trust": summary.trust,
        "active_manifest": summary.active_manifest,
    }
    return tuple(_seen(problem, evidence) for problem in grave)


def _seen(trouble: AlertKind, evidence: FindingEvidence) -> Observation:
    return Observation(
        name=f"credential.{trouble.kind}", severity=trouble.severity, code=trouble.code or None, evidence=evidence
    )


def summary_of(credential: Credential) -> CredentialSummary:
    """The part of a credential that records, decisions and the command line show."""
    signer = credential.signer
    return CredentialSummary(
        credential=credential.state,
        trust=credential.trust,
        ai_generated=credential.ai_generated,
        codes=credential.codes,
        active_manifest=credential.active_manifest,
        signer=None
        if signer is None
        else SignerSummary(
            common_name=signer.common_name,
            issuer=signer.issuer,
            serial=signer.serial,
            algorithm=signer.algorithm,
            not_after=signer.not_after,
        ),
        binding=credential.binding,
    )
