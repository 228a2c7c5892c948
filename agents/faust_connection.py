"""How Faust reaches the brokers and stands in its group: the settings of our own clients, in its words."""

from collections.abc import Mapping
from typing import Any, Final

import faust
from faust.auth import Credentials, OAuthCredentials

from agents.kafka_connection import connection
from agents.settings import KafkaSettings

__all__ = ["faust_connection"]

_HEARTBEATS_A_SESSION: Final = 10
_MILLISECONDS: Final = 1000


def faust_connection(settings: KafkaSettings) -> dict[str, Any]:
    """Return settings of Faust, to be laid over those of `agents.delivery.faust_options`.

    Raises:
        OperatorError: the settings cannot be used; the message names which.
    """
    options: dict[str, Any] = {
        "broker_credentials": _credentials(connection(settings)),
        "consumer_group_instance_id": settings.static_member,
        "consumer_metadata_max_age_ms": round(settings.metadata_seconds * _MILLISECONDS),
    }
    if settings.session_seconds is not None:
        options["broker_session_timeout"] = settings.session_seconds
        options["broker_heartbeat_interval"] = settings.session_seconds / _HEARTBEATS_A_SESSION
    return options


def _credentials(ours: Mapping[str, Any]) -> Credentials | None:
    """What aiokafka's arguments are to Faust, which makes them back into the same arguments."""
    context = ours.get("ssl_context")
    if "sasl_oauth_token_provider" in ours:
        return OAuthCredentials(oauth_cb=ours["sasl_oauth_token_provider"], ssl_context=context)
    if "sasl_mechanism" in ours:
        return faust.SASLCredentials(
            username=ours["sasl_plain_username"],
            password=ours["sasl_plain_password"],
            mechanism=ours["sasl_mechanism"],
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
