"""The configuration as a whole: every setting there is, what it is now and why, and variables that are none."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

import msgspec
from pydantic import SecretStr

from agents.delivery import DeliverySettings, WatchdogSettings
from agents.door_settings import DoorSettings
from agents.oidc_settings import OidcSettings
from agents.reference.settings import ReferenceSettings
from agents.settings import ConsoleSettings, KafkaSettings, WorkerSettings
from agents.similarity.settings import RecogniserSettings, RecognitionSettings
from pipeline.errors import OperatorError
from pipeline.settings import (
    ENV_PREFIX,
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    Settings,
    StoreSettings,
    TileLogSettings,
)

__all__ = ["ALL_SETTINGS", "EffectiveSetting", "UnknownVariable", "effective", "require_known", "unknown_variables"]

ALL_SETTINGS: Final[tuple[type[Settings], ...]] = (
    KafkaSettings,
    StoreSettings,
    TileLogSettings,
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    ReferenceSettings,
    RecognitionSettings,
    RecogniserSettings,
    WorkerSettings,
    DeliverySettings,
    WatchdogSettings,
    ConsoleSettings,
    OidcSettings,
    DoorSettings,
)

_NO_SETTINGS: Final = frozenset({f"{ENV_PREFIX}DEBUG"})
_LIKENESS: Final = 0.84

# Kubernetes tells every container of the services beside it, by variables that begin with a service's name.
_OF_KUBERNETES: Final = re.compile(r".*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)")


class EffectiveSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting as it is in force: its variable, its value as text (a secret's is hidden), and where that is from."""

    variable: str
    value: str
    origin: str


class UnknownVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that is named as settings are and is none, and the setting that was probably meant."""

    variable: str
    meant: str | None

    def __str__(self) -> str:
        meant = f"; did you mean {self.meant}?" if self.meant else ", and none comes near"
        return f"{self.variable} is no setting{meant}"


def effective() -> tuple[EffectiveSetting, ...]:
    """Every setting as it is in force now.

    Raises:
        OperatorError: a variable cannot be used.
    """
    return tuple(setting for settings in ALL_SETTINGS for setting in _effective(settings))


def unknown_variables(environment: Mapping[str, str]) -> tuple[UnknownVariable, ...]:
    """Variables of an environment that begin as settings do and are none."""
    known = {variable for settings in ALL_SETTINGS for variable, _ in _variables(settings)} | _NO_SETTINGS
    strange = [
        name
        for name in sorted(environment)
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known and not _OF_KUBERNETES.fullmatch(name)
    ]
    return tuple(UnknownVariable(variable=name, meant=_meant(name, known)) for name in strange)


def require_known(environment: Mapping[str, str]) -> tuple[UnknownVariable, ...]:
    """See that no variable is a slip of the pen for a setting; returns those that are like none.

    Raises:
        OperatorError: one is nearly a setting, which is then not in force: the law of a place, a retention, a key.
    """
    found = unknown_variables(environment)
    slips = [variable for variable in found if variable.meant]
    if slips:
        raise OperatorError(
            what=f"{'. '.join(map(str, slips))}",
            remedy="Correct or unset it; `sealstream config` shows what is in force.",
        )
    return found


def _meant(name: str, known: set[str]) -> str | None:
    near = get_close_matches(name.upper(), known, n=1, cutoff=_LIKENESS)
    return near[0] if near else None


def _variables(settings: type[Settings]) -> Iterator[tuple[str, str]]:
    prefix = settings.model_config.get("env_prefix", "")
    yield from ((f"{prefix}{field}".upper(), field) for field in settings.model_fields)


def _effective(settings: type[Settings]) -> Iterator[EffectiveSetting]:
    made = settings()
    for variable, field in _variables(settings):
        yield EffectiveSetting(
            variable=variable,
            value=_shown(getattr(made, field)),
            origin="environment" if field in made.model_fields_set else "default",
        )


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set, hidden)"
    if value is None:
        return ""
    if isinstance(value, tuple) and type(value).__str__ is tuple.__str__:  # others write themselves as they are read
        return ",".join("|".join(map(str, item)) if type(item) is tuple else str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
