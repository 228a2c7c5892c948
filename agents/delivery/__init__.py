"""The room that makes Faust lose nothing: at-least-once delivery with unordered work and ordered acknowledgement.

`ledger`, `backoff`, `trouble` and `watchdog` decide and know neither a clock nor an event loop; `loop` runs the work;
`transport`, `app` and `membership` are the only ones that know Faust.
"""

from agents.delivery.app import SealstreamApp, consume
from agents.delivery.exits import WorkerExit, leave_for_operator
from agents.delivery.faust_options import faust_options
from agents.delivery.loop import DeadLetter, DeliveryLoop, Process
from agents.delivery.membership import Standing, is_joined, is_member, standing, standing_of
from agents.delivery.observer import DeliveryObserver
from agents.delivery.record import InputRecord, TopicPartition
from agents.delivery.settings import DeliverySettings
from agents.delivery.watchdog import WatchdogSettings

__all__ = [
    "DeadLetter",
    "DeliveryLoop",
    "DeliveryObserver",
    "DeliverySettings",
    "InputRecord",
    "Process",
    "SealstreamApp",
    "Standing",
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
