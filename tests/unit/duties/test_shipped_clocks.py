"""The clocks that ship: each is warned of at its shares, missed after its time, and met before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pipeline.duties.timers import KnownClock, Timers
from pipeline.events.instants import instant, written
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import RunningClock
from pipeline.policy.pack import ALL_ROLES, REGISTERED, ClockRule, Pack
from pipeline.policy.pack_files import load_packs
from pipeline.policy.running_clocks import ClockLaws, Matter

CLOCKS = [
    pytest.param(pack, clock, id=clock.id)
    for pack in load_packs()
    for clock in pack.clocks
    if clock.on not in REGISTERED
]

FACTS: dict[str, dict[str, Any]] = {
    "cn.deep-synthesis.art10.report-clock": {"incident.kind": "illegal"},
    "cn.deep-synthesis.art11.refute-clock": {"incident.kind": "rumour"},
    "in.it-rules.order-clock": {"takedown.kind": "order"},
    "in.it-rules.intimate-clock": {"takedown.kind": "ncii"},
    "in.it-rules.urgent-grievance-clock": {"complaint.urgent": True},
    "us-ca.22757-3c.licence-clock": {"licence.licensee_broke_latent": True},
}
"""What makes a clock run beside its dates."""


def running(pack: Pack, clock: ClockRule, dates: dict[str, datetime], now: datetime) -> RunningClock:
    """The clock on a case where it is law and these dates are known."""
    matter = Matter(
        uid="ab" * 32,
        kind=clock.on,
        id="1",
        version=1,
        jurisdictions=(pack.jurisdiction,),
        facts=FACTS.get(clock.id.removesuffix("-2021"), {}),
        dates={name: (written(at),) for name, at in dates.items()},
    )
    (found,) = (
        running_clock
        for running_clock in ClockLaws([pack], ALL_ROLES).running(matter, (), now)
        if running_clock.law.clock == clock.id
    )
    return found


def stages(clock: RunningClock, until: datetime) -> list[str]:
    """What it announces until then."""
    timers, said = Timers(), []
    timers.take(msgspec.json.decode(to_json(clock), type=KnownClock))
    while due := timers.due(until, 10):
        for due_stage in due:
            timers.settled(due_stage)
            said.append(due_stage.stage)
    return said


@pytest.mark.parametrize(("pack", "clock"), CLOCKS)
def test_a_clock_is_warned_of_missed_after_its_time_and_met_before(pack: Pack, clock: ClockRule) -> None:
    start = datetime.combine(clock.valid_from, datetime.min.time(), UTC) + timedelta(days=3, hours=7)
    dates = {clock.starts: start, **({} if clock.published is None else {clock.published: start + timedelta(days=9)})}
    open_ = running(pack, clock, dates, start)
    due = instant(open_.due_at or "")
    missed = instant(open_.missed_at or "")
    assert due is not None
    assert missed is not None
    before = missed - timedelta(seconds=1)
    warned = ["warned"] * len(clock.warn)
    assert stages(open_, before) == (warned if missed == due else [*warned, "due"])
    assert stages(open_, missed) == [*warned, "due", "missed"]
    done = running(pack, clock, {**dates, **dict.fromkeys(clock.ends, before)}, start)
    assert (done.state, stages(done, missed + timedelta(days=999))) == ("met", [])


@pytest.mark.parametrize(("pack", "clock"), CLOCKS)
def test_a_clock_that_ends_by_several_things_is_met_when_all_are_done(pack: Pack, clock: ClockRule) -> None:
    start = datetime.combine(clock.valid_from, datetime.min.time(), UTC) + timedelta(days=3)
    done = dict.fromkeys(clock.ends, start)
    states = [
        running(pack, clock, {clock.starts: start, **{name: done[name] for name in clock.ends[:count]}}, start).state
        for count in range(len(clock.ends) + 1)
    ]
    assert states[-1] == "met"
    assert "met" not in states[:-1]
