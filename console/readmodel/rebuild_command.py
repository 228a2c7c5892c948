"""A rebuild by the settings: the store, the read model and the installation's own name."""

from collections.abc import Callable
from datetime import UTC, datetime

from agents.assembly import layout_of
from agents.settings import ConsoleSettings, KafkaSettings, WorkerSettings
from agents.topics import Topics
from console.readmodel.following import database_of
from console.readmodel.opening import open_rows
from console.readmodel.rebuilding import Rebuilt, rebuild_rows
from pipeline.policy.ladder import parse_ladder
from pipeline.settings import PolicySettings, StoreSettings
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore
from pipeline.usecases.escalation import Escalation
from pipeline.usecases.recalling import Recalling

__all__ = ["rebuild_from_settings"]


def rebuild_from_settings(on_progress: Callable[[float], None]) -> tuple[str, Rebuilt]:
    """Fill the read model that the settings name; returns where it is, and what was found.

    Raises:
        OperatorError: a setting or the database file cannot be used.
        WorldError: the store does not answer.
    """
    kafka, policy = KafkaSettings(), PolicySettings()
    topics, database = Topics(kafka.topic_prefix), database_of(ConsoleSettings())
    store, layout = S3ObjectStore(connect()), layout_of(StoreSettings())
    ladder = parse_ladder(policy.ladder, policy.ladder_days)
    escalation = Escalation(store=store, layout=layout, ladder=ladder, now=lambda: datetime.now(UTC))
    rows = open_rows(database, topics, source=kafka.bootstrap_servers, is_made_anew=False)
    rebuilt = rebuild_rows(
        Recalling(store=store, layout=layout, escalation=escalation),
        rows,
        topics,
        source=WorkerSettings().source,
        on_progress=on_progress,
    )
    return str(database), rebuilt
