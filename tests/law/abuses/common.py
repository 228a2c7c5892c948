"""What a breach is, how one is sent, and the lawful facts that breaches change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.events.outputs import DecisionOutcome
from tests.law import compliant as lawful
from tests.law.compliant import merged, worker
from tests.law.files import File
from tests.law.worker import Answer, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Abuse:
    """A breach.

    Attributes:
        name: what is wrong.
        rules: the rules that find it, and no others do.
        decision: what is decided.
        run: send it, and get what was decided.
    """

    name: str
    rules: frozenset[str]
    decision: DecisionOutcome
    run: Callable[[], Answer]


PROVISIONS: Final = "cn.deep-synthesis."
MEASURES: Final = "cn.label-measures."
STANDARD: Final = "cn.gb45438."


def abuse(name: str, decision: DecisionOutcome, run: Callable[[], Answer], *rules: str) -> Abuse:
    return Abuse(name=name, rules=frozenset(rules), decision=decision, run=run)


def making(asset: File, *facts: Facts, time: str = lawful.NOW) -> Callable[[], Answer]:
    return lambda: worker().generation(asset, merged(*facts), time=time)


def sending(asset: Callable[[], File], *facts: Facts, time: str = lawful.NOW) -> Callable[[], Answer]:
    return lambda: worker().publication(asset(), merged(*facts), time=time)


def doing(*facts: Facts) -> Callable[[], Answer]:
    return lambda: worker().activity(merged(*facts), time=lawful.NOW)


def sealed_in(law: str, kind: str, *, face: bool = False) -> Callable[[], File]:
    return lambda: lawful.sealed(law, kind, face=face)


CHINA: Final[Facts] = merged(
    lawful.CN, lawful.STUDIO, lawful.REVIEWED, {"content": {"operation": "generated", "ds_category": 5}}
)
MARKED: Final[Facts] = merged(CHINA, lawful.ORDERED)
OUT: Final[Facts] = merged(lawful.CN, lawful.USER, lawful.DECLARED)
TEXT: Final[Facts] = merged(MARKED, {"content": {"ds_category": 1}})


def claimed(**explicit: object) -> Facts:
    """A picture whose mark the service says that it drew itself."""
    return merged(CHINA, lawful.DRAWN, {"explicit": explicit})
