"""`sealstream reference put`: what is wrong with a file is said before any broker is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.cli.exits import ExitCode, run_explained
from agents.cli.reference import app

Run = Callable[..., tuple[int, str, str]]

GOOD = {"id": "f", "version": 1, "verdict": "illegal", "phrase": "some words"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["reference", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            run_explained(app)
        out, err = capfd.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([GOOD, {**GOOD, "id": "g"}]),
        json.dumps([GOOD, {**GOOD, "id": "g"}], indent=2),
        "\n".join([json.dumps(GOOD), "", json.dumps({**GOOD, "id": "g"}), ""]),
        "\n".join([json.dumps(GOOD), json.dumps({**GOOD, "version": 2, "verdict": "rumour"})]),
    ],
    ids=["array", "array over lines", "lines", "two versions of one"],
)
def test_good_entries_are_counted_in_every_shape(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "entries.json"
    file.write_text(text)
    code, out, _ = run("put", "features", file, "--dry-run", "--json")
    assert code == ExitCode.OK
    assert json.loads(out) == {"set": "features", "entries": 2, "put": 2, "unchanged": 0, "dry_run": True}


def test_an_entry_that_is_there_twice_is_put_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "entries.json"
    file.write_text(json.dumps([GOOD, GOOD]))
    answer = json.loads(run("put", "features", file, "--dry-run", "--json")[1])
    assert (answer["put"], answer["unchanged"]) == (1, 1)


def test_one_object_is_one_entry_and_may_come_from_another_program(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "entry.json"
    file.write_text(json.dumps(GOOD))
    with file.open() as source:
        monkeypatch.setattr("sys.stdin", source)
        code, out, _ = run("put", "features", "-", "--dry-run")
    assert (code, out) == (ExitCode.OK, "features: 1 entries checked, nothing was sent.\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[1]", "entry 1 is not a JSON object"),
        ("[{},\n{]", "line 2, column"),
        (f"{json.dumps(GOOD)}\n{{", "line 2"),
        (json.dumps([GOOD, {**GOOD, "id": "g", "version": 0}]), "entry 2: At $.version"),
        (json.dumps([{**GOOD, "regex": "x"}]), "entry 1: At $"),
        (json.dumps({"version": 1, "verdict": "illegal", "phrase": "x"}), "entry 1: At $.id"),
        (json.dumps({"id": "f", "version": 1, "verdict": "illegal", "regex": "some words("}), "entry 1: The feature f"),
        (f"{json.dumps(GOOD)}\n{json.dumps({**GOOD, 'phrase': 'other words'})}", "line 2: An entry of features"),
        (json.dumps([{**GOOD, "version": 2}, GOOD]), "entry 2: An entry of features"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_of_it_quoted(run: Run, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "entries.jsonl"
    file.write_text(text)
    code, out, err = run("put", "features", file, "--dry-run")
    assert (code, out) == (ExitCode.REFUSED, "")
    assert said in err
    assert "words" not in err


def test_many_mistakes_are_counted_and_the_first_are_shown(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "entries.jsonl"
    file.write_text("\n".join(json.dumps({**GOOD, "id": str(number), "version": -1}) for number in range(50)))
    code, _, err = run("put", "features", file, "--dry-run")
    assert code == ExitCode.REFUSED
    assert len(err.splitlines()) == 11
    assert "50 of 50 entries" in err


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    code, _, err = run("put", "features", tmp_path / "none.json")
    assert code == ExitCode.REFUSED
    assert "none.json" in err


def test_a_set_that_is_none_is_a_mistake_of_the_command_line(run: Run, tmp_path: Path) -> None:
    code, _, err = run("list", "people")
    assert code == ExitCode.CONFIGURATION
    assert "people" in err


@pytest.mark.parametrize("arguments", [("list", "features"), ("delete", "features", "f")])
def test_without_a_broker_the_command_says_so(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (ExitCode.UNAVAILABLE, "")
    assert "127.0.0.1:1" in err
