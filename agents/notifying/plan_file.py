"""The operator's file: to whom, what, and when. Everything that can be wrong with it is said before anything starts."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from agents.notifying.items import NotifiedItem, Source
from agents.notifying.quiet import QuietHours
from agents.notifying.signing import secret_of
from pipeline.errors import OperatorError
from pipeline.events.outputs import SEVERITIES, Severity
from pipeline.toml_files import UnusableTomlError, read_toml

__all__ = ["NotificationPlan", "NotifyRoute", "NotifyTarget", "read_plan"]

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class NotifyTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something is told: a webhook, or a service that apprise knows.

    Attributes:
        webhook: its address; https, or on this machine.
        secret_file: the file with the secret that it is signed by.
        apprise_file: the file with the address as apprise writes it, which has secrets in it.
    """

    webhook: str | None = None
    secret_file: Path | None = None
    apprise_file: Path | None = None


class NotifyRoute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told to whom. What is not narrowed down is everything.

    Attributes:
        to: targets by name.
        about: where it comes from.
        kinds: what it is.
        severity: how grave it is at least.
        jurisdictions: where it is law.
        quiet: when it waits.
    """

    to: tuple[str, ...]
    about: tuple[Source, ...] = ("alerts", "clocks")
    kinds: tuple[str, ...] = ()
    severity: Severity = "low"
    jurisdictions: tuple[str, ...] = ()
    quiet: QuietHours | None = None

    def takes(self, item: NotifiedItem) -> bool:
        """Whether something is told by this route."""
        return (
            item.about in self.about
            and (not self.kinds or item.kind in self.kinds)
            and SEVERITIES.index(item.severity) >= SEVERITIES.index(self.severity)
            and (not self.jurisdictions or item.jurisdiction in self.jurisdictions)
        )


class NotificationPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        targets: by name.
        routes: each that takes something tells it.
        console: the address of the console, for links.
        group_seconds: so long is waited for more about the same event.
        patience_hours: so long it is tried before it goes to `undelivered`.
        undelivered: the file that keeps what could not be delivered, a line of JSON each.
    """

    targets: Mapping[str, NotifyTarget]
    routes: tuple[NotifyRoute, ...]
    undelivered: Path
    console: str | None = None
    group_seconds: float = 10.0
    patience_hours: float = 6.0


def read_plan(path: Path, *, places: Collection[str], kinds: Collection[str]) -> NotificationPlan:
    """Read and check the file.

    Args:
        path: where it is.
        places: the jurisdictions that the packs in use have.
        kinds: what they can find.

    Raises:
        OperatorError: it cannot be used; the message says which part of it, and what to write.
    """
    try:
        plan = read_toml(path, NotificationPlan)
    except UnusableTomlError as error:
        raise _unusable(path, error.why) from error
    faults = [*_faults_of_targets(plan), *_faults_of_routes(plan, places, kinds)]
    if not 0 <= plan.group_seconds <= 3600:  # noqa: PLR2004 - an hour
        faults.append("group_seconds is none from 0 to 3600")
    if not 0 < plan.patience_hours <= 24 * 14:
        faults.append("patience_hours is none up to 336, two weeks")
    if faults:
        raise _unusable(path, "; ".join(faults))
    return plan


def _unusable(path: Path, why: str) -> OperatorError:
    return OperatorError(
        what=f"{path} cannot be used: {why}.",
        remedy="See docs/notifications.md for what it may say; `sealstream notify check` looks at it again.",
    )


def _faults_of_targets(plan: NotificationPlan) -> list[str]:
    faults = []
    for name, target in plan.targets.items():
        if (target.webhook is None) == (target.apprise_file is None):
            faults.append(f"targets.{name} needs either a webhook or an apprise_file")
        elif target.webhook is not None:
            faults += _faults_of_webhook(f"targets.{name}", target.webhook, target.secret_file)
        elif target.secret_file is not None:
            faults.append(f"targets.{name}.secret_file is for webhooks; apprise has its secrets in its address")
        if not any(name in route.to for route in plan.routes):
            faults.append(f"targets.{name} is told nothing: no route leads there")
    return faults


def _faults_of_webhook(name: str, webhook: str, secret_file: Path | None) -> list[str]:
    faults = []
    parts = urlsplit(webhook)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        faults.append(f"{name}.webhook is no address; write https://HOST/PATH")
    elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        faults.append(f"{name}.webhook is http beyond this machine; use https")
    if parts.username or parts.password:
        faults.append(f"{name}.webhook has a password in it; receivers know us by the signature")
    if secret_file is None:
        faults.append(f"{name} has no secret_file; make one with: openssl rand -base64 32 | sed 's/^/whsec_/'")
    else:
        try:
            secret_of(secret_file)
        except ValueError as error:
            faults.append(f"{name}.secret_file {error}")
    return faults


def _faults_of_routes(plan: NotificationPlan, places: Collection[str], kinds: Collection[str]) -> list[str]:
    faults = [] if plan.routes else ["it has no [[routes]], so nobody is told anything"]
    for number, route in enumerate(plan.routes, start=1):
        at = f"route {number}"
        if not route.to:
            faults.append(f"{at} leads to nobody")
        faults += [f"{at}: {_strange(name, plan.targets, 'target')}" for name in route.to if name not in plan.targets]
        strange = [name for name in route.jurisdictions if name not in places]
        faults += [f"{at}: {_strange(name, places, 'jurisdiction of a pack in use')}" for name in strange]
        # Packs may be exchanged later, and names of errors are open; a slip of the pen would be told to nobody.
        faults += [
            f"{at}: {_strange(kind, kinds, 'kind')}"
            for kind in route.kinds
            if kind not in kinds and get_close_matches(kind, kinds, n=1, cutoff=0.8)
        ]
    return faults


def _strange(name: str, known: Collection[str], what: str) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"{name} is no {what}" + (f"; did you mean {near[0]}?" if near else "")
