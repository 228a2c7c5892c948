"""The address of a PostgreSQL database as a setting has it, with a password perhaps, which is shown nowhere."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["PostgresAddress", "file_or_address"]

_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """Where a database is, and who asks for it: `postgresql://USER@HOST:PORT/NAME`, with libpq's parameters behind it.

    Written as text it is without password and parameters.

    Args:
        url: all of it, for connecting.
    """

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        _, _, host = parts.netloc.rpartition("@")
        user = f"{parts.username}@" if parts.username else ""
        return f"postgresql://{user}{host}{parts.path}"


def file_or_address(given: object) -> object:
    """A file, or the address of a database; whatever is no text is left as it is.

    Raises:
        ValueError: it is the address of something else.
    """
    if not isinstance(given, str):
        return given
    scheme, separator, _ = given.partition("://")
    if not separator:
        return Path(given)
    if scheme not in _SCHEMES:
        raise ValueError("write it as a file, or as postgresql://USER@HOST:PORT/NAME")
    return PostgresAddress(url=given)
