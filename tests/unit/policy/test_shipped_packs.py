"""What holds of every pack that ships."""

import re
from collections.abc import Iterator

import pytest

from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import load_packs
from pipeline.policy.words import Words, chosen

LANGUAGES = {"en", "zh"}
HAN = re.compile("[\u4e00-\u9fff]")
NAMES = re.compile(r"[a-z]\w*\.[a-z]\w*(?:\.\w+)*|SEALSTREAM_\w+")
"""Facts and settings, which are the same in every language."""


def texts(pack: Pack) -> Iterator[tuple[str, Words]]:
    """Every text for people, by where it stands."""
    yield "title", pack.title
    for article in pack.articles:
        yield f"{article.article}, duty", article.duty
        yield f"{article.article}, how", article.how
        if article.left_to_people:
            yield f"{article.article}, left to people", article.left_to_people
    for rule in pack.rules:
        yield f"{rule.id}, citation", rule.citation
        yield f"{rule.id}, text", rule.text
        yield f"{rule.id}, remedy", rule.remedy


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.name)
def test_every_text_is_there_in_both_languages(pack: Pack) -> None:
    lacking = [where for where, words in texts(pack) if isinstance(words, str) or set(words) != LANGUAGES]
    assert lacking == []
    assert [where for where, words in texts(pack) if not HAN.search(chosen(words, "zh"))] == []
    assert [where for where, words in texts(pack) if chosen(words, "en") == chosen(words, "zh")] == []


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.name)
def test_a_remedy_names_the_same_facts_in_both_languages(pack: Pack) -> None:
    for rule in pack.rules:
        english, chinese = (set(NAMES.findall(chosen(rule.remedy, language))) for language in ("en", "zh"))
        assert english == chinese, rule.id


def test_chinese_law_is_told_in_the_terms_of_the_statutes() -> None:
    provisions, measures = (
        next(pack for pack in load_packs() if pack.name == name)
        for name in ("cn-deep-synthesis-2023", "cn-labeling-2025")
    )
    words = {pack.name: " ".join(chosen(text, "zh") for _, text in texts(pack)) for pack in (provisions, measures)}
    for term in ("深度合成", "显著标识", "安全评估", "备案", "单独同意", "特征库", "辟谣", "真实身份信息认证"):
        assert term in words[provisions.name], term
    for term in ("生成合成内容", "显式标识", "隐式标识", "元数据", "数字水印", "疑似"):
        assert term in words[measures.name], term
