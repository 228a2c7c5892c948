"""Who knows what was sealed, made from settings."""

from typing import Final

from agents.assembly import layout_of
from agents.following.consumer import consumers_of
from agents.settings import KafkaSettings
from agents.similarity.asked import AskedFingerprints
from agents.similarity.keeping import Keeper
from agents.similarity.known import SealedFingerprints
from agents.similarity.port import FollowedFingerprints
from agents.similarity.settings import RecogniserSettings, RecognitionSettings, Share
from agents.topics import Topics
from pipeline.settings import StoreSettings
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

__all__ = ["known_fingerprints_of", "sealed_fingerprints_of"]

_ALL: Final = Share()


def known_fingerprints_of(kafka: KafkaSettings) -> FollowedFingerprints:
    """What workers recognise by: the recognisers, where some are configured; otherwise their own memory.

    Raises:
        OperatorError: the settings cannot be used.
    """
    recogniser = RecogniserSettings()
    if recogniser.urls:
        return AskedFingerprints(recogniser.urls, seconds=recogniser.seconds)
    return sealed_fingerprints_of(kafka)


def sealed_fingerprints_of(kafka: KafkaSettings, share: Share = _ALL) -> SealedFingerprints:
    """The fingerprints of what is sealed on these brokers, in memory; nothing is read yet.

    Args:
        kafka: how to reach the brokers.
        share: which partitions.

    Raises:
        OperatorError: the settings cannot be used.
    """
    settings, stores, topic = RecognitionSettings(), StoreSettings(), Topics(kafka.topic_prefix).manifests

    def keeper() -> Keeper:
        store = S3ObjectStore(connect())
        return Keeper(store, layout_of(stores), topic, minutes=settings.snapshot_minutes)

    return SealedFingerprints(
        consumers_of(kafka, "The topic of manifest records"),
        topic,
        share=share,
        days=settings.days,
        keeper=keeper if settings.snapshot_minutes else None,
    )
