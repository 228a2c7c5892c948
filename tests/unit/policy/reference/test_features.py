"""Prompts, outputs, digests and pictures are matched against the feature database."""
# ruff: noqa: RUF001 - letters that look like others are among what is matched

import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fingerprints import NEAR, Fingerprint, ImageCode
from pipeline.policy.reference import FeatureEntry, FeatureMatch, regexes
from pipeline.policy.reference.features import FeatureIndex
from pipeline.policy.reference.normalising import folded
from pipeline.policy.reference.regexes import RegexIndex
from tests.unit.policy.reference.entries import feature

CODE = ImageCode(bits=256, body=int("0f" * 32, 16))


def index_of(*entries: Any) -> FeatureIndex:
    return FeatureIndex({entry.id: entry for entry in entries})


def found(index: FeatureIndex, **observed: str) -> list[str]:
    return [match.entry_id for match in index.match(**observed)]


FINGERPRINT = Fingerprint.of("text", bytes(32))


@pytest.mark.parametrize(("flipped", "near"), [(0, ["f"]), (NEAR["text"], ["f"]), (NEAR["text"] + 1, [])])
def test_content_comes_near_a_code_within_a_distance_and_only_one_of_its_kind(flipped: int, near: list[str]) -> None:
    index = index_of(feature(fingerprint=FINGERPRINT.code, category="other"))
    code = ((1 << flipped) - 1).to_bytes(32, "big")
    assert [
        (resemblance.entry_id, resemblance.distance, resemblance.category)
        for resemblance in index.near([Fingerprint.of("text", code)])
    ] == [(entry_id, flipped, "other") for entry_id in near]
    assert index.near([Fingerprint.of("image", bytes(32))]) == ()
    assert found(index, sha256="ab" * 32, text="words") == []


def with_bits_flipped(code: ImageCode, count: int) -> str:
    return ImageCode(bits=code.bits, body=code.body ^ ((1 << count) - 1)).text


WORDS = st.lists(st.text("abAＢ的词 \u200b\n", min_size=1, max_size=4).filter(folded), max_size=6, unique=True)


@settings(deadline=None)
@given(WORDS, st.text("abAＢ的词 \u200b\n", max_size=60))
def test_every_phrase_in_a_text_is_found_and_no_other(phrases: list[str], text: str) -> None:
    index = index_of(*(feature(str(number), phrase=phrase) for number, phrase in enumerate(phrases)))
    expected = {str(number) for number, phrase in enumerate(phrases) if folded(phrase) in folded(text)}
    assert set(found(index, text=text)) == expected


def test_phrases_inside_each_other_are_all_found() -> None:
    index = index_of(*(feature(word, phrase=word) for word in ("he", "she", "hers", "ushers", "us")))
    assert found(index, prompt="ushers") == ["he", "hers", "she", "us", "ushers"]


@pytest.mark.parametrize("place", [65_534, 65_535, 65_536, 65_537, 131_072, 199_990])
def test_a_phrase_is_found_wherever_it_is_in_a_long_text(place: int) -> None:
    index = index_of(feature(phrase="词a词"))
    text = "x" * place + "词A词" + "y" * (200_000 - place)
    assert found(index, text=text) == ["f"]


def test_a_text_full_of_phrases_takes_memory_for_a_part_of_them_at_a_time() -> None:
    index = index_of(*(feature(str(length), phrase="a" * length) for length in range(1, 11)))
    tracemalloc.start()
    matches = index.match(text="a" * 60_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(matches) == 10
    # All 600,000 places at once would take more than 70 MB.
    assert peak < 35 * 2**20


def test_thousands_of_phrases_come_and_go() -> None:
    entries = {str(number): feature(str(number), phrase=f"word{number}.") for number in range(3000)}
    index = FeatureIndex(entries)
    for number in range(0, 3000, 7):
        del entries[str(number)]
        entries[f"new{number}"] = feature(f"new{number}", phrase=f"new{number}.")
        if number % 210 == 0:
            index = index.updated(entries)
    index = index.updated(entries)
    text = " ".join(f"word{number}. new{number}." for number in range(3000))
    assert set(found(index, text=text)) == set(entries)


def test_an_expression_is_searched_for_anywhere() -> None:
    index = index_of(feature("bomb", regex=r"(?i)pipe\s*bomb"), feature("cash", regex=r"\d{4} euros"))
    assert found(index, prompt="a Ｐｉｐｅ\u200b Bomb for 9999 euros") == ["bomb", "cash"]
    assert found(index, prompt="a pipe for 99 euros") == []


def test_expressions_see_case_unless_they_say_otherwise() -> None:
    index = index_of(feature(regex="Secret"))
    assert (found(index, text="SECRET"), found(index, text="Secret")) == ([], ["f"])


def test_expressions_that_do_not_fit_together_are_still_all_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexes, "_SET_BYTES", 2**18)
    index = RegexIndex(tuple(_entry(str(number), f"{number}[一-龥]{{100}}x") for number in range(100, 140)))
    assert len(index._groups) > 1
    words = "词" * 100
    assert [entry.id for entry in index.find(f"107{words}x, 139{words}x")] == ["107", "139"]


def test_where_a_set_of_expressions_gives_up_each_is_searched_for_by_itself() -> None:
    index = RegexIndex((_entry("one", "on+e"), _entry("two", "two")))
    (group,) = index._groups
    group._set = GivesUp()
    assert [entry.id for entry in index.find("onne")] == ["one"]


class GivesUp:
    """What RE2 answers when its memory did not suffice: nothing found."""

    def Match(self, text: bytes) -> None:  # noqa: N802 (the library's name)
        return None


def _entry(name: str, regex: str) -> FeatureEntry:
    made = feature(name, regex=regex)
    assert isinstance(made, FeatureEntry)
    return made


def test_an_expression_made_to_explode_takes_time_in_proportion_to_the_text() -> None:
    index = index_of(feature(regex="(a+)+$|(a|aa)+b|(x+x+)+y"))
    began = time.process_time()
    assert found(index, text="a" * 100_000 + "x" * 100_000) == []
    assert time.process_time() - began < 2


def test_a_digest_is_compared_exactly() -> None:
    index = index_of(feature("one", sha256="ab" * 32), feature("same", sha256="ab" * 32, verdict="illegal"))
    assert found(index, sha256="ab" * 32) == ["same", "one"]
    assert found(index, sha256="ab" * 31 + "ac") == []


@pytest.mark.parametrize(("flipped", "alike"), [(0, ["f"]), (16, ["f"]), (17, []), (128, [])])
def test_pictures_are_alike_within_a_distance(flipped: int, alike: list[str]) -> None:
    index = index_of(feature(iscc=CODE.text))
    assert found(index, image_code=with_bits_flipped(CODE, flipped)) == alike


def test_a_shorter_code_is_compared_with_the_beginning_of_a_longer_one() -> None:
    short = ImageCode(bits=64, body=CODE.beginning(64))
    index = index_of(feature("short", iscc=short.text, distance=0), feature("long", iscc=CODE.text))
    assert found(index, image_code=with_bits_flipped(CODE, 192)) == ["short"]
    assert found(index, image_code=short.text) == ["short"]


def test_each_side_has_its_own_features() -> None:
    index = index_of(
        feature("asked", phrase="word", applies_to=["prompt"]),
        feature("said", regex="word", applies_to=["output"]),
        feature("both", phrase="wor"),
    )
    assert found(index, prompt="word") == ["asked", "both"]
    assert found(index, text="word") == ["both", "said"]
    assert [match.side for match in index.match(prompt="word", text="word")] == ["prompt", "output", "prompt", "output"]


def test_matches_are_told_by_id_alone_the_gravest_first() -> None:
    index = index_of(
        feature("a", verdict="rumour", phrase="dam"),
        feature("b", verdict="illegal", regex="b.r.t"),
        feature("c", phrase="burst"),
    )
    assert index.match(text="the dam has burst") == (
        FeatureMatch(entry_id="b", verdict="illegal", how="regex", side="output"),
        FeatureMatch(entry_id="c", verdict="harmful", how="phrase", side="output"),
        FeatureMatch(entry_id="a", verdict="rumour", how="phrase", side="output"),
    )


def test_an_index_says_what_it_could_find() -> None:
    prompts = index_of(feature(phrase="a", applies_to=["prompt"]))
    assert (prompts.knows_text("prompt"), prompts.knows_text("output"), prompts.knows_pictures) == (True, False, False)
    pictures = index_of(feature(iscc=CODE.text))
    assert (pictures.knows_text("output"), pictures.knows_pictures) == (False, True)


def test_the_expressions_are_compiled_once_for_all_updates_that_do_not_touch_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = {"r": feature("r", regex="ab+c")}
    index = FeatureIndex(entries)
    monkeypatch.setattr(regexes, "_compiled", None)
    index = index.updated(entries | {"p": feature("p", phrase="word")})
    assert found(index, text="word abbc") == ["p", "r"]
