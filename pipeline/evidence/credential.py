"""What an asset's C2PA credential measures, and what it means for content that is declared one way or another."""

from pipeline.credentials import Credential, alert_kinds
from pipeline.events.outputs import CredentialSummary, Declared, Finding, SignerSummary
from pipeline.policy.credential_rules import Observation, judge_credential
from pipeline.policy.vocabulary import FactValue

__all__ = ["credential_facts", "credential_findings", "declared_facts", "summary_of"]


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


def credential_findings(credential: Credential, declared: Declared) -> tuple[Finding, ...]:
    """What a credential means for content that is declared like this."""
    observations = (Observation(kind, severity, code) for kind, severity, code in alert_kinds(credential))
    return judge_credential(summary_of(credential), observations, declared)


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
