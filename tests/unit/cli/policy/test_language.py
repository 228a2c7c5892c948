"""`--lang`: every policy command shows the words of the law in the language that is asked for."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.policy.given import Answer
from tests.unit.cli.typing import Run

TITLE = "越南《人工智能法》（第134/2025/QH15号法律）第十一条及第142/2026/ND-CP号法令"
PACK = "vn-ai-law-2025"


def event(tmp_path: Path) -> Path:
    """A talk that begins in Viet Nam, and nobody says that it is with a machine."""
    path = tmp_path / "event.json"
    facts = {"event_type": "interaction.started", "jurisdictions": ["VN"], "service": {"ai_notice_shown": False}}
    path.write_text(json.dumps(facts), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    [("list",), ("check", PACK), ("test", PACK), ("obligations", "--jurisdiction", "VN"), ("compliance", PACK)],
)
def test_titles_are_shown_in_the_language_asked_for(run: Run, command: tuple[str, ...]) -> None:
    flat = "".join(run(*command, "--lang", "zh")[1].split())
    assert TITLE in flat.replace("│", "")


def test_an_explanation_and_a_difference_are_worded_in_it(run: Run, answer: Answer, tmp_path: Path) -> None:
    told = answer("explain", event(tmp_path), "--type", "activity", "--lang", "zh", "--pack", PACK)
    (rule,) = (explained for explained in told["packs"][0]["rules"] if explained["outcome"])
    assert rule["message"] == "未告知用户其正在与人工智能系统交互。"
    assert rule["citation"].endswith("第十一条第一款")
    differs = answer("diff", "kr-ai-basic-act", PACK, "--events", event(tmp_path), "--type", "activity", "--lang", "zh")
    assert differs["texts"]["vn.ai-law.art11-1.notice"] == "未告知用户其正在与人工智能系统交互。"


def test_the_setting_stands_in_for_the_option(answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def title() -> str:
        return str(answer("explain", event(tmp_path), "--type", "activity", "--pack", PACK)["packs"][0]["title"])

    monkeypatch.setenv("SEALSTREAM_POLICY_LANGUAGE", "zh")
    assert title() == TITLE
    monkeypatch.setenv("SEALSTREAM_POLICY_LANGUAGE", "by-place")
    assert title().startswith("Law on Artificial Intelligence")
