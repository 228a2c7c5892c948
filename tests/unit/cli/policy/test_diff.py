"""`sealstream policy diff`: what another version would have changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.policy.given import Answer, publication
from tests.unit.cli.typing import Run

PackFile = Callable[..., Path]
EventsFile = Callable[..., Path]


@pytest.fixture(autouse=True)
def _only_the_small_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_POLICY_PACKS", "kr-ai-basic-act")


@pytest.fixture
def events_file(tmp_path: Path) -> EventsFile:
    def write(*lines: object) -> Path:
        path = tmp_path / "events.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("\n".join(texts), encoding="utf-8")
        return path

    return write


def news(event_id: str, *, is_news: bool) -> dict[str, object]:
    return publication(event_id, content={"is_news": is_news})


def test_what_changes_is_told_by_rule_and_by_decision(
    answer: Answer, pack_file: PackFile, events_file: EventsFile
) -> None:
    old, new = pack_file("old.yaml"), pack_file("new.yaml", version="2.0.0", action="block")
    events = events_file(news("a", is_news=True), news("b", is_news=False), news("c", is_news=True))
    told = answer("diff", old, new, "--events", events)
    assert [told["old"][0]["version"], told["new"][0]["version"]] == ["1.0.0", "2.0.0"]
    assert [pack["name"] for pack in told["beside"]] == ["kr-ai-basic-act"]
    found = told["difference"]
    assert (found["events"], found["changed_events"]) == (3, 2)
    named = {"count": 2, "examples": ["/studio a", "/studio c"]}
    assert found["decisions"] == [{"before": "hold", "after": "block", "events": named}]
    (change,) = found["rules"]
    assert (change["rule"], change["change"], change["events"]) == ("small.law.news", "changed", named)


def test_people_read_counts_and_some_events(run: Run, pack_file: PackFile, events_file: EventsFile) -> None:
    old, new = pack_file("old.yaml"), pack_file("new.yaml", version="2.0.0", must="true")
    events = events_file(*(news(str(number), is_news=True) for number in range(3)))
    code, out, _ = run("diff", old, new, "--events", events, "-n", "2")
    assert code == 0
    for expected in (
        "small-law 1.0.0 → small-law 2.0.0",
        "3 events judged, 3 of them with other findings",
        "3  hold → allow",
        "3  no longer found: violation, hold, high",
        "/studio 0, /studio 1, …",
    ):
        assert expected in out


def test_a_rule_that_is_newly_found_is_told(run: Run, pack_file: PackFile, events_file: EventsFile) -> None:
    old, new = pack_file("old.yaml", must="true"), pack_file("new.yaml")
    out = run("diff", old, new, "--events", events_file(publication("silent")))[1]
    assert "1  newly found: unknown, alert, high" in out
    assert "Decisions" not in out


def test_bad_lines_are_named_and_stop_nothing(
    answer: Answer, run: Run, pack_file: PackFile, events_file: EventsFile
) -> None:
    secret = "hunter2-password"
    events = events_file(
        "{", news("a", is_news=True), {"content": {}}, "", publication(content={"ds_category": secret})
    )
    old, new = pack_file("old.yaml"), pack_file("new.yaml", action="block")
    told = answer("diff", old, new, "--events", events)
    assert told["difference"]["events"] == 1
    assert told["bad_lines"]["count"] == 3
    assert [bad["line"] for bad in told["bad_lines"]["first"]] == [1, 3, 5]
    code, out, _ = run("diff", old, new, "--events", events)
    assert code == 0
    assert "Lines that are no events: 3" in out
    assert "line 5: At $.content.ds_category" in out
    assert secret not in out


def test_data_alone_is_named_by_its_line(answer: Answer, pack_file: PackFile, events_file: EventsFile) -> None:
    old, new = pack_file("old.yaml"), pack_file("new.yaml", action="block")
    events = events_file("", news("a", is_news=True)["data"])
    told = answer("diff", old, new, "--events", events, "--type", "publication")
    assert told["difference"]["rules"][0]["events"]["examples"] == ["line-2"]


def test_the_same_pack_changes_nothing(run: Run, pack_file: PackFile, events_file: EventsFile) -> None:
    code, out, _ = run("diff", pack_file(), pack_file(), "--events", events_file(news("a", is_news=True)))
    assert code == 0
    assert "1 events judged, 0 of them with other findings" in out
    assert "No finding changes." in out


def test_the_pack_is_compared_in_its_place_among_those_in_use(
    answer: Answer, pack_file: PackFile, events_file: EventsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = pack_file("old.yaml"), pack_file("new.yaml", action="alert")
    monkeypatch.setenv("SEALSTREAM_POLICY_PACKS", f"cn-deep-synthesis-2023,{old}")
    told = answer("diff", old, new, "--events", events_file(news("a", is_news=True)))
    assert [pack["name"] for pack in told["beside"]] == ["cn-deep-synthesis-2023"]
    # The Provisions hold the event all the same, since its user's identity is not known.
    assert told["difference"]["decisions"] == []
    assert told["difference"]["changed_events"] == 1


def test_what_cannot_be_read_is_refused(run: Run, pack_file: PackFile, tmp_path: Path) -> None:
    assert run("diff", pack_file(), pack_file(), "--events", tmp_path / "nothing.jsonl")[0] == 1
    assert run("diff", pack_file(), tmp_path / "nothing.yaml", "--events", tmp_path / "nothing.jsonl")[0] == 2
