"""What can be configured in a worker: Kafka, the topics, threads, health and logs; and of the console.

How much is worked on at once is in `agents.delivery.settings`.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, SecretStr
from pydantic_settings import SettingsConfigDict

from agents.postgres_address import PostgresAddress, file_or_address
from pipeline.errors import OperatorError
from pipeline.settings import Names, Settings

__all__ = ["ConsoleSettings", "KafkaSettings", "WorkerSettings", "is_loopback"]


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

    traces: bool = False
    """Whether spans are sent to OpenTelemetry: where to, its own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`)."""


_ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:/\[\]\s]+):([0-9]{1,5})")
_PORTS: Final = 65_536
_LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


def _host_and_port(text: str) -> str:
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[2]) >= _PORTS:
        raise ValueError("write it as HOST:PORT, such as 127.0.0.1:8787")
    return text


def _address_of_pages(text: str | None) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or parts.hostname is None or parts.path not in {"", "/"} or parts.query:
        raise ValueError("write it as https://HOST or https://HOST:PORT, with no path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("beyond this machine it has to be https, or logins can be read on their way")
    return f"{parts.scheme}://{parts.netloc}"


class ConsoleSettings(Settings):
    """The console: where it is served, what it keeps, who may act; the prefix is `SEALSTREAM_CONSOLE_`."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_CONSOLE_")

    bind: Annotated[str, AfterValidator(_host_and_port)] = "127.0.0.1:8787"
    """Where it is served, as HOST:PORT; port 0 takes a free one and logs it. Only addresses of this machine can be used
    without a login that others may be let in by."""

    database: Annotated[Path | InstanceOf[PostgresAddress] | None, BeforeValidator(file_or_address)] = None
    """Where its read model is: an SQLite file, without it `console.sqlite` in the state directory; or a PostgreSQL
    database that several consoles share, as postgresql://USER@HOST:PORT/NAME. It can be deleted."""

    login: Literal["none", "development", "oidc"] = "none"
    """Who may act: nobody; whoever says to be somebody in the operators set (for development, on this machine); or
    whom a provider of OpenID Connect vouches for (`SEALSTREAM_CONSOLE_OIDC_...`)."""

    url: Annotated[str | None, AfterValidator(_address_of_pages)] = None
    """Its address in browsers, such as https://console.example, where that is another than the one it is served at."""

    proxies: Names = ()
    """Addresses of reverse proxies that are believed when they say who asks (X-Forwarded-For), separated by commas."""

    source: str = "sealstream-console"
    """CloudEvents `source` of what people do in it."""

    session_minutes: int = Field(default=480, ge=1)
    """How long a login counts."""

    rights_seconds: float = Field(default=60.0, gt=0)
    """Nobody may act while the operators set was last surely known longer ago than this, in seconds."""

    logins_a_minute: int = Field(default=20, ge=1, le=1_000_000)
    """How often one address may try to log in, in a minute."""

    acts_a_minute: int = Field(default=120, ge=1, le=1_000_000)
    """How much one person may send, in a minute."""

    store: bool = False
    """Whether it reads the buckets: for people who may see content, and for reports."""

    content_max_bytes: int = Field(default=64 * 2**20, ge=1)
    """Larger content is not shown and not handed out, in bytes."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(f"//{self.bind}")
        return parts.hostname or "", parts.port or 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which browsers may ask for it: a page elsewhere cannot reach it under a name of its own."""
        named = urlsplit(self.url or "").hostname
        return _LOOPBACK_NAMES if named is None or named in _LOOPBACK_NAMES else (*_LOOPBACK_NAMES, named)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach it over TLS, so that its cookies need never go without."""
        return urlsplit(self.url or "").scheme == "https"

    def require_safe(self) -> None:
        """See that nobody reaches it whom nobody knows.

        Raises:
            OperatorError: it would be served beyond this machine, where no login tells people apart, or where logins
                could be read on their way.
        """
        host, _ = self.address
        if is_loopback(host):
            return
        if self.login != "oidc":
            raise OperatorError(
                what=f"The console would be served at {self.bind}, beyond this machine, and the login {self.login} "
                "keeps nobody out.",
                remedy="Let SEALSTREAM_CONSOLE_LOGIN (--login) be oidc, or SEALSTREAM_CONSOLE_BIND (--bind) "
                "127.0.0.1:PORT, and forward a port to it where needed.",
            )
        if self.url is None:
            raise OperatorError(
                what=f"The console would be served at {self.bind}, and browsers would not know it by any name there.",
                remedy="Say in SEALSTREAM_CONSOLE_URL what its address is in browsers, such as https://console.example.",
            )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
