"""`sealstream policy ...` as a person types it, and small packs and events as files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.policy.given import PACK, RULES, Answer
from tests.unit.cli.typing import Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run) -> Run:
    """Run a policy command; answer with exit code, output and errors."""
    monkeypatch.setattr("agents.cli.console.console.width", 200)

    return lambda *arguments: typed("policy", *arguments)


@pytest.fixture
def answer(run: Run) -> Answer:
    """Run a policy command that has to succeed, with --json; answer with what it says."""

    def answer(*arguments: object) -> Any:
        code, out, err = run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return answer


@pytest.fixture
def pack_file(tmp_path: Path) -> Callable[..., Path]:
    """Write the pack `small-law`, or one with changes."""

    def write(
        file: str = "small-law.yaml",
        *,
        name: str = "small-law",
        version: str = "1.0.0",
        must: str = "!content.is_news",
        action: str = "hold",
        examples: str | None = None,
    ) -> Path:
        path = tmp_path / file
        rules = RULES.format(name="law", must=must, action=action)
        path.write_text(PACK.format(name=name, version=version, rules=rules), encoding="utf-8")
        if examples is not None:
            path.with_name(f"{path.stem}.examples.yaml").write_text(examples, encoding="utf-8")
        return path

    return write
