"""What can be configured about the reading of reference topics."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from pipeline.settings import ENV_PREFIX, Settings

__all__ = ["ReferenceSettings"]


class ReferenceSettings(Settings):
    """How patient a worker is; every setting is an environment variable with the prefix `SEALSTREAM_REFERENCE_`."""

    model_config = SettingsConfigDict(env_prefix=f"{ENV_PREFIX}REFERENCE_")

    stale_seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """How long ago a worker may last have had everything the topics hold, before it says that it is not ready."""
