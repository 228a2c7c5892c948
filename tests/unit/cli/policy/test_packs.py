"""`sealstream policy list`, `check`, `test` and `compliance`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.policy.compliance import render
from pipeline.policy.pack_files import load_packs, shipped_pack_names
from tests.unit.cli.policy.given import EXAMPLES, Answer
from tests.unit.cli.typing import Run


def test_the_shipped_packs_are_in_use_unless_set(answer: Answer) -> None:
    listed = answer("list")["packs"]
    assert tuple(pack["name"] for pack in listed) == shipped_pack_names()
    assert {pack["origin"] for pack in listed} == {"shipped"}
    provisions = next(pack for pack in listed if pack["name"] == "cn-deep-synthesis-2023")
    assert (provisions["jurisdiction"], provisions["in_force_from"]) == ("CN", "2023-01-10")
    assert provisions["rules"] >= 19
    assert provisions["articles"] >= 25


def test_an_own_pack_is_listed_with_its_file_and_takes_the_place_of_a_shipped_one(
    answer: Answer, run: Run, pack_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack_file(name="high-risk", version="9.0.0")
    monkeypatch.setenv("SEALSTREAM_POLICY_PACKS", f"+{path}")
    listed = {pack["name"]: pack for pack in answer("list")["packs"]}
    assert len(listed) == len(shipped_pack_names())
    assert (listed["high-risk"]["version"], listed["high-risk"]["origin"]) == ("9.0.0", str(path))
    assert str(path) in run("list")[1]


def test_check_says_ok_or_where_and_why_for_each(run: Run, pack_file: Callable[..., Path]) -> None:
    good, bad = pack_file("good.yaml"), pack_file("bad.yaml", must="content.is_news == 'yes'")
    assert run("check", good)[:2] == (0, f"ok: small-law 1.0.0 ({good})\n")
    code, out, _ = run("check", bad, good)
    assert code == 2
    first, second = out.splitlines()
    line = next(number for number, text in enumerate(bad.read_text().splitlines(), start=1) if "must:" in text)
    assert first.startswith(f"{bad}:{line}: ")
    assert "no matching overload" in first
    assert second == f"ok: small-law 1.0.0 ({good})"


def test_check_answers_programs_too(run: Run, pack_file: Callable[..., Path]) -> None:
    code, out, _ = run("check", pack_file(must="nothing"), "--json")
    assert code == 2
    assert '"packs": []' in out
    assert "small-law.yaml:" in out


def test_the_examples_of_all_shipped_packs_come_out_as_they_say(answer: Answer) -> None:
    tested = answer("test")["packs"]
    assert [pack["name"] for pack in tested] == list(shipped_pack_names())
    for pack in tested:
        assert (pack["failures"], pack["missing"]) == ([], {})
        # A rule about what is seen in bytes has no example of every case.
        assert all(set(rule["cases"].values()) <= {True, None} for rule in pack["rules"])


def test_examples_that_come_out_as_they_say_are_ticked(run: Run, pack_file: Callable[..., Path]) -> None:
    code, out, _ = run("test", pack_file(examples=EXAMPLES))
    assert code == 0
    line = next(line for line in out.splitlines() if "small.law.news" in line)
    assert line.split() == ["small.law.news", "✓", "✓", "✓"]
    assert "1 rules, 3 examples: 0 not as expected, 0 missing" in out


def test_an_example_that_comes_out_otherwise_fails_with_its_line(run: Run, pack_file: Callable[..., Path]) -> None:
    path = pack_file(must="true", examples=EXAMPLES)
    code, out, _ = run("test", path)
    assert code == 1
    line = next(line for line in out.splitlines() if line.startswith("  small.law.news"))
    assert line.split() == ["small.law.news", "✓", "✗", "✗"]
    assert "small-law.examples.yaml:7: small.law.news: the example of violation comes out as pass" in out


def test_one_of_several_examples_that_comes_out_otherwise_is_no_tick(run: Run, pack_file: Callable[..., Path]) -> None:
    wrong = "  - {rule: small.law.news, event_type: publish.requested, pass: {content.is_news: true}}\n"
    code, out, _ = run("test", pack_file(examples=EXAMPLES + wrong))
    assert code == 1
    line = next(line for line in out.splitlines() if line.startswith("  small.law.news"))
    assert line.split() == ["small.law.news", "✗", "✓", "✓"]


def test_a_missing_example_is_a_hole_and_fails(run: Run, pack_file: Callable[..., Path]) -> None:
    code, out, _ = run("test", pack_file(examples=EXAMPLES.replace("    unknown: {content.is_news: null}\n", "")))
    assert code == 1
    assert "small.law.news: no example of unknown" in out
    assert "0 not as expected, 1 missing" in out


def test_a_pack_without_examples_and_one_that_is_bad_cannot_be_tested(run: Run, pack_file: Callable[..., Path]) -> None:
    code, _, err = run("test", pack_file())
    assert code == 2
    assert "small-law.examples.yaml" in err
    code, _, err = run("test", pack_file(must="nothing", examples=EXAMPLES))
    assert code == 2
    assert "small-law.yaml:" in err
    assert run("test", "no-such-pack")[0] == 2


def test_the_document_of_the_packs_in_use_is_printed_as_it_is(run: Run, pack_file: Callable[..., Path]) -> None:
    assert run("compliance")[:2] == (0, render(load_packs()))
    path = pack_file()
    assert run("compliance", path)[:2] == (0, render(load_packs([str(path)])))
