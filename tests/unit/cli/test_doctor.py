"""`sealstream doctor` for consoles and notifiers: each fault that is planted is found, and nobody is told anything."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from agents.cli.exits import run_explained
from agents.cli.main import app
from agents.notifying.port import notification_of
from agents.notifying.undelivered import undelivered_keeper
from devstack.ports import free_port
from tests.unit.agents.notifying.receiver import receiver
from tests.unit.agents.notifying.test_notifying import item
from tests.unit.cli.test_notify import written

Ask = Callable[..., dict[str, list[tuple[str, str]]]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Ask:
    """Ask the doctor, where no broker is; what is found by place."""
    for name in [name for name in os.environ if name.startswith("SEALSTREAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))

    def asked(*options: str, **settings: str) -> dict[str, list[tuple[str, str]]]:
        for name, value in settings.items():
            monkeypatch.setenv(f"SEALSTREAM_{name}", value)
        monkeypatch.setattr("sys.argv", ["sealstream", "doctor", "--json", *options])
        with pytest.raises(SystemExit) as end:
            run_explained(get_command(app))
        said = json.loads(capfd.readouterr().out)
        assert (end.value.code == 2, said["ok"]) == (True, False)  # there is no broker, at least
        found: dict[str, list[tuple[str, str]]] = {}
        for diagnosis in said["found"]:
            found.setdefault(diagnosis["place"], []).append((diagnosis["state"], diagnosis["said"]))
        return found

    return asked


def test_a_notifier_that_could_work_is_told_so_and_nobody_else_is_told_anything(ask: Ask, tmp_path: Path) -> None:
    with receiver() as hook:
        file = written(tmp_path, hook.url)
        (tmp_path / "secret").chmod(0o640)
        found = ask("--for", "notifier", "--notify", file)
        assert hook.got == []
    assert found["routes"] == [("ok", f"{file} can be used: 1 targets, 1 routes")]
    assert [state for state, _ in found["undelivered"]] == ["ok"]
    assert not (tmp_path / "undelivered.jsonl").exists()
    assert [state for state, said in found["kafka"] if "No Kafka broker answers" in said] == ["fault"]


def test_routes_secrets_and_a_disk_that_cannot_be_used_are_found(ask: Ask, tmp_path: Path) -> None:
    file = Path(written(tmp_path, "https://hooks.example/x"))
    (tmp_path / "secret").chmod(0o644)
    undelivered_keeper(tmp_path / "undelivered.jsonl")(notification_of("ops", (item("1"),), None), "HTTP 410.")
    found = ask("--for", "notifier", "--notify", str(file))
    assert [state for state, said in found["routes"] if "can be read by everybody" in said] == ["warning"]
    ((state, said),) = found["undelivered"]
    assert (state, "1 notifications are in" in said, "resend" in said) == ("warning", True, True)
    (tmp_path / "secret").unlink()
    found = ask("--for", "notifier", "--notify", str(file))
    assert [state for state, said in found["routes"] if "secret" in said] == ["fault"]
    written(tmp_path, "https://hooks.example/x")
    file.write_text(file.read_text().replace("undelivered.jsonl", "secret/undelivered.jsonl"))
    found = ask("--for", "notifier", "--notify", str(file))
    assert [state for state, said in found["undelivered"] if "is no directory" in said] == ["fault"]


def test_a_file_is_for_notifiers_and_they_need_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for options in (["--for", "notifier"], ["--notify", "notify.toml"]):
        monkeypatch.setattr("sys.argv", ["sealstream", "doctor", *options])
        with pytest.raises(SystemExit) as end:
            run_explained(get_command(app))
        assert end.value.code == 2


def test_a_console_is_looked_at_by_its_own_settings(ask: Ask, tmp_path: Path) -> None:
    found = ask("--for", "console")
    assert found.keys() == {"settings", "login", "database", "kafka"}
    assert [state for state, said in found["login"] if "nobody may act" in said] == ["warning"]
    assert [state for state, said in found["database"] if "a console makes it" in said] == ["ok"]
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"CONSOLE_BIND": "0.0.0.0:8787"}, "keeps nobody out"),
        ({"CONSOLE_LOGIN": "oidc"}, "SEALSTREAM_CONSOLE_OIDC_ISSUER is empty"),
        (
            {
                "CONSOLE_LOGIN": "oidc",
                "CONSOLE_OIDC_ISSUER": "https://login.example",
                "CONSOLE_OIDC_CLIENT_ID": "sealstream",
                "CONSOLE_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret",
            },
            "/nowhere/secret, cannot be read",
        ),
    ],
)
def test_a_login_that_cannot_work_is_found(ask: Ask, settings: dict[str, str], says: str) -> None:
    assert [state for state, said in ask("--for", "console", **settings)["login"] if says in said] == ["fault"]


def test_a_database_that_cannot_be_used_is_found_and_its_password_is_not_shown(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = ask("--for", "console", CONSOLE_DATABASE=str(tmp_path / "file" / "console.sqlite"))
    assert [state for state, said in found["database"] if "is no directory" in said] == ["fault"]
    found = ask("--for", "console", CONSOLE_DATABASE="postgresql://console:s3cret@/pages?host=/nowhere")
    ((state, said),) = found["database"]
    assert (state, "does not answer" in said, "s3cret" in said) == ("fault", True, False)
