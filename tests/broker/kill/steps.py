"""The order of a run: what is done to the workers and their servers, one thing after another, each amid new events."""

import random
from dataclasses import dataclass
from signal import Signals
from typing import Literal

from tests.broker.kill.plan import Plan

__all__ = ["Step", "steps_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done.

    Args:
        what: a worker or the recogniser is killed, the broker is started again, the store goes away, extra workers come
            and go.
        signal: what a worker is killed with: in a step of its own, or while the store is away.
        at: when it is done, as the fraction of the events sent right before it that have been dealt with.
        settle: wait until all workers are ready before the next step; otherwise it comes at once.
    """

    what: Literal["kill", "recogniser", "broker", "outage", "storm"]
    signal: Signals | None = None
    at: float = 0.0
    settle: bool = True


def steps_of(plan: Plan, *, own_broker: bool) -> tuple[Step, ...]:
    """The steps of a run in random order; a broker that is somebody else's is left alone.

    Half of the kills are SIGKILL, the other half SIGTERM. Each outage has one of them in it: a worker that is started
    again while the store is away.
    """
    rng = random.Random(plan.seed)
    kills = [Signals.SIGKILL] * ((plan.kills + 1) // 2) + [Signals.SIGTERM] * (plan.kills // 2)
    rng.shuffle(kills)
    outages = [Step(what="outage", signal=kills.pop() if kills else None) for _ in range(plan.outages)]
    steps = [
        *outages,
        *(Step(what="kill", signal=signal) for signal in kills),
        *(Step(what="recogniser") for _ in range(plan.recogniser_kills)),
        *(Step(what="broker") for _ in range(plan.broker_restarts if own_broker else 0)),
        *(Step(what="storm") for _ in range(plan.storms)),
    ]
    rng.shuffle(steps)
    return tuple(
        Step(what=step.what, signal=step.signal, at=rng.uniform(0.0, 0.6), settle=rng.random() < 0.7) for step in steps
    )
