"""A light client of sealstream: typed events, held against the contract, delivered to Kafka, their assets in the inbox.

    async with connect("localhost:9092", source="//stories.example") as client:
        sent = await client.send(GenerationEvent(content=GenerationContent(...)))

`events` has the class of every event and of its parts. `contract` holds the schemas, as workers have them.
"""

from sealstream_client.checking import Event, event_uid
from sealstream_client.client import Client, Sent, connect
from sealstream_client.errors import DeliveryError, EventRefusedError
from sealstream_client.events import (
    ActivityContent,
    ActivityEvent,
    GenerationContent,
    GenerationEvent,
    Model,
    PublicationContent,
    PublicationEvent,
)
from sealstream_client.inbox import Inbox, S3Client, Stored

__all__ = [
    "ActivityContent",
    "ActivityEvent",
    "Client",
    "DeliveryError",
    "Event",
    "EventRefusedError",
    "GenerationContent",
    "GenerationEvent",
    "Inbox",
    "Model",
    "PublicationContent",
    "PublicationEvent",
    "S3Client",
    "Sent",
    "Stored",
    "connect",
    "event_uid",
]
