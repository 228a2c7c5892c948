"""Opens the buckets by the settings that workers have, too."""

from console.vault import Vault
from pipeline.settings import AssetSettings, StoreSettings
from pipeline.store import Layout
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

__all__ = ["open_vault"]


def open_vault(max_bytes: int) -> Vault:
    """The buckets: those of the installation, and those that events may refer to.

    Raises:
        OperatorError: the store cannot be reached as it is configured.
    """
    stores = StoreSettings()
    return Vault(
        store=S3ObjectStore(connect()),
        # Not by `agents.assembly`, which loads what signs and recognises.
        layout=Layout(content_bucket=stores.content_bucket, records_bucket=stores.records_bucket),
        buckets=frozenset({stores.content_bucket, stores.inbox_bucket, *AssetSettings().allowed_buckets}),
        max_bytes=max_bytes,
    )
