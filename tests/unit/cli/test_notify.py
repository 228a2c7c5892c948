"""`sealstream notify`: the file is checked, targets are tried, and what was left is delivered once they are mended."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from agents.cli.exits import run_explained
from agents.cli.main import app
from agents.notifying.port import notification_of
from agents.notifying.undelivered import undelivered_keeper
from tests.unit.agents.notifying.receiver import SECRET, receiver
from tests.unit.agents.notifying.test_notifying import item

PLAN = """
undelivered = "{directory}/undelivered.jsonl"
[targets.ops]
webhook = "{url}"
secret_file = "{directory}/secret"
[[routes]]
to = ["ops"]
"""


def said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: str, *options: str
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["sealstream", "notify", command, *options])
    with pytest.raises(SystemExit) as end:
        run_explained(get_command(app))
    out, err = capfd.readouterr()
    return int(end.value.code or 0), out + err


def written(directory: Path, url: str, **changes: Any) -> str:
    (directory / "secret").write_text(f"whsec_{SECRET}")
    (directory / "plan.toml").write_text(PLAN.format(directory=directory, url=url))
    return str(directory / "plan.toml")


def test_a_file_is_checked_and_says_what_is_told_to_whom(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = written(tmp_path, "https://hooks.example/x")
    code, text = said(monkeypatch, capfd, "check", file)
    assert (code, "1: alerts, clocks, low and above -> ops" in text) == (0, True)
    code, text = said(monkeypatch, capfd, "check", written(tmp_path, "http://hooks.example/x"))
    assert (code, "http beyond this machine" in text) == (2, True)


def test_targets_are_tried_and_what_was_left_is_delivered_and_leaves_the_file(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept = tmp_path / "undelivered.jsonl"
    for name in ("1", "2"):
        undelivered_keeper(kept)(notification_of("ops", (item(name),), None), "HTTP 410.")
    with receiver(500, 204, 500) as hook:
        file = written(tmp_path, hook.url)
        code, text = said(monkeypatch, capfd, "test", file)
        assert (code, "ops: The webhook answered with HTTP 500." in text) == (1, True)
        code, text = said(monkeypatch, capfd, "resend", file, "--json")
        assert (code, json.loads(text)) == (1, {"delivered": 1, "left": 1})
        code, text = said(monkeypatch, capfd, "resend", file, "--json")
        assert (code, json.loads(text)) == (0, {"delivered": 1, "left": 0})
    assert [body["items"][0]["id"] for body in hook.bodies[1:]] == ["1", "2", "2"]
