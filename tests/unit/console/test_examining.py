"""What `doctor` finds in the database of a read model: each fault that is planted, and looking changes nothing."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from agents.postgres_address import PostgresAddress
from agents.topics import Topics
from console.readmodel.examining import examined
from console.readmodel.opening import open_rows
from console.readmodel.postgres import SCHEMA
from pipeline.errors import WorldError
from tests.unit.console.databases import Databases, PostgresServer
from tests.unit.console.happenings import TOPICS


class DiskUsage(NamedTuple):
    """As `shutil.disk_usage` answers."""

    total: int
    used: int
    free: int


def found(database: Path | PostgresAddress, source: str = "brokers") -> list[tuple[str, str]]:
    """What is found, but for the line that a server answers."""
    return [finding for finding in examined(database, TOPICS, source=source) if "answers, PostgreSQL" not in finding[1]]


def only(database: Path | PostgresAddress, source: str = "brokers") -> tuple[str, str]:
    (finding,) = found(database, source)
    return finding


def holds_text(path: Path) -> None:
    path.write_text("no database, and long enough to be looked at as one" * 100)


def holds_others(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()


def is_a_directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("plant", "says"),
    [(holds_text, "cannot be read"), (holds_others, "none that a console made"), (is_a_directory, "is no file")],
)
def test_a_file_that_is_no_read_model_is_a_fault_and_stays_as_it_is(
    tmp_path: Path, plant: Callable[[Path], None], says: str
) -> None:
    plant(path := tmp_path / "console.sqlite")
    before = path.is_dir() or path.read_bytes()
    state, said = only(path)
    assert (state, says in said) == ("fault", True), said
    assert (path.is_dir() or path.read_bytes()) == before


def test_a_place_where_no_file_can_be_is_a_fault_and_one_where_it_can_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert only(tmp_path / "file" / "console.sqlite")[0] == "fault"
    state, said = only(tmp_path / "deep" / "console.sqlite")
    assert (state, "a console makes it" in said) == ("ok", True)
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize(
    ("free", "state", "says"), [(2**20, "fault", "Only 1 MiB are free"), (2**29, "warning", "512 MiB are free")]
)
def test_a_disk_that_is_nearly_full_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str, says: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(2**40, 2**40 - free, free))
    told = found(tmp_path / "console.sqlite")[0]
    assert (told[0], says in told[1]) == (state, True), told


def test_a_read_model_in_a_file_can_be_used_whether_a_console_runs_or_not_and_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    rows = open_rows(path, TOPICS, source="brokers")
    assert only(path) == ("ok", f"{path} can be used")
    rows.close()
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert only(path) == ("ok", f"{path} can be used")
    state, said = only(path, source="others")
    assert (state, "empties it" in said) == ("warning", True)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.fixture
def databases(postgres: PostgresServer) -> Iterator[Databases]:
    made = Databases(postgres)
    yield made
    made.close()


def test_a_read_model_on_a_server_is_one_of_others_and_a_fault_only_while_they_use_it(
    databases: Databases, tmp_path: Path
) -> None:
    address = databases.at(tmp_path)
    assert only(address) == ("ok", f"there is no schema {SCHEMA} yet; a console makes it")
    databases.opened(tmp_path)
    assert only(address) == ("ok", f"the schema {SCHEMA} can be used")
    state, said = only(address, source="others")
    assert (state, "is used by a console of other brokers" in said) == ("fault", True)
    databases.close()
    state, said = only(address, source="others")
    assert (state, "empties it" in said) == ("warning", True)


def test_what_a_user_may_not_do_on_a_server_is_a_fault(postgres: PostgresServer) -> None:
    name = "examined_rights"
    address = postgres.make(name)
    guest = PostgresAddress(url=address.url.replace("sealstream@", "guest@"))
    with postgres.connected(name) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        try:
            state, said = only(guest)
            assert (state, "GRANT CREATE ON DATABASE" in said) == ("fault", True)
            open_rows(address, TOPICS, source="brokers").close()
            state, said = only(guest)
            assert (state, "is closed to this user" in said) == ("fault", True)
            connection.execute(f"GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO guest")
            state, said = only(guest)
            assert (state, "does not own" in said) == ("fault", True)
        finally:
            connection.execute("DROP OWNED BY guest; DROP ROLE guest")


def test_a_schema_of_others_an_old_server_and_another_encoding_are_told(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres.make("examined_latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with postgres.connected("examined_latin") as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}; CREATE TABLE {SCHEMA}.customers (name TEXT)")
    monkeypatch.setattr("console.readmodel.examining._TESTED", 99)
    told = found(address)
    assert [state for state, _ in told] == ["warning", "fault", "fault"]
    for says, (_, said) in zip(
        ("older than 99", "keeps text as LATIN1", "none that a console made"), told, strict=True
    ):
        assert says in said


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    nowhere = PostgresAddress(url="postgresql://console:s3cret@/pages?host=/nowhere")
    with pytest.raises(WorldError, match="does not answer") as told:
        found(nowhere)
    assert "s3cret" not in str(told.value)


def test_topics_by_another_name_are_those_of_others(tmp_path: Path) -> None:
    open_rows(path := tmp_path / "console.sqlite", TOPICS, source="brokers").close()
    states = [state for state, _ in examined(path, Topics("elsewhere."), source="brokers")]
    assert states == ["warning"]
