"""TLS with a certificate of ours that is renewed while we run: every new connection shows the newest one."""

import logging
import ssl
from pathlib import Path
from typing import Any, Self

__all__ = ["RenewedContext"]

logger = logging.getLogger(__name__)

_State = tuple[tuple[int, int, int], ...]


class RenewedContext(ssl.SSLContext):
    """The TLS context of a client: it checks the server's certificate and name, and may show one of its own."""

    _files: tuple[Path, Path] | None
    _password: str | None
    _seen: _State

    def __new__(cls) -> Self:
        """Make one; the protocol is an argument of its base."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made._files, made._password, made._seen = None, None, ()
        return made

    def show(self, certificate: Path, key: Path, password: str | None) -> None:
        """Show this certificate (PEM, leaf first) from now on, and whatever replaces it in its file.

        Raises:
            OSError: a file cannot be read, or the two do not belong together (`ssl.SSLError`).
            ValueError: the key is locked, and the password does not open it.
        """
        self._files, self._password = (certificate, key), password
        self._seen = _state(self._files)
        self._load()

    def wrap_bio(self, *arguments: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection, as asyncio does all of them."""
        if self._files is not None and (now := _state(self._files)) != self._seen:
            try:
                self._load()
            except (OSError, ValueError) as error:
                # The two files are replaced one after the other: the old pair serves until both are there.
                logger.warning("The renewed client certificate %s cannot be used yet: %s.", self._files[0], error)
            else:
                self._seen = now
        return super().wrap_bio(*arguments, **options)

    def _load(self) -> None:
        if self._files is None:
            return
        # A pair that does not belong together is refused after half of it was taken, so it is tried elsewhere first.
        for context in (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), self):
            context.load_cert_chain(*self._files, password=self._password or "")


def _state(files: tuple[Path, ...]) -> _State:
    """By what a replaced file is told; empty where one is missing for now."""
    try:
        return tuple((stat.st_mtime_ns, stat.st_size, stat.st_ino) for stat in (file.stat() for file in files))
    except OSError:
        return ()
