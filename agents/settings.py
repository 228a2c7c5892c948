"""What can be configured in a worker: Kafka, the topics, threads, health and logs.

How much is worked on at once is in `agents.delivery.settings`.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from pipeline.settings import Settings

__all__ = ["KafkaSettings", "WorkerSettings"]


class KafkaSettings(Settings):
    """How to reach Kafka, and what the topics are called."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_KAFKA_")

    bootstrap_servers: str = "127.0.0.1:9092"
    """Brokers to ask first: host:port, separated by commas."""

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ssl_ca: Path | None = None
    """Certificate authorities that sign the brokers' certificates, as PEM; the system's own without it."""

    ssl_cert: Path | None = None
    ssl_key: Path | None = None
    ssl_key_password: SecretStr | None = None
    """A certificate of ours (leaf first) and its key, as PEM, for brokers that ask for one; may be replaced."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None

    oauth_url: str | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_scope: str | None = None
    """Where tokens are issued (OAUTHBEARER), and to whom: the grant for clients of RFC 6749, section 4.4."""

    msk_region: str | None = None
    """The region of an Amazon MSK cluster (AWS_MSK_IAM)."""

    compression: Literal["lz4", "zstd", "gzip", "snappy", "none"] = "lz4"
    """What is published is compressed by; some clients of other languages lack LZ4 and Zstandard."""

    group: str = "sealstream"
    """Consumer group of the workers."""

    topic_prefix: str = Field(default="sealstream.", pattern=r"^[a-zA-Z0-9._-]*$", max_length=200)
    """What every topic's name begins with."""

    metadata_seconds: float = Field(default=30.0, ge=1.0)
    """How long is believed which topics and partitions there are: new partitions are taken at most so much later."""

    topic_check: Literal["strict", "warn", "off"] = "strict"
    """What a worker does at its start about topics that are not as planned: refuse those that can lose an event and
    warn of the rest, warn of everything, or not look. Topics that are missing are waited for, unless it is off."""

    embedded: bool = False
    """The broker is the embedded one of the demo, which wants shorter times to join a group, and batches of one."""

    static_member: str | None = None
    """Static group membership (`group.instance.id`), so that a quick restart moves no partitions."""

    session_seconds: float | None = Field(default=None, ge=6.0, le=90.0)
    """How long the group waits for a worker that went silent before others get its partitions; 30 without it. The
    brokers have bounds of their own (`group.min.session.timeout.ms`, `group.max.session.timeout.ms`)."""


class WorkerSettings(Settings):
    """How a worker works."""

    source: str = "sealstream"
    """CloudEvents `source` of what this installation publishes."""

    threads: int = Field(default=16, ge=1)
    """Threads that wait for the store and for the child processes."""

    health_host: str = "127.0.0.1"
    health_port: int = Field(default=8080, ge=0, le=65_535)
    """Where /livez, /readyz and /metrics are served; port 0 takes a free one and logs it."""

    ready_oldest_seconds: float = Field(default=360.0, gt=0)
    """A worker is not ready while its oldest event is in work for longer: more than events wait for what is missing."""

    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
