"""Cases and their clocks in reports: how they stood at the end of the period, and tables of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from pipeline.events.instants import instant
from pipeline.events.outputs import RunningClock
from pipeline.reports.material import StoredCase
from pipeline.reports.model import ReportColumn, ReportSection, ReportTable
from pipeline.reports.speech import NOTHING, Speech, short

__all__ = [
    "STATES",
    "case_name",
    "case_places",
    "clock_section",
    "clock_standing",
    "fact_at",
    "fact_of",
    "in_period",
    "median_time",
]

STATES: Final = ("open", "due", "missed", "met", "met-late", "stopped", "undated", "withdrawn")
"""How a clock may stand, in the order of tables."""

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def clock_standing(clock: RunningClock, until: datetime) -> str:
    """How a clock stood at an instant: its state, or that it was due or missed by then and not met."""
    if clock.state != "open":
        return clock.state
    for said, at in (("missed", clock.missed_at), ("due", clock.due_at)):
        if at is not None and (when := instant(at)) is not None and when <= until:
            return said
    return "open"


def fact_of(stored: StoredCase, name: str) -> str | None:
    """A fact of a case by the last part of its name, in words; None where it is not known."""
    value = stored.case.facts.get(f"{stored.case.kind}.{name}")
    return None if value is None or isinstance(value, tuple) else str(value)


def fact_at(stored: StoredCase, *names: str) -> datetime | None:
    """The first of these instants of a case that is known."""
    return next((at for name in names if (said := fact_of(stored, name)) and (at := instant(said)) is not None), None)


def in_period(at: datetime | None, speech: Speech) -> bool:
    """Whether an instant is known and lies in the period."""
    return at is not None and speech.period.has(at)


def case_name(stored: StoredCase, speech: Speech) -> str:
    """What a case is called: its kind, and the operator's number or the beginning of its identity."""
    return f"{speech.word(stored.case.kind)} {stored.case.id or short(stored.case.case_uid)}"


def case_places(stored: StoredCase, speech: Speech) -> str:
    """The places that a case names."""
    return "\n".join(map(speech.place, stored.case.jurisdictions)) or NOTHING


def median_time(spans: Iterable[timedelta], speech: Speech) -> str:
    """The median of spans, in hours up to two days and in days behind that."""
    known = list(spans)
    if not known:
        return NOTHING
    middle = timedelta(seconds=median(span.total_seconds() for span in known))
    if middle < 2 * _DAY:
        return speech.say(f"{middle / _HOUR:.1f} h", f"{middle / _HOUR:.1f} 小时")
    return speech.say(f"{middle / _DAY:.1f} d", f"{middle / _DAY:.1f} 天")


def clock_section(
    cases: Sequence[StoredCase], speech: Speech, *, summed: bool = False, heading: str | None = None
) -> Iterable[ReportSection]:
    """The clocks of cases: each with its law and its times; `summed` puts a count of them by law before that.

    Args:
        cases: whose clocks they are.
        speech: in which language, and about which period.
        summed: whether they are counted first.
        heading: what the list is called, if not clocks.
    """
    say = speech.say
    clocks = [(stored, clock) for stored in cases for clock in stored.case.clocks]
    if summed:
        yield speech.section(say("Clocks by law", "按法律统计时限"), table=_by_law(clocks, speech), empty=_none(speech))
    rows = [
        (
            f"{_article(clock, speech)}\n{speech.length(clock.law.length)}",
            case_name(stored, speech),
            speech.time(clock.starts_at),
            speech.time(clock.due_at) if clock.due_at else (clock.why or NOTHING),
            speech.time(clock.met_at),
            speech.word(clock_standing(clock, speech.period.until)),
        )
        for stored, clock in sorted(clocks, key=lambda pair: (pair[1].due_at or "~", pair[1].clock_id))
    ]
    yield speech.section(
        heading or say("Clocks", "法定时限"),
        say(
            "How long the law gave, and when it was done. Missed is what was not done when the time was up.",
            "法律规定的期限，以及完成时间。到期未完成的为逾期。",
        ),
        table=speech.table(
            (
                ReportColumn(name=say("Article, time given", "条款与期限"), width=6),
                ReportColumn(name=say("Case", "案件"), width=4),
                ReportColumn(name=say("Began", "起算"), width=3),
                ReportColumn(name=say("Due", "到期"), width=3),
                ReportColumn(name=say("Done", "完成"), width=3),
                ReportColumn(name=say("State", "状态"), width=2),
            ),
            rows,
        ),
        empty=_none(speech),
    )


def _by_law(clocks: Iterable[tuple[StoredCase, RunningClock]], speech: Speech) -> ReportTable | None:
    counts = Counter((_article(clock, speech), clock_standing(clock, speech.period.until)) for _, clock in clocks)
    states = [state for state in STATES if any(said == state for _, said in counts)]
    return speech.table(
        (
            ReportColumn(name=speech.say("Article", "条款"), width=6),
            *(ReportColumn(name=speech.word(state), kind="number", width=2) for state in states),
        ),
        (
            (article, *(counts[article, state] for state in states))
            for article in sorted({article for article, _ in counts})
        ),
    )


def _article(clock: RunningClock, speech: Speech) -> str:
    return speech.clock_article(clock.law)


def _none(speech: Speech) -> str:
    return speech.say("No clock ran.", "没有运行中的时限。")
