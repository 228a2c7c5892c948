"""What a credential means: its summary, as messages state it, and the findings that follow from it."""

from pipeline.credentials import Credential, alert_kinds
from pipeline.events.outputs import CredentialSummary, Declared, Finding, SignerSummary
from pipeline.policy.credential_rules import Observation, judge_credential

__all__ = ["credential_findings", "summary_of"]


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
