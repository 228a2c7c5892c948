"""The operator's file of signing identities: which there are, and which one signs what. Faults are told at start."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.opening import is_path
from pipeline.errors import OperatorError
from pipeline.toml_files import UnusableTomlError, read_toml

__all__ = ["IdentityPlan", "ServiceMembers", "SignerPlan", "SignerRule", "read_signer_plan"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class IdentityPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under which certificate something is signed, and where the key is.

    Attributes:
        certificates: PEM file, leaf first; a path that is not absolute is one beside the file of identities.
        key: a path, likewise, or a URI of what keeps it.
        algorithm: COSE algorithm in lower case; None takes the one that goes with the key.
        seconds: longest time for one signature of a key that is not in a file; None for the setting's.
    """

    certificates: Path
    key: str
    algorithm: Algorithm | None = None
    seconds: float | None = None


class ServiceMembers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Members of an event's `service`, by which tenants are told apart; None for any."""

    id: str | None = None
    provider_name: str | None = None
    provider_code: str | None = None
    system_name: str | None = None

    def given(self) -> dict[str, str]:
        """Those that are not None."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


class SignerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed by an identity: events to which all of this applies.

    Attributes:
        identity: by its name.
        source: the `source` of the event.
        source_prefix: what that begins with.
        service: what the event says of the service it comes from.
    """

    identity: str
    source: str | None = None
    source_prefix: str | None = None
    service: ServiceMembers = ServiceMembers()

    def takes(self, source: str, service: Mapping[str, str | None]) -> bool:
        """Whether an event is signed by it."""
        return (
            self.source in (None, source)
            and source.startswith(self.source_prefix or "")
            and all(service.get(name) == value for name, value in self.service.given().items())
        )

    def covers(self, other: "SignerRule") -> bool:
        """Whether it takes every event that the other one takes."""
        begins = other.source if other.source is not None else other.source_prefix or ""
        return (
            self.source in (None, other.source)
            and begins.startswith(self.source_prefix or "")
            and self.service.given().items() <= other.service.given().items()
        )

    def __str__(self) -> str:
        """What it asks for, for people."""
        asked = {"source": self.source, "source_prefix": self.source_prefix}
        asked |= {f"service.{name}": value for name, value in self.service.given().items()}
        return " and ".join(f"{name} = {value}" for name, value in asked.items() if value is not None)


class SignerPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        identities: by name.
        default: which of them signs what no rule takes.
        rules: the first that takes an event counts.
    """

    identities: Mapping[str, IdentityPlan]
    default: str
    rules: tuple[SignerRule, ...] = ()

    def rule_of(self, source: str, service: Mapping[str, str | None]) -> int | None:
        """The number of the rule that counts for an event, from 1; None where none takes it."""
        return next((number for number, rule in enumerate(self.rules, 1) if rule.takes(source, service)), None)

    def identity_of(self, source: str, service: Mapping[str, str | None]) -> str:
        """Which identity signs an event."""
        number = self.rule_of(source, service)
        return self.default if number is None else self.rules[number - 1].identity


def read_signer_plan(path: Path) -> SignerPlan:
    """Read and check the file.

    Raises:
        OperatorError: it cannot be used; the message says which part of it, and why.
    """
    path = path.expanduser()
    try:
        plan = read_toml(path, SignerPlan)
    except UnusableTomlError as error:
        raise _unusable(path, error.why) from error
    faults = [*_faults_of_identities(plan), *_faults_of_rules(plan)]
    if faults:
        raise _unusable(path, "; ".join(faults))
    placed = {name: _placed(identity, path.parent) for name, identity in plan.identities.items()}
    return msgspec.structs.replace(plan, identities=placed)


def _unusable(path: Path, why: str) -> OperatorError:
    return OperatorError(
        what=f"{path} (SEALSTREAM_SIGNERS) cannot be used: {why}.",
        remedy="docs/operations.md, `Several identities`, says what it may hold.",
    )


def _placed(identity: IdentityPlan, folder: Path) -> IdentityPlan:
    key = identity.key if not is_path(identity.key) else str(folder / Path(identity.key).expanduser())
    return msgspec.structs.replace(identity, certificates=folder / identity.certificates.expanduser(), key=key)


def _faults_of_identities(plan: SignerPlan) -> list[str]:
    used = {plan.default, *(rule.identity for rule in plan.rules)}
    faults = [
        f"identities.{name} is no name: small letters, digits and hyphens"
        for name in plan.identities
        if not _NAME.fullmatch(name)
    ]
    faults += [
        f"identities.{name}.seconds is none from 0 to 600"
        for name, identity in plan.identities.items()
        if identity.seconds is not None and not 0 < identity.seconds <= 600  # noqa: PLR2004 - ten minutes
    ]
    if plan.default not in plan.identities:
        faults.append(f"default names {plan.default}, and there is no identity of that name")
    faults += [
        f"identities.{name} signs nothing: it is not the default, and no rule names it"
        for name in plan.identities
        if name not in used
    ]
    return faults


def _faults_of_rules(plan: SignerPlan) -> list[str]:
    faults = []
    for number, rule in enumerate(plan.rules, 1):
        at = f"rule {number}"
        if rule.identity not in plan.identities:
            faults.append(f"{at} names {rule.identity}, and there is no identity of that name")
        if not str(rule):
            faults.append(f"{at} asks for nothing, so it takes every event; that is what default is for")
            continue
        if rule.source is not None and rule.source_prefix is not None:
            faults.append(f"{at} has both source and source_prefix; write one of them")
        if "" in (rule.source, rule.source_prefix, *rule.service.given().values()):
            faults.append(f"{at} asks for something empty")
        before = next((first for first, other in enumerate(plan.rules[: number - 1], 1) if other.covers(rule)), None)
        if before is not None and str(plan.rules[before - 1]):
            faults.append(f"{at} takes nothing: rule {before} takes all of it before; put {at} before it, or drop it")
    return faults
