"""What each validation code means to somebody who has to act: a kind of alert and how severe it is.

`status_codes.json` beside this module holds all 145 codes of C2PA 2.4 and CAWG 1.1/1.3.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from pipeline.credentials.model import Credential
from pipeline.credentials.verdicts import OWN_KINDS, VerdictSeverity

__all__ = ["AlertKind", "StatusCode", "alert_kinds", "kinds_of_trouble", "look_up", "status_codes"]

_SEVERITIES: Final[tuple[VerdictSeverity, ...]] = get_args(VerdictSeverity)

BROKEN_INGREDIENT: Final = frozenset({"content-tampered", "manifest-tampered", "ingredient-tampered"})
"""Kinds that mean, when an ingredient has them, that the chain is broken there; the asset at hand is not."""

INGREDIENT_KINDS: Final = frozenset({"ingredient-tampered", "ingredient-unlabeled"})
"""What ingredients are worth an alert for. Whom their signers are trusted by, long ago, is told by the codes."""


class StatusCode(msgspec.Struct, frozen=True, kw_only=True):
    """One validation code; a success has neither kind nor severity."""

    outcome: Literal["success", "informational", "failure"] = msgspec.field(name="class")
    kind: str | None
    severity: VerdictSeverity | None


class AlertKind(NamedTuple):
    """One kind of trouble in a credential, with the code that shows it best."""

    kind: str
    severity: VerdictSeverity
    code: str


UNKNOWN: Final = StatusCode(outcome="failure", kind="manifest-malformed", severity="medium")
"""A code that no specification we know has: the manifest says something that cannot be judged."""

_TABLE: Final = msgspec.json.decode(
    files(__package__).joinpath("status_codes.json").read_bytes(), type=dict[str, StatusCode]
)


def status_codes() -> Mapping[str, StatusCode]:
    """All codes that are known."""
    return _TABLE


def kinds_of_trouble() -> frozenset[str]:
    """Every kind of alert that a code can lead to."""
    return frozenset(code.kind for code in _TABLE.values() if code.kind is not None)


def look_up(code: str) -> StatusCode:
    """The meaning of a validation code; `UNKNOWN` for codes that are not in the table."""
    return _TABLE.get(code, UNKNOWN)


def alert_kinds(credential: Credential) -> tuple[AlertKind, ...]:
    """What is wrong with a credential: one entry for each kind, the most severe first.

    An absent credential has nothing wrong with it; that it is missing is for policy to judge. What was met in looking
    for it may be told all the same.
    """
    worst: dict[str, AlertKind] = {}
    for seen in (*_of_active(credential), *_of_ingredients(credential)):
        known = worst.get(seen.kind)
        if known is None or _rank(seen) > _rank(known):
            worst[seen.kind] = seen
    return tuple(sorted(worst.values(), key=_rank, reverse=True))


def _of_active(credential: Credential) -> list[AlertKind]:
    telling = [code for code in credential.active_codes if code not in credential.dismissed_codes]
    return [kind for code in telling if (kind := _meant(code, credential)) is not None]


def _meant(code: str, credential: Credential) -> AlertKind | None:
    own = credential.meanings.get(code)
    return _kind(code) if own is None else AlertKind(own, OWN_KINDS[own], code)


def _of_ingredients(credential: Credential) -> list[AlertKind]:
    found = []
    for code in credential.ingredient_codes:
        kind = _kind(code)
        if kind is not None and (kind.kind in BROKEN_INGREDIENT or _leaves_a_gap(code)):
            kind = AlertKind("ingredient-tampered", "high", code)
        if kind is not None and kind.kind in INGREDIENT_KINDS:
            found.append(kind)
    return found


def _leaves_a_gap(code: str) -> bool:
    """Whether a binding fails because there is more, or less, than it covers."""
    meaning = look_up(code)
    return meaning.kind == "partial-coverage" and meaning.outcome == "failure"


def _kind(code: str) -> AlertKind | None:
    meaning = look_up(code)
    if meaning.kind is None or meaning.severity is None:
        return None
    return AlertKind(meaning.kind, meaning.severity, code)


def _rank(seen: AlertKind) -> int:
    return _SEVERITIES.index(seen.severity)
