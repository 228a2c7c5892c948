"""Reference sets made from settings."""

from agents.following.consumer import consumers_of
from agents.reference.observing import ReferenceObserver
from agents.reference.records import sets_by_topic
from agents.reference.references import References
from agents.reference.settings import ReferenceSettings
from agents.settings import KafkaSettings
from agents.topics import Topics

__all__ = ["references_of"]


def references_of(kafka: KafkaSettings, observer: ReferenceObserver | None = None) -> References:
    """The reference sets on these brokers; nothing is read yet.

    Raises:
        OperatorError: the settings cannot be used.
    """
    return References(
        consumers_of(kafka),
        sets_by_topic(Topics(kafka.topic_prefix)),
        settings=ReferenceSettings(),
        observer=observer,
    )
