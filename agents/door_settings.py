"""What can be configured of the public doors: which are open, where, and how much they take."""

from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from agents.oidc_settings import require_issuer
from pipeline.errors import OperatorError
from pipeline.settings import Names, Settings

__all__ = ["DOORS", "Door", "DoorSettings"]

Door = Literal["resolution", "lookup", "verify", "complaints", "log", "log-entries"]
"""The Soft Binding Resolution API, the look-up, the page for files, the complaint form; the log of records, its
leaves."""

DOORS: Final[tuple[Door, ...]] = get_args(Door)
_OPEN: Final[tuple[Door, ...]] = ("resolution", "lookup", "verify", "complaints")
_NONE: Final = "none"


def _doors(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in (*DOORS, _NONE):
            raise ValueError(f"{name} is none of {', '.join(DOORS)}")
    return names


class DoorSettings(Settings):
    """The public doors, for people and programs without a login; the prefix is `SEALSTREAM_DOORS_`."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_DOORS_")

    bind: str = Field(default="127.0.0.1:8788", pattern=r"^(\[[0-9a-fA-F:.]+\]|[^:/\[\]\s]+):[0-9]{1,5}$")
    """Where they are served, as HOST:PORT; port 0 takes a free one and logs it."""

    open: Annotated[Names, AfterValidator(_doors)] = _OPEN
    """Which are open, separated by commas: resolution (the C2PA API), lookup, verify, complaints, log (checkpoints and
    tiles of the log of records), log-entries (its leaves); or `none`."""

    proxies: Names = ()
    """Addresses of reverse proxies that are believed when they say who asks (X-Forwarded-For), separated by commas."""

    labels: Path | None = None
    """The SQLite file that knows which event has which manifest label; without it `labels.sqlite` in the state
    directory. It can be deleted: it is read anew."""

    max_upload_bytes: int = Field(default=64 * 2**20, ge=1024)
    """Larger files are refused before they are read, in bytes."""

    requests_a_minute: int = Field(default=120, ge=1, le=1_000_000)
    """How many requests one address may make in a minute."""

    uploads_a_minute: int = Field(default=12, ge=1, le=1_000_000)
    """How many of them may be files to look into."""

    uploads_at_once: int = Field(default=4, ge=1, le=1000)
    """How many files are in memory at a time, of everybody together; further ones are told to come back."""

    upload_seconds: float = Field(default=60.0, gt=0, le=3600)
    """How long a file may take to arrive, in seconds."""

    token_issuer: Annotated[str | None, AfterValidator(lambda text: text and require_issuer(text))] = None
    """Whose access tokens (OAuth 2.0 client credentials) the Soft Binding API asks for, exactly as it calls itself;
    without it, everybody may ask."""

    token_audience: str | None = None
    """What the issuer calls this API in the `aud` of its tokens."""

    token_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")
    """Where clients get tokens: told in the OpenAPI document, and asked by nobody here."""

    token_scope: str = Field(default="fetch:manifests", pattern=r"^[!#-\[\]-~]+$")
    """The scope that tokens have to have; another one where the issuer cannot name it as the API does."""

    token_skew_seconds: int = Field(default=60, ge=0, le=600)
    """How far the issuer's clock may be from ours."""

    def tokens(self) -> tuple[str, str] | None:
        """The issuer and audience of tokens that are asked for; None where everybody may ask.

        Raises:
            OperatorError: one of them is said and the other is not.
        """
        if self.token_issuer is None and self.token_audience is None and self.token_url is None:
            return None
        if self.token_issuer is None or self.token_audience is None:
            missing = "ISSUER" if self.token_issuer is None else "AUDIENCE"
            raise OperatorError(
                what=f"Access tokens are to be asked for, and SEALSTREAM_DOORS_TOKEN_{missing} is empty.",
                remedy="Set SEALSTREAM_DOORS_TOKEN_ISSUER to what the issuer calls itself, and _TOKEN_AUDIENCE to what "
                "it calls this API; or none of SEALSTREAM_DOORS_TOKEN_… where everybody may ask.",
            )
        return self.token_issuer, self.token_audience

    def is_open(self, door: Door) -> bool:
        """Whether a door is open."""
        return door in self.open

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages for people, the first one first."""
        named = {"verify": "/verify", "lookup": "/lookup", "complaints": "/complaints/new"}
        pages = [path for door, path in named.items() if door in self.open]
        return (*pages, "/api") if self.open and self.open != (_NONE,) else ()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)
