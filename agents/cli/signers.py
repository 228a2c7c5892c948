"""Commands about who signs: which identities there are, and which of them signs an event. No key is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.text import Text

from agents.cli.console import AsJson, console, print_json, print_pairs
from agents.cli.exits import ExitCode
from agents.cli.local_file import read_file
from pipeline.errors import OperatorError
from pipeline.settings import AssetSettings, CredentialSettings

if TYPE_CHECKING:
    from pipeline.credentials import SigningIdentity
    from pipeline.credentials.signers.plan import SignerPlan

__all__ = ["app"]

app = typer.Typer(help="Who signs, and which identity an event is signed by.", no_args_is_help=True)

_BY_DEFAULT: Final = "no rule takes it, so the default identity"


class ShownIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """One identity as `list` answers; of one whose certificates cannot be used, `trouble` says why."""

    name: str
    default: bool
    certificate: str | None
    issuer: str | None
    serial: str | None
    algorithm: str | None
    not_after: str | None
    trouble: str | None = None


class ShownSignerRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: what it asks of an event, and which identity signs then."""

    number: int
    asks: str
    identity: str


class ExplainedSigner(msgspec.Struct, frozen=True, kw_only=True):
    """What `explain` answers: `rule` is null where the default identity signs."""

    source: str
    service: Mapping[str, str]
    rule: int | None
    asks: str | None
    identity: ShownIdentity


@app.command("list")
def list_identities(*, as_json: AsJson = False) -> None:
    """Show the identities that sign, each with its certificate, and the rules, in their order.

    Keys are not asked for: `sealstream doctor` has each sign once. Exit code 2 where a certificate cannot be used.
    """
    from agents.signing_identities import signer_plan_of

    settings = CredentialSettings()
    plan = signer_plan_of(settings)
    identities = _identities(settings, plan)
    rules = () if plan is None else plan.rules
    shown = tuple(
        ShownSignerRule(number=number, asks=str(rule), identity=rule.identity) for number, rule in enumerate(rules, 1)
    )
    if as_json:
        print_json({"identities": identities, "rules": shown})
    else:
        for identity in identities:
            _print(identity)
        for rule in shown:
            console.print(Text(f"rule {rule.number}: {rule.asks} is signed by {rule.identity}"), soft_wrap=True)
        if plan is not None:
            console.print(Text(f"everything else is signed by {plan.default}"), soft_wrap=True)
    if any(identity.trouble for identity in identities):
        raise typer.Exit(ExitCode.CONFIGURATION)


@app.command()
def explain(
    file: Annotated[
        Path,
        typer.Argument(metavar="EVENT.json", help="A CloudEvent, or the data of a generation event.", dir_okay=False),
    ],
    as_json: AsJson = False,
) -> None:
    """Explain which identity signs the manifest of a generation event, and by which rule.

    Data alone has no source, so that rules that ask for one do not take it. An event that was sealed before keeps the
    signature it has: rules are for what is sealed from now on.
    """
    from agents.cli.policy.events import enveloped
    from agents.signing_identities import service_members, signer_plan_of
    from pipeline.events.intake import intake_generation

    settings = CredentialSettings()
    document = read_file(file, max_bytes=AssetSettings().max_asset_bytes)
    value, headers = enveloped(document, file.name, "generation")
    event = intake_generation(value, headers)
    plan = signer_plan_of(settings)
    source = event.reference.source if value is document else ""
    service = service_members(event.service)
    number = None if plan is None else plan.rule_of(source, service)
    rule = None if plan is None or number is None else plan.rules[number - 1]
    name = rule.identity if rule is not None else None if plan is None else plan.default
    identity = next(candidate for candidate in _identities(settings, plan) if name in (None, candidate.name))
    answer = ExplainedSigner(
        source=source,
        service={member: value for member, value in service.items() if value is not None},
        rule=number,
        asks=None if rule is None else str(rule),
        identity=identity,
    )
    if as_json:
        print_json(answer)
        return
    by = _BY_DEFAULT if rule is None else f"rule {number}: {rule}"
    print_pairs(
        f"Signed by {identity.name}",
        {
            "because": by if plan is not None else "it is the only one",
            "source": source or "none: the file is data alone",
            **{f"service.{member}": value for member, value in answer.service.items()},
            **_pairs(identity),
        },
    )


def _identities(settings: CredentialSettings, plan: "SignerPlan | None") -> tuple[ShownIdentity, ...]:
    from agents.signing_identities import certificates_that_sign

    return tuple(
        _unusable(name, found, is_default=is_default)
        if isinstance(found, OperatorError)
        else _shown(name, found, is_default=is_default)
        for name, found in certificates_that_sign(settings).items()
        for is_default in (plan is None or name == plan.default,)
    )


def _unusable(name: str, error: OperatorError, *, is_default: bool) -> ShownIdentity:
    return ShownIdentity(
        name=name,
        default=is_default,
        certificate=None,
        issuer=None,
        serial=None,
        algorithm=None,
        not_after=None,
        trouble=str(error),
    )


def _shown(name: str, identity: "SigningIdentity", *, is_default: bool) -> ShownIdentity:
    from cryptography import x509

    leaf = x509.load_pem_x509_certificate(identity.certificate_chain)
    return ShownIdentity(
        name=name,
        default=is_default,
        certificate=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        serial=format(leaf.serial_number, "x"),
        algorithm=identity.algorithm,
        not_after=identity.not_after,
    )


def _print(identity: ShownIdentity) -> None:
    print_pairs(f"{identity.name}{' (default)' if identity.default else ''}", _pairs(identity))


def _pairs(identity: ShownIdentity) -> dict[str, str | None]:
    return {
        "certificate": identity.certificate,
        "issuer": identity.issuer,
        "serial": identity.serial,
        "algorithm": identity.algorithm,
        "until": identity.not_after,
        "trouble": identity.trouble,
    }
