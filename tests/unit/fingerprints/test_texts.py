"""Texts: what a reader sees of them is coded, and nothing else."""

import codecs

import iscc_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints import NEAR, Fingerprint, NoFingerprint, texts
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.traits import SAME

WORDS = (
    "The night ferry leaves the harbour at ten, carries the letters of the whole island, and is back before the market "
    "opens; nobody remembers a winter in which it did not sail."
)
CHINESE = (
    "夜班渡轮十点离港,载着全岛的信件,在集市开张之前返回;没有人记得哪一年冬天它不曾起航。"
    "人们在码头上等候,灯光映在水面,海鸥掠过桅杆,孩子们数着归来的船只。"
)


def code_of(body: str | bytes, media_type: str = "text/plain") -> str:
    found = examine(body if isinstance(body, bytes) else body.encode(), media_type)
    assert isinstance(found, Fingerprint), found
    assert found.kind == "text"
    return found.code


def reason(body: bytes, media_type: str = "text/plain") -> str:
    found = examine(body, media_type)
    assert isinstance(found, NoFingerprint), found
    return found.reason


@pytest.mark.parametrize("text", [WORDS, CHINESE])
def test_the_code_of_a_text_is_the_one_of_the_standard(text: str) -> None:
    assert code_of(text) == iscc_core.gen_text_code_v0(text, bits=256)["iscc"]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (WORDS.encode(), "Text/Plain; charset=utf-8"),
        (codecs.BOM_UTF8 + WORDS.encode(), "text/plain"),
        (WORDS.encode("utf-16"), "text/plain"),
        (codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "text/plain"),
        (WORDS.encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        (WORDS.upper().encode(), "text/plain"),
        (WORDS.replace(" ", "\r\n\t").encode(), "text/plain"),
        (WORDS.replace(",", " --").encode(), "text/plain"),
        ((WORDS[:30] + "\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10))) + WORDS[30:]).encode(), "text/plain"),
        ((WORDS + "\U000e0100\U000e01ef").encode(), "text/plain"),
    ],
)
def test_encoding_case_space_punctuation_and_what_nobody_sees_do_not_matter(body: bytes, media_type: str) -> None:
    assert code_of(body, media_type) == code_of(WORDS)


def test_chinese_encodings_are_read_where_they_are_named() -> None:
    assert code_of(CHINESE.encode("gb18030"), 'text/plain; charset="GB18030"') == code_of(CHINESE)
    assert reason(CHINESE.encode("gb18030")) == "not-readable"


MARKDOWN = f"""# The night *ferry*

[leaves](http://example.com/long/address) the `harbour` at ten, **carries** the letters of the whole island,

> and is back before the market opens;

- nobody <span class="x">remembers</span>
- ![a winter](http://example.com/picture.png "title")

| in which |
|---|
| it did not sail. |

<!-- {WORDS} -->
"""


def test_of_markdown_the_words_count() -> None:
    assert code_of(MARKDOWN, "text/markdown") == code_of(WORDS)


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["---\n", "...\r\n"])
@pytest.mark.parametrize(
    "matter", ["title: Ferries\nAIGC: {}\n", "# for the layout\n\n'a-b' : c\r\n", 'AIGC: {"Label":"1"}\n']
)
def test_front_matter_of_markdown_does_not_count(matter: str, start: str, end: str) -> None:
    assert code_of(f"{start}---\n{matter}{end}{MARKDOWN}", "text/markdown") == code_of(WORDS)


@pytest.mark.parametrize(
    "rules", ["---\n\n{}\n\n---\n", "---\n{}\n---\nAIGC: no\n---\n", "---\nAIGC: {}\n", "{}\n---\na: b\n---\n"]
)
def test_text_between_rules_counts(rules: str) -> None:
    said = code_of(rules.format(MARKDOWN), "text/markdown")
    assert Fingerprint(kind="text", code=said).distance(Fingerprint(kind="text", code=code_of(WORDS))) <= NEAR["text"]
    assert code_of(MARKDOWN) != code_of(WORDS)


PAGE = f"""<!DOCTYPE html><html><head><title>Ferries, and more of them</title><style>p {{ color: red }}</style></head>
<body onload="{WORDS}"><h1>The night ferry</h1><script>let words = "{WORDS}";</script><!-- {WORDS} -->
<p>leaves <a href="http://example.com">the harbour</a> at ten, carries the letters&nbsp;of the whole island,</p>
<div hidden>{WORDS}<p>{WORDS}</div><template><p>{WORDS}</p></template><noscript>{WORDS}</noscript>
<p>and is back before the market opens; nobody remembers a winter in which it did not sail.</body></html>"""


@pytest.mark.parametrize("media_type", ["text/html", "text/html; charset=utf-8", "application/xhtml+xml"])
def test_of_a_page_what_is_shown_counts(media_type: str) -> None:
    assert code_of(PAGE, media_type) == code_of(WORDS)


def test_a_page_may_name_its_encoding_itself() -> None:
    page = f'<meta charset="gb18030"><p>{CHINESE}</p>'
    assert code_of(page.encode("gb18030"), "text/html") == code_of(CHINESE)


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b"", "text/plain", "too-short"),
        (b"Yes.", "text/plain", "too-short"),
        (b"ha" * 500, "text/plain", "featureless"),
        (b"\xff\xff\xff\xff" * 99, "text/plain", "not-readable"),
        (WORDS.encode(), "text/plain; charset=no-such-thing", "not-readable"),
        (WORDS.encode("utf-7"), "text/plain; charset=zip", "not-readable"),
        (b"", "text/html", "not-readable"),
        (b"<p>" * 50_000, "text/html", "too-short"),
        (b">" * 50_000 + b"\n", "text/markdown", "too-short"),
        (b"[" * 5_000 + b"a" + b"](b)" * 5_000, "text/markdown", "featureless"),
        (b"x" * (texts.MOST_TEXT_BYTES + 1), "text/plain", "too-large"),
        (b"".join(b"%d " % number for number in range(110_000)), "text/plain", "too-large"),
        (WORDS.encode(), "application/json", "not-supported"),
        (WORDS.encode(), "", "not-supported"),
    ],
)
def test_what_cannot_be_told_from_others_or_is_no_sane_text_has_none(
    body: bytes, media_type: str, expected: str
) -> None:
    assert reason(body, media_type) == expected


def test_entities_of_a_page_are_not_followed() -> None:
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "' + "ferry " * 50 + '"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50
        + f'"><!ENTITY file SYSTEM "file:///etc/passwd">]><html><body><p>{WORDS}</p>&c;&file;</body></html>'
    )  # fmt: skip
    found = examine(bomb.encode(), "application/xhtml+xml")
    assert isinstance(found, Fingerprint)
    assert found.distance(Fingerprint(kind="text", code=code_of(WORDS))) < 128


@given(st.binary(max_size=400), st.sampled_from(sorted(texts.TEXT_TYPES)))
def test_no_bytes_break_the_reader(body: bytes, media_type: str) -> None:
    assert isinstance(examine(body, media_type), Fingerprint | NoFingerprint)
    padded = body + WORDS.encode()
    assert isinstance(examine(padded, media_type), Fingerprint | NoFingerprint)


@pytest.mark.parametrize(
    "text", [CHINESE, WORDS + "\U000e0100\ufe00", WORDS.replace("letters", "\u201cletters\u201d\u2026")]
)
def test_texts_in_the_encoding_of_china_are_known_though_nobody_says_so(text: str) -> None:
    body = text.encode("gb18030")
    found, known = traits(body, "text/plain"), traits(text.encode(), "text/plain")
    assert {code.code for code in found.codes} & {code.code for code in known.all_codes}
    assert likenesses(body, "text/plain", [known.looks])[0] >= SAME


def test_a_paragraph_of_markdown_wrapped_anew_has_the_same_words() -> None:
    looks = traits(WORDS.encode(), "text/markdown").looks
    wrapped = WORDS.replace(" carries", "\ncarries").replace(" nobody", "  \nnobody")
    assert likenesses(wrapped.encode(), "text/markdown", [looks]) == (1.0,)
