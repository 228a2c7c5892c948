"""Who signs, from settings: one identity, several that a file names, or a development chain."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from pipeline.credentials import SigningIdentity
from pipeline.credentials.development import development_chain
from pipeline.credentials.signers import claim_signer
from pipeline.credentials.signers.identities import DEFAULT, Signatures, Signers
from pipeline.credentials.signers.opening import files_of, open_signer
from pipeline.credentials.signers.opening_named import certified, certified_as_named, loading_of
from pipeline.credentials.signers.plan import SignerPlan, read_signer_plan
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import OperatorError
from pipeline.events.inputs import GenerationEvent, Service
from pipeline.settings import CredentialSettings
from pipeline.usecases.orders import IdentityFor, default_identity

__all__ = ["certificates_that_sign", "identity_rules", "service_members", "signer_plan_of", "signers_for", "signers_of"]


def signer_plan_of(settings: CredentialSettings) -> SignerPlan | None:
    """The file of identities; None where none is configured.

    Raises:
        OperatorError: it cannot be used, or one identity is configured beside it.
    """
    if settings.signers is None:
        return None
    if settings.sign_cert is not None or settings.sign_key is not None or settings.sign_algorithm is not None:
        raise OperatorError(
            what="SEALSTREAM_SIGNERS names several identities, and SEALSTREAM_SIGN_CERT and the like another one.",
            remedy="Put that one into the file as well, and unset its settings.",
        )
    return read_signer_plan(settings.signers)


def signers_of(
    settings: CredentialSettings,
    signatures: Signatures = lambda *_: None,
    clock: Callable[[], float] = time.monotonic,
) -> Signers:
    """The configured identities, none of them opened; a development chain, made on first use, where there are none.

    Args:
        settings: which.
        signatures: hears of each signature.
        clock: seconds that only go forward.

    Raises:
        OperatorError: the settings cannot be used.
    """
    plan = signer_plan_of(settings)
    if plan is not None:
        file = settings.signers or Path()
        loads = {
            name: loading_of(name, identity, file, seconds=settings.sign_seconds)
            for name, identity in plan.identities.items()
        }
        return Signers(loads, plan.default, signatures=signatures, clock=clock)
    if (settings.sign_cert is None) != (settings.sign_key is None):
        raise OperatorError(
            what="Only one of certificate chain and private key is configured.",
            remedy="Set both SEALSTREAM_SIGN_CERT and SEALSTREAM_SIGN_KEY, or neither for a development chain.",
        )
    if settings.sign_cert is None or settings.sign_key is None:
        return Signers({DEFAULT: partial(_development, settings)}, is_development=True, signatures=signatures)
    certificates, key = settings.sign_cert.expanduser(), settings.sign_key
    open_it = partial(open_signer, certificates, key, algorithm=settings.sign_algorithm, seconds=settings.sign_seconds)
    return Signers({DEFAULT: partial(Rotation, open_it, (certificates, *files_of(key)))}, signatures=signatures)


def signers_for(settings: CredentialSettings, identity: str | None) -> Signers:
    """The configured identities with one of them opened, for a command that signs once.

    Whom to trust is asked for after this: a development chain may be made here.

    Raises:
        OperatorError: it cannot be used, or there is none of that name.
        WorldError: what keeps its key does not answer.
    """
    signers = signers_of(settings)
    signers.get(identity).open()
    return signers


def certificates_that_sign(settings: CredentialSettings) -> Mapping[str, SigningIdentity | OperatorError]:
    """Under which certificate each identity signs, by its name, or why that cannot be used; no key is asked for.

    Raises:
        OperatorError: the settings cannot be used.
    """
    plan, file = signer_plan_of(settings), settings.signers or Path()
    if plan is None:
        if settings.sign_cert is None:
            return {DEFAULT: development_chain(settings.state_dir).material.identity()}
        return {DEFAULT: certified(settings.sign_cert.expanduser(), settings.sign_algorithm)}
    found: dict[str, SigningIdentity | OperatorError] = {}
    for name, identity in plan.identities.items():
        try:
            found[name] = certified_as_named(name, identity, file)
        except OperatorError as error:
            found[name] = error
    return found


def identity_rules(settings: CredentialSettings) -> IdentityFor:
    """Which identity signs an event, by the rules of the file.

    Raises:
        OperatorError: the file cannot be used.
    """
    plan = signer_plan_of(settings)
    if plan is None:
        return default_identity

    def identity_for(event: GenerationEvent) -> str:
        return plan.identity_of(event.reference.source, service_members(event.service))

    return identity_for


def service_members(service: Service) -> dict[str, str | None]:
    """What rules may ask of an event's service."""
    return msgspec.structs.asdict(service)


def _development(settings: CredentialSettings) -> Rotation:
    chain = development_chain(settings.state_dir)
    return Rotation(lambda: claim_signer(development_chain(settings.state_dir).material), chain.files)
