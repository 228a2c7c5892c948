"""A read model in PostgreSQL that several consoles share: nothing is taken in twice, whoever of them ends."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from agents.configuration import effective
from agents.delivery import InputRecord
from agents.following.port import Read
from agents.postgres_address import PostgresAddress
from agents.settings import ConsoleSettings
from console.readmodel.following import LiveModel
from console.readmodel.keeping import KeptRows
from console.readmodel.opening import open_rows
from console.readmodel.port import Kept
from console.readmodel.postgres import SCHEMA, PostgresDatabase
from console.readmodel.projection import Projection
from console.readmodel.rows import ModelRow, rows_of
from pipeline.errors import OperatorError, WorldError
from tests.unit.console.browsing import Console
from tests.unit.console.databases import Databases, PostgresServer
from tests.unit.console.happenings import TOPICS, a_day
from tests.unit.console.test_readmodel import asked, everything
from tests.unit.console.test_rebuilding import COMPACTED, a_month, follow, rebuild, shown, what_is_left

NOWHERE = PostgresAddress(url="postgresql://console:s3cret@/pages?host=/nowhere")


@pytest.fixture
def databases(postgres: PostgresServer) -> Iterator[Databases]:
    made = Databases(postgres)
    yield made
    made.close()


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a console with an SQLite file shows."""
    rows = open_rows(tmp_path_factory.mktemp("file") / "console.sqlite", TOPICS, source="brokers")
    take(Projection(rows, rows_of(TOPICS)), a_day().reads())
    return everything(asked(rows))


def take(projection: Projection, reads: Sequence[Read]) -> None:
    for piece in reads:
        projection.begin(dict.fromkeys(piece.positions, 10**6))
        projection.take(piece)


class Beside:
    """A console beside others, and which records it took in."""

    def __init__(self, rows: KeptRows) -> None:
        self.rows = rows
        self.took: Counter[tuple[str, int, int]] = Counter()
        self.projection = Projection(rows, dict.fromkeys(rows_of(TOPICS), self._rows))

    def _rows(self, record: InputRecord) -> Iterator[ModelRow]:
        self.took[record.topic, record.partition, record.offset] += 1
        return rows_of(TOPICS)[record.topic](record)


def test_what_several_consoles_read_is_taken_in_once_and_all_of_them_show_the_same(
    databases: Databases, tmp_path: Path, in_a_file: str
) -> None:
    first, second = (Beside(databases.opened(tmp_path)) for _ in range(2))
    reads = (a_day().reads((1, 2), (2, 5)), a_day().reads((2, 1), (4, 1, 3)))  # each comes as far as it happens to
    for pieces in zip_longest(*reads):
        for console, piece in zip((first, second), pieces, strict=True):
            take(console.projection, [piece] if piece is not None else [])
    assert everything(asked(first.rows)) == everything(asked(second.rows)) == in_a_file
    assert set((first.took + second.took).values()) == {1}
    assert first.took
    assert second.took
    ends = {partition: records[-1].offset + 1 for partition, records in a_day().partitions.items()}
    assert first.rows.positions() == ends
    assert first.projection.changes
    assert second.projection.changes


KILLED = """
import sys
from agents.postgres_address import PostgresAddress
from console.readmodel.opening import open_rows
from console.readmodel.port import Kept
from console.readmodel.rows import ModelRow
from tests.unit.console.happenings import TOPICS

class Stuck(dict):
    def items(self):
        print("rows are written, offsets are not", flush=True)
        sys.stdin.read()

rows = open_rows(PostgresAddress(url=sys.argv[1]), TOPICS, source="brokers")
rows.keep(lambda _: Kept([ModelRow("refusals", ("a", "b", "c", "d"))], Stuck()))
"""


def test_a_console_that_is_killed_in_the_middle_leaves_nothing_and_the_other_goes_on(
    databases: Databases, tmp_path: Path, in_a_file: str
) -> None:
    address = databases.at(tmp_path)
    assert isinstance(address, PostgresAddress)
    other = Beside(databases.opened(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, address.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "rows are written, offsets are not\n"
        killed.kill()
    take(other.projection, a_day().reads())  # waits until the server knows that the writer is gone
    assert everything(asked(other.rows)) == in_a_file


def test_a_topic_that_one_console_reads_anew_is_read_on_by_the_others_from_there(
    databases: Databases, tmp_path: Path, in_a_file: str
) -> None:
    first, second = (Beside(databases.opened(tmp_path)) for _ in range(2))
    for console in (first, second):
        take(console.projection, a_day().reads())
    partitions = [partition for partition in a_day().partitions if partition.topic == TOPICS.decisions]
    first.projection.begin_anew(partitions)
    with pytest.raises(WorldError, match="Another console"):
        take(second.projection, a_day().reads())
    second.projection.begin_anew(partitions)  # it has noticed, too: what was dropped is not dropped again
    take(first.projection, a_day().reads())
    take(second.projection, a_day().reads())
    assert everything(asked(second.rows)) == in_a_file
    assert set(second.took.values()) <= {1}


def test_a_rebuild_from_the_records_bucket_shows_what_a_file_showed(databases: Databases, tmp_path: Path) -> None:
    town = a_month()
    before = open_rows(tmp_path / "console.sqlite", TOPICS, source="brokers")
    follow(before, town.happened.reads())
    rows = databases.opened(tmp_path)
    follow(rows, what_is_left(town.happened, lambda topic: topic in COMPACTED))
    assert shown(rows) != shown(before)
    assert rebuild(town, rows).left_out == 0
    assert shown(rows) == shown(before)


def test_after_the_server_ended_its_connections_pages_and_topics_go_on(
    databases: Databases, tmp_path: Path, postgres: PostgresServer, in_a_file: str
) -> None:
    console = Beside(databases.opened(tmp_path))
    first, *rest = a_day().reads()
    take(console.projection, [first])
    everything(asked(console.rows))
    with postgres.connected() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'seal%'")
    with pytest.raises(WorldError):
        take(console.projection, rest)
    take(console.projection, rest)
    assert everything(asked(console.rows)) == in_a_file


def test_what_postgresql_cannot_keep_is_left_out_alone_and_a_nul_is_shown_as_what_it_is_not(
    databases: Databases, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = databases.opened(tmp_path)
    long = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(3000))  # no index takes it
    sent = [(uid, "e", "release", actor, None, "Be\0cause.", 1) for uid, actor in (("u1", long), ("u2", "r-1"))]
    rows.keep(lambda _: Kept([ModelRow("sent", row) for row in sent], {}))
    acts = [asked(rows).act(uid) for uid in ("u1", "u2")]
    assert [act.reason if act else None for act in acts] == [None, "Be\ufffdcause."]
    assert "INSERT INTO sent" in caplog.text
    assert long[:20] not in caplog.text


def test_a_read_model_of_others_is_made_anew_where_nobody_uses_it_only(databases: Databases, tmp_path: Path) -> None:
    follow(databases.opened(tmp_path), a_day().reads())
    with pytest.raises(OperatorError, match="a console that runs is using it"):
        databases.opened(tmp_path, "other brokers")
    databases.close()
    with pytest.raises(OperatorError, match="was made for other brokers"):
        databases.opened(tmp_path, "other brokers", is_made_anew=False)
    assert asked(databases.opened(tmp_path)).today().waiting == 3
    databases.close()
    assert asked(databases.opened(tmp_path, "other brokers")).today().waiting == 0


def test_a_console_does_not_write_into_what_was_made_anew_for_others_while_it_was_away(
    databases: Databases, tmp_path: Path, postgres: PostgresServer
) -> None:
    console = Beside(databases.opened(tmp_path))
    with postgres.connected() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'seal%'")
    databases.opened(tmp_path, "other brokers")
    for trouble in (WorldError, OperatorError, OperatorError):
        with pytest.raises(trouble):
            take(console.projection, a_day().reads())


def test_other_tables_stay_as_they_are_and_a_schema_of_others_is_refused(
    databases: Databases, tmp_path: Path, postgres: PostgresServer
) -> None:
    address = databases.at(tmp_path)
    database = str(address).rpartition("/")[2]
    with postgres.connected(database) as others:
        others.execute("CREATE TABLE waiting (id int)")
        others.execute(f"CREATE SCHEMA {SCHEMA}")
        others.execute(f"CREATE TABLE {SCHEMA}.meta (version int)")
        for is_made_anew in (True, False):
            with pytest.raises(OperatorError, match="none that a console made"):
                databases.opened(tmp_path, is_made_anew=is_made_anew)
        others.execute(f"DROP TABLE {SCHEMA}.meta")
        follow(databases.opened(tmp_path), a_day().reads())
        assert others.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


def test_a_database_that_has_not_every_character_is_refused(postgres: PostgresServer) -> None:
    address = postgres.make("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(OperatorError, match="keeps text as LATIN1"):
        open_rows(address, TOPICS, source="brokers")


def test_where_no_server_answers_that_is_told_without_the_password() -> None:
    with pytest.raises(WorldError) as told:
        open_rows(NOWHERE, TOPICS, source="brokers")
    assert "postgresql://console@/pages, does not answer" in str(told.value)
    assert "s3cret" not in str(told.value)


def test_a_console_is_not_ready_while_its_database_does_not_answer(
    databases: Databases, tmp_path: Path, postgres: PostgresServer
) -> None:
    live = LiveModel(Any, TOPICS, databases.opened(tmp_path))
    away = "the database of the read model does not answer"
    live.look_for_rebuild()
    assert live.state().trouble != away
    with postgres.connected() as admin:
        admin.execute(f"DROP DATABASE {str(databases.at(tmp_path)).rpartition('/')[2]} WITH (FORCE)")
    live.look_for_rebuild()
    assert live.state().trouble == away
    databases.at(tmp_path)  # is made once more
    live.look_for_rebuild()  # and has no tables
    assert live.state().trouble == away


def test_the_configuration_names_the_database_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgres://console:s3cret@db.example:5433/pages?password=an0ther&sslmode=require"
    monkeypatch.setenv("SEALSTREAM_CONSOLE_DATABASE", url)
    told = {setting.variable: setting.value for setting in effective()}
    assert told["SEALSTREAM_CONSOLE_DATABASE"] == "postgresql://console@db.example:5433/pages"
    assert "s3cret" not in repr(ConsoleSettings())
    monkeypatch.setenv("SEALSTREAM_CONSOLE_DATABASE", "mysql://console:s3cret@db.example/pages")
    with pytest.raises(OperatorError, match="postgresql://USER@HOST") as refused:
        ConsoleSettings()
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(("path", "says"), [("/queue", "does not answer now"), ("/queue.json", "does not answer")])
def test_a_page_says_so_where_the_read_model_does_not_answer(tmp_path: Path, path: str, says: str) -> None:
    console = Console(tmp_path, login="none")
    console.rows = KeptRows(PostgresDatabase(NOWHERE), TOPICS)
    answer = console.browser().get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert says in answer.text
    assert "nowhere" not in answer.text
