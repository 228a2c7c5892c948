"""What can be configured of recognition: how far back it goes, its snapshots, and who is asked."""

import re
from typing import Annotated, Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from pipeline.settings import Settings

__all__ = ["RecogniserSettings", "RecognitionSettings", "Share"]

_SHARE: Final = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


class Share(NamedTuple):
    """Which partitions a replica of the recogniser answers for: every `of`th, from `number` on."""

    number: int = 0
    of: int = 1

    def has(self, partition: int) -> bool:
        """Whether a partition is among them."""
        return partition % self.of == self.number

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def _share(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = _SHARE.fullmatch(text)
    if found is None or not int(found[1]) < int(found[2]):
        raise ValueError("write it as NUMBER/OF, such as 0/3, with a number below OF")
    return Share(int(found[1]), int(found[2]))


def _urls(text: object) -> object:
    if not isinstance(text, str):
        return text
    shares = [share for share in text.split(",") if share.strip()]
    return tuple(tuple(url.strip().rstrip("/") for url in share.split("|") if url.strip()) for share in shares)


def _usable(shares: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    for url in (url for share in shares for url in share):
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise ValueError("write each as http://HOST:PORT or https://HOST:PORT")
    if not all(shares):
        raise ValueError("a share has no URL")
    return shares


class RecognitionSettings(Settings):
    """What is recognised."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_RECOGNISE_")

    days: int = Field(default=183, ge=0, le=36_500)
    """How many days ago an asset may have been sealed to be recognised; 0 goes back as far as the topic does."""

    snapshot_minutes: int = Field(default=60, ge=0, le=10_080)
    """At most so often a snapshot of a partition is kept in the content bucket; 0 neither keeps nor loads any."""


class RecogniserSettings(Settings):
    """The recogniser: where it serves, what it answers for, and how it is asked."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_RECOGNISER_")

    urls: Annotated[tuple[tuple[str, ...], ...], NoDecode, BeforeValidator(_urls), AfterValidator(_usable)] = ()
    """Of each share in turn, where it is served, separated by commas; `|` between those that serve the same one.
    Nothing: workers keep what was sealed in their own memory."""

    seconds: float = Field(default=5.0, gt=0, le=300)
    """How long an answer may take."""

    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65_535)
    """Where questions are answered; port 0 takes a free one and logs it."""

    share: Annotated[Share, NoDecode, BeforeValidator(_share)] = Share()
    """Which partitions this replica answers for: NUMBER/OF, from 0/OF on."""
