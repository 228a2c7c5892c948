"""The settings of Faust that the delivery loop was tested with."""

from typing import Any

from agents.delivery.settings import DeliverySettings

__all__ = ["faust_options"]

_FOR_EVER = 7 * 24 * 3600.0
"""aiokafka leaves the group for good when it was not polled for so many seconds; a long outage must not do that."""


def faust_options(broker: str, settings: DeliverySettings, *, embedded: bool = False) -> dict[str, Any]:
    """Return the keyword arguments for `faust.App`, besides its id.

    Args:
        broker: `host:port` of one or more brokers, separated by commas.
        settings: of the delivery loop.
        embedded: the broker is the embedded one of the demo, with which every join takes the whole rebalance timeout;
            set `drain_seconds` to 1 with it.
    """
    if embedded:
        group = {"broker_rebalance_timeout": 3.0, "broker_session_timeout": 6.0, "broker_heartbeat_interval": 0.6}
    else:
        group = {
            # A member drains and commits before it joins the new generation, and is thrown out when that takes longer.
            "broker_rebalance_timeout": max(60.0, settings.drain_seconds + 20.0),
            "broker_session_timeout": 30.0,
            "broker_heartbeat_interval": 3.0,
        }
    return {
        "broker": [f"kafka://{address.strip()}" for address in broker.split(",")],
        "processing_guarantee": "at_least_once",
        "consumer_auto_offset_reset": "earliest",
        # Faust's own wait for unacknowledged messages would never end: the delivery loop drains instead.
        "stream_wait_empty": False,
        "stream_buffer_maxsize": settings.buffer_records,
        "broker_max_poll_records": settings.fetch_records,
        "broker_commit_interval": settings.commit_seconds,
        "broker_max_poll_interval": _FOR_EVER,
        # Topics belong to whoever runs the cluster, with retention and replicas of their choice.
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        # No tables, so no standby copies of them; without these Faust uses the plain round-robin assignor.
        "table_standby_replicas": 0,
        "store": "memory://",
        "web_enabled": False,
        # A record is published when all in-sync replicas have it. Idempotence stays off: with it aiokafka can wedge
        # in OutOfOrderSequence after an outage, and our output is idempotent by its keys.
        "producer_acks": -1,
        "producer_linger": 0.005,
        "producer_max_batch_size": 64 * 1024,
        "producer_compression_type": "lz4",
        **group,
    }
