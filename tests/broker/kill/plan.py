"""What a run does: how much is sent, what is killed how often, and what is taken away for how long."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parameters of one run; the defaults fit into four minutes on two cores.

    Args:
        events: how many different inputs are sent; what people do about them, and what is said later, come on top.
        kills: how many times a worker is killed, with SIGKILL and SIGTERM in turn, in random order.
        seed: of every random choice.
        minutes: over how long the input is spread; outage and broker restarts come on top.
        clock_seconds: over how long clocks come due, from about the first event on.
        workers: how many run side by side, each started again whenever it ends.
        partitions: of each topic.
        recogniser_kills: how many times the recogniser, which all workers ask, is killed; it is started again at once.
        broker_restarts: how many times the broker is stopped and started again on the same port.
        broker_down_seconds: how long it stays away.
        outages: how many times the object store goes away.
        outage_seconds: how long it stays away.
        outage_kind: `pause` freezes it, so that connections open and nothing answers; `stop` ends it.
        storms: how many times extra workers join and leave the group one after another.
        storm_members: how many join in one storm.
        static_members: workers keep their place in the group when they are started again (`group.instance.id`).
        patience_seconds: how long nothing may move, with everything up, before the run is given up as wedged.
    """

    events: int = 3000
    kills: int = 10
    seed: int = 1
    minutes: float = 1.5
    clock_seconds: float = 180.0
    workers: int = 2
    partitions: int = 4
    recogniser_kills: int = 2
    broker_restarts: int = 1
    broker_down_seconds: float = 5.0
    outages: int = 1
    outage_seconds: float = 60.0
    outage_kind: Literal["pause", "stop"] = "pause"
    storms: int = 1
    storm_members: int = 3
    static_members: bool = False
    patience_seconds: float = 90.0
