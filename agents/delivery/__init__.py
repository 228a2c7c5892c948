"""The room that makes Faust lose nothing: at-least-once delivery with unordered work and ordered acknowledgement.

`ledger`, `backoff`, `trouble` and `watchdog` decide and know neither a clock nor an event loop; `loop` runs the work;
`transport`, `app` and `membership` are the only ones that know Faust; it is loaded where they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from agents.delivery.exits import WorkerExit, leave_for_operator
from agents.delivery.faust_options import faust_options
from agents.delivery.loop import DeadLetterSender, DeliveryLoop, Process
from agents.delivery.observer import DeliveryObserver
from agents.delivery.record import InputRecord, TopicPartition
from agents.delivery.settings import DeliverySettings
from agents.delivery.watchdog import WatchdogSettings

if TYPE_CHECKING:
    from agents.delivery.app import SealstreamApp, consume
    from agents.delivery.membership import ConsumerStanding, is_joined, is_member, standing, standing_of

__all__ = [
    "ConsumerStanding",
    "DeadLetterSender",
    "DeliveryLoop",
    "DeliveryObserver",
    "DeliverySettings",
    "InputRecord",
    "Process",
    "SealstreamApp",
    "TopicPartition",
    "WatchdogSettings",
    "WorkerExit",
    "consume",
    "faust_options",
    "is_joined",
    "is_member",
    "leave_for_operator",
    "standing",
    "standing_of",
]

_PLACES: Final = {
    "SealstreamApp": "app",
    "consume": "app",
    "ConsumerStanding": "membership",
    "is_joined": "membership",
    "is_member": "membership",
    "standing": "membership",
    "standing_of": "membership",
}
"""Where each name that knows Faust is: who only follows topics, as the console does, goes without its 25 MB."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
