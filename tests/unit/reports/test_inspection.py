"""The report on inspection: what was judged by which law, and what became of it."""

import hashlib

from tests.unit.house import House
from tests.unit.reports.conftest import Report, figures, rows, section


def test_what_rules_and_persons_decided_is_counted(refused: str, reported: Report) -> None:
    counted = figures(reported("inspection"))
    assert counted["events judged"] == "1"
    assert counted["held by rules"] == "1"
    assert counted["blocked by rules"] == "0"
    assert counted["decisions of persons"] == "1"


def test_what_is_held_is_listed_with_its_article_its_record_and_what_followed(
    house: House, refused: str, reported: Report
) -> None:
    ((judged, event, decision, articles),) = rows(reported("inspection"), "What was held, blocked or retracted")
    record = house.stored(house.layout.record(refused).uri)
    assert judged == "2026-06-01 12:00:00 +00:00"
    assert event == f"{refused[:12]} {hashlib.sha256(record).hexdigest()[:12]}"
    assert decision == "hold → block\ntext/plain"
    assert "Deep Synthesis" in articles


def test_every_record_is_cited_with_the_whole_of_its_digest(house: House, held: str, reported: Report) -> None:
    ((_, cited),) = rows(reported("inspection"), "Records that this rests on")
    assert cited == f"{held} {hashlib.sha256(house.stored(house.layout.record(held).uri)).hexdigest()}"


def test_in_chinese_laws_have_their_chinese_names_and_times_their_zone(refused: str, reported: Report) -> None:
    document = reported("inspection", "zh", time_zone="Asia/Shanghai")
    ((judged, _, decision, articles),) = rows(document, "暂缓、阻止与撤回的内容")
    assert judged == "2026-06-01 20:00:00 +08:00"
    assert decision.startswith("暂缓 → 阻止")
    assert "《互联网信息服务深度合成管理规定》" in articles


def test_rules_are_counted_by_law_and_jurisdiction(held: str, reported: Report) -> None:
    document = reported("inspection")
    assert any(rule.endswith("\ncn.deep-synthesis.art09.identity") for rule, *_ in rows(document, "By rule"))
    assert ("China (CN)", "0", "0", "1", "0") in rows(document, "By jurisdiction")


def test_what_it_was_judged_by_is_named_with_versions(held: str, reported: Report) -> None:
    packs = {pack: events for _, pack, _, events in rows(reported("inspection"), "What it was judged by")}
    assert packs["cn-deep-synthesis-2023"] == "1"


def test_a_person_is_named_by_a_pseudonym_and_the_reason_is_not_told(refused: str, reported: Report) -> None:
    document = reported("inspection")
    ((_, _, verdict, decision, person, _),) = rows(document, "Decisions of persons")
    assert (verdict, decision, person) == ("refuse", "block", "reviewer-17")
    assert "It deceives." not in repr(document)


def test_where_nothing_happened_it_says_so(reported: Report) -> None:
    document = reported("inspection", period="2026-05")
    assert section(document, "By kind of message").paragraphs == ("Nothing was judged.",)
    assert figures(document)["events judged"] == "0"
