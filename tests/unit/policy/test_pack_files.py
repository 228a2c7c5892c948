"""Pack files: what can be used, and what is refused with file, line and reason."""

import re
from pathlib import Path

import pytest

from pipeline.errors import OperatorError
from pipeline.policy.pack_files import load_packs, read_pack, shipped_pack, shipped_pack_names
from tests.unit.policy.examples import PACK_FILE


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "law.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_pack_is_read(write) -> None:
    pack = read_pack(write(PACK_FILE))
    assert (pack.name, pack.version, pack.jurisdiction, pack.time_zone) == ("test-law", "1.2.3", "CN", "Asia/Shanghai")
    (rule,) = pack.rules
    assert (rule.id, rule.when, rule.must) == ("test.news", "content.is_news", "content.news_source_listed")
    assert rule.valid_from.isoformat() == "2023-01-10"
    assert rule.on == ("publish.requested",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "must: content.news_source_listed",
            "must: content.news_source_lsited",
            "undeclared reference to 'content.news",
        ),
        ("must: content.news_source_listed", "must: content.is_news == 'yes'", "no matching overload"),
        ("must: content.news_source_listed", "must: log.retain_days", "gives no bool"),
        ("when: content.is_news", "when: content.is_news &&", "Syntax error"),
        ('applies: "true"', "applies: content.nothing", "undeclared reference"),
        ("severity: high", "severity: huge", "severity"),
        ("action: block", "action: explode", "action"),
        ("on: [publish.requested]", "on: [publish.wished]", "rules.0.on.0: it is none of generation.completed"),
        ("valid_to: null", "valid_to: 2022-01-01", "ends before it begins"),
        ("valid_from: 2023-01-10", "valid_from: soon", "valid_from"),
        ("binds: [platform]\n    on", "binds: [king]\n    on", "binds"),
        ("time_zone: Asia/Shanghai", "time_zone: Asia/Atlantis", "no IANA time zone"),
        ('  - id: test.news\n    article: "6"', '  - id: test.news\n    article: "7"', "no article 7"),
        (
            "binds: [platform]\n    on",
            "binds: [platform, user]\n    on",
            "test.news binds user, and its article 6 does not",
        ),
        (
            "must: content.news_source_listed",
            "must: seen.weight == 'weak'",
            "seen.weight is known only to a rule that says",
        ),
        ("jurisdiction: CN", "jurisdiction: CN\nsurprise: 1", "surprise"),
        ("jurisdiction: CN", "jurisdiction: XX", "XX is no place: did you mean"),
        ("jurisdiction: CN", "jurisdiction: UK", "UK is written GB"),
        ("title: A law for tests", "title: A law: for tests", "mapping values are not allowed"),
        ("title: A law for tests", "version: 1.2.3", "duplicate key"),
    ],
)
def test_a_pack_that_cannot_be_used_is_refused_with_file_line_and_reason(
    write, old: str, new: str, reason: str
) -> None:
    assert old in PACK_FILE
    text = PACK_FILE.replace(old, new, 1)
    with pytest.raises(OperatorError) as caught:
        read_pack(write(text))
    told = re.match(r"(.*law\.yaml):(\d+): (.*)", caught.value.what)
    assert told is not None, caught.value.what
    assert reason in told.group(3)
    changed = [
        number
        for number, (a, b) in enumerate(zip(PACK_FILE.splitlines(), text.splitlines(), strict=False), 1)
        if a != b
    ]
    assert int(told.group(2)) in (changed[0], changed[0] + 1), caught.value.what


def test_a_condition_over_several_lines_is_refused_at_the_line_at_fault(write) -> None:
    text = PACK_FILE.replace(
        "    must: content.news_source_listed\n",
        "    must: |-\n      content.news_source_listed\n      && content.is_nwes\n",
    )
    with pytest.raises(OperatorError) as caught:
        read_pack(write(text))
    assert f"law.yaml:{line_of(text, 'is_nwes')}:" in caught.value.what


@pytest.mark.parametrize("place", ["JP", "DE-BY", "US-TX", "EU", "HK"])
def test_a_pack_can_be_of_any_place(write, place: str) -> None:
    assert read_pack(write(PACK_FILE.replace("jurisdiction: CN", f"jurisdiction: {place}"))).jurisdiction == place


def test_a_rule_id_is_used_once(write) -> None:
    rule = PACK_FILE[PACK_FILE.index("  - id: test.news") :]
    with pytest.raises(OperatorError, match=r"id test\.news is here a second time") as caught:
        read_pack(write(PACK_FILE + rule))
    assert f":{len(PACK_FILE.splitlines()) + 1}: " in caught.value.what


def test_two_packs_do_not_share_a_rule_id(write) -> None:
    write(PACK_FILE)
    other = write(PACK_FILE.replace("pack: test-law", "pack: other-law"), "other.yaml")
    with pytest.raises(OperatorError, match=r"other-law and test-law both have a rule test\.news"):
        load_packs([str(other.parent)])


def test_no_file_and_no_text_are_refused(write, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        read_pack(tmp_path / "nowhere.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"pack: \xff")
    with pytest.raises(OperatorError, match=r"binary\.yaml:1: this is no UTF-8"):
        read_pack(tmp_path / "binary.yaml")


def test_the_shipped_packs_are_chosen_by_name() -> None:
    assert shipped_pack_names() == (
        "c2pa",
        "cn-anthropomorphic-2026",
        "cn-deep-synthesis-2023",
        "cn-labeling-2025",
        "eu-ai-act-5",
        "eu-ai-act-50",
        "eu-dsa",
        "gb-intimate-images",
        "high-risk",
        "illegal",
        "in-it-rules-2026",
        "kr-ai-basic-act",
        "kz-ai-law-2025",
        "label-practice",
        "places",
        "us-ca-sb942",
        "us-ny-gbl-396-b",
        "us-take-it-down",
        "us-ut-13-72b",
        "vn-ai-law-2025",
    )
    assert [pack.name for pack in load_packs()] == list(shipped_pack_names())
    assert [pack.name for pack in load_packs(["kr-ai-basic-act"])] == ["kr-ai-basic-act"]
    with pytest.raises(OperatorError, match="no policy pack named atlantis") as caught:
        load_packs(["atlantis"])
    assert "cn-labeling-2025" in caught.value.remedy


def test_a_users_pack_is_added_to_the_shipped_ones_or_takes_the_place_of_one(write) -> None:
    path = str(write(PACK_FILE))
    assert [pack.name for pack in load_packs([path])] == ["test-law"]
    assert {pack.name for pack in load_packs([f"+{path}"])} == {*shipped_pack_names(), "test-law"}
    own = str(write(PACK_FILE.replace("pack: test-law", "pack: kr-ai-basic-act"), "own.yaml"))
    (korean,) = (pack for pack in load_packs([f"+{own}"]) if pack.name == "kr-ai-basic-act")
    assert [rule.id for rule in korean.rules] == ["test.news"]
    assert shipped_pack("kr-ai-basic-act").rules != korean.rules


def test_a_directory_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no policy pack"):
        load_packs([str(tmp_path)])
