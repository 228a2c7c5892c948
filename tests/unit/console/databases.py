"""Where tests have read models: an SQLite file or a PostgreSQL database for each folder."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from agents.postgres_address import PostgresAddress
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from tests.unit.console.happenings import TOPICS

__all__ = ["Databases", "NoPostgresError", "PostgresServer"]

USER = "sealstream"


class NoPostgresError(Exception):
    """There is none to start."""


class PostgresServer:
    """A server of its own, behind a socket in a folder of its own. It keeps nothing when its machine ends."""

    def __init__(self) -> None:
        initdb, postgres = (_program(name) for name in ("initdb", "postgres"))
        self.directory = Path(tempfile.mkdtemp(prefix="sealstream-postgres-"))
        # It does not run as root; whoever Debian's package made for it is there.
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(self.directory, self._user)
        made = [initdb, "-D", "data", "-U", USER, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run(made)
        safe_from_nothing = ["-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off"]
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [postgres, "-D", "data", "-k", self.directory, "-clisten_addresses=", *safe_from_nothing],
                cwd=self.directory,
                user=self._user,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def address(self, database: str) -> PostgresAddress:
        """The address of one of its databases."""
        return PostgresAddress(url=f"postgresql://{USER}@/{database}?host={self.directory}")

    @contextmanager
    def connected(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection to one of its databases."""
        with psycopg.connect(self.address(database).url, autocommit=True) as connection:
            yield connection

    def make(self, database: str, more: str = "") -> PostgresAddress:
        """Make a database where it is not there yet."""
        with self.connected() as connection:
            asked = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(asked, (database,)).fetchone() is None:
                connection.execute(f"CREATE DATABASE {database} {more}")
        return self.address(database)

    def stop(self) -> None:
        """End it, and everything that it kept."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        shutil.rmtree(self.directory)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, cwd=self.directory, user=self._user, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPostgresError(f"{command[0]} failed: {done.stderr}")

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                with self.connected():
                    return
            except psycopg.OperationalError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.02)


class Databases:
    """A database for each folder: an SQLite file in it or, on a server, one that has its name of it.

    Args:
        server: the server; files where there is none.
    """

    def __init__(self, server: PostgresServer | None) -> None:
        self._server = server
        self._opened: list[KeptRows] = []

    def at(self, directory: Path) -> Path | PostgresAddress:
        """The one of a folder."""
        if self._server is None:
            return directory / "console.sqlite"
        return self._server.make(f"d{hashlib.sha256(bytes(directory)).hexdigest()[:16]}")

    def opened(self, directory: Path, source: str = "brokers", *, is_made_anew: bool = True) -> KeptRows:
        """The read model of a folder."""
        rows = open_rows(self.at(directory), TOPICS, source=source, is_made_anew=is_made_anew)
        self._opened.append(rows)
        return rows

    def close(self) -> None:
        """End all connections of what was opened."""
        while self._opened:
            self._opened.pop().close()


def _program(name: str) -> str:
    found = shutil.which(name) or next((str(at) for at in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        raise NoPostgresError(f"There is no {name}: install the package postgresql (`make tools`).")
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError as error:
            raise NoPostgresError("PostgreSQL does not run as root, and there is no user postgres.") from error
    return found
