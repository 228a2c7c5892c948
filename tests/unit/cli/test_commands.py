"""The program's list of commands: shown without loading any, and true."""

import subprocess
import sys

import pytest
from typer.main import get_command

from agents.cli.commands import COMMANDS
from agents.cli.main import app


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_shown_can_be_loaded_and_asked_for_help(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sealstream", name, "--help"])
    with pytest.raises(SystemExit) as end:
        get_command(app)()
    assert end.value.code == 0
    assert f"sealstream {name}" in capfd.readouterr().out


def test_a_group_of_one_command_is_asked_for_it_by_name(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sealstream", "bucket", "create", "--help"])
    with pytest.raises(SystemExit) as end:
        get_command(app)()
    assert end.value.code == 0
    assert "sealstream bucket create" in capfd.readouterr().out


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_that_commands_are_made_of(option: str) -> None:
    script = f"""
import sys
from agents.cli.main import main
sys.argv = ["sealstream", {option!r}]
try:
    main()
finally:
    print(sorted({{"numpy", "pydantic", "msgspec", "c2pa", "rich"}} & set(sys.modules)))
"""
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.startswith(("Usage: sealstream", "sealstream "))
    assert shown.endswith("[]\n")


def test_a_command_that_is_not_there_is_told_with_what_is_meant(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sealstream", "insepct"])
    with pytest.raises(SystemExit) as end:
        get_command(app)()
    assert end.value.code == 2
    assert "inspect" in capfd.readouterr().err
