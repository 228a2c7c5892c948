"""From the bytes of a text to what a reader sees of it, and to its Text-Code.

Markup counts for nothing, nor do case, white space, punctuation and characters that nobody sees: a manifest written
into a text with such characters leaves its code as it was.
"""

import codecs
import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from types import MappingProxyType
from typing import Final

import lxml.etree
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.fingerprints.documents import (
    DOCUMENT_TYPES,
    MOST_DOCUMENT_BYTES,
    UnreadableDocumentError,
    book_pages,
)
from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.folding import simplified
from pipeline.fingerprints.standard_codes import GRAM, collapsed, text_code
from pipeline.fingerprints.text_looks import likeness_to_text, text_look_of, without_unseen, wording_of
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits
from pipeline.media_types import canonical

__all__ = [
    "MOST_CHARACTERS",
    "MOST_TEXT_BYTES",
    "TEXT_TYPES",
    "likeness_of",
    "text_fingerprint",
    "text_likeness",
    "text_traits",
    "traits_of",
]

MOST_TEXT_BYTES: Final = 4_000_000
MOST_CHARACTERS: Final = 500_000
"""Coding so many takes about two seconds."""

_FEWEST_FEATURES: Final = 48
"""Of so many different sequences of 13 characters a text must be made at least; shorter ones occur by chance."""

_CHARSETS: Final = frozenset(
    {
        "utf-8",
        "utf-16",
        "ascii",
        "iso8859-1",
        "cp1252",
        "gb18030",
        "gbk",
        "gb2312",
        "big5",
        "shift_jis",
        "euc_jp",
        "euc_kr",
    }
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FRONT_MATTER: Final = re.compile(
    r"""\A---[ \t]*\r?\n(?:[ \t]*(?:\#[^\n]*)?\r?\n)*  # perhaps comments
    (?=["']?[\w-]+["']?[ \t]*:\s)                     # an entry, or else these are two rules around a text
    .*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_MARKS_OF_GB: Final = frozenset(
    "\u3000\u3001\u3002\u300a\u300b\u2018\u2019\u201c\u201d\u2014\u2026\u00b7\u00b0\u00b1\u00d7"
    "\uff0c\uff01\uff1a\uff1b\uff1f\uff08\uff09"
)
"""Marks and signs that editors in China write, also into texts of other languages."""
_USUAL: Final = 0.9
_UNSEEN: Final = ("head", "script", "style", "template", "noscript", "object", "svg", "math")


class _UnreadableError(Exception):
    """The bytes are no text of their media type."""


def text_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a text in one of `TEXT_TYPES`."""
    seen = seen_text(body, media_type)
    return seen if isinstance(seen, NoFingerprint) else fingerprint_of(seen)


def text_traits(body: bytes, media_type: str) -> Traits:
    """All that a text in one of `TEXT_TYPES` is recognised by."""
    seen = seen_text(body, media_type)
    if isinstance(seen, str):
        return traits_of(seen)
    # Nobody said it, but many a file in China is in this encoding.
    guessed = _guessed(body, media_type) if seen.reason == "not-readable" else None
    return NO_TRAITS if guessed is None else _beside(traits_of(guessed))


def _beside(traits: Traits) -> Traits:
    """Traits without the standard's code, which is no business of a guess."""
    return Traits(codes=traits.all_codes, looks=traits.looks)


def traits_of(seen: str) -> Traits:
    """All that a text is recognised by, as a reader sees it."""
    standard = fingerprint_of(seen)
    if isinstance(standard, NoFingerprint):
        return NO_TRAITS
    written = simplified(seen)
    other = None if written == seen else fingerprint_of(written)
    return Traits(
        fingerprint=standard,
        codes=(other,) if isinstance(other, Fingerprint) and other != standard else (),
        looks=(Look(kind="text", data=text_look_of(wording_of(seen))),),
    )


def text_likeness(body: bytes, media_type: str, looks: Sequence[Look]) -> tuple[float, ...]:
    """How much a text in one of `TEXT_TYPES` is like what has each of some looks."""
    seen = seen_text(body, media_type)
    text = seen if isinstance(seen, str) else _guessed(body, media_type)
    return likeness_of(text, looks)


def likeness_of(seen: str | None, looks: Sequence[Look]) -> tuple[float, ...]:
    """How much a text is like what has each of some looks."""
    wording = wording_of(seen or "")
    return tuple(likeness_to_text(wording, look.data) if look.kind == "text" else 0.0 for look in looks)


def seen_text(body: bytes, media_type: str) -> str | NoFingerprint:
    """What a reader sees of a text in one of `TEXT_TYPES`."""
    name = canonical(media_type)
    if len(body) > (MOST_DOCUMENT_BYTES if name in _PACKED else MOST_TEXT_BYTES):
        return NoFingerprint(reason="too-large")
    try:
        return TEXT_TYPES[name](body, media_type)
    except (_UnreadableError, UnreadableDocumentError):
        return NoFingerprint(reason="not-readable")


def _guessed(body: bytes, media_type: str) -> str | None:
    """A text in the encoding of China that does not say so; None where it is unlikely that it is in that."""
    if len(body) > MOST_TEXT_BYTES or canonical(media_type) != "text/plain":
        return None
    try:
        seen = body.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in without_unseen(seen) if not character.isascii()]
    usual = sum("\u4e00" <= character <= "\u9fa5" or character in _MARKS_OF_GB for character in foreign)
    return seen if usual >= _USUAL * len(foreign) else None


def fingerprint_of(seen: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a text, as a reader sees it."""
    text = collapsed(seen)
    if len(text) > MOST_CHARACTERS:
        return NoFingerprint(reason="too-large")
    if len(text) - GRAM + 1 < _FEWEST_FEATURES:
        return NoFingerprint(reason="too-short")
    if not _has_features(text):
        return NoFingerprint(reason="featureless")
    return text_code(text)


def _has_features(text: str) -> bool:
    """Whether a text is made of enough different pieces; most show that with their first ones."""
    grams: set[str] = set()
    for begin in range(len(text) - GRAM + 1):
        grams.add(text[begin : begin + GRAM])
        if len(grams) >= _FEWEST_FEATURES:
            return True
    return False


def _plain(body: bytes, media_type: str) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body, encoding)
    charset = "utf-8"
    if ";" in media_type:
        declared = EmailMessage()
        declared["Content-Type"] = media_type
        charset = declared.get_content_charset(charset)
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        raise _UnreadableError from None
    if name not in _CHARSETS:
        raise _UnreadableError
    return _decoded(body, name)


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise _UnreadableError from None


def _markdown(body: bytes, media_type: str) -> str:
    # Readers do not show front matter, which is where implicit labels are.
    seen = _FRONT_MATTER.sub("", _plain(body, media_type), count=1)
    tokens = MarkdownIt("commonmark").enable("table").parse(seen)
    return "\n".join(_written(tokens))


def _written(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline", "code_block", "fence"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.children:
            yield "".join(_written(token.children))


def _html(body: bytes, media_type: str) -> str:
    encoding = None
    with contextlib.suppress(_UnreadableError):
        body, encoding = _plain(body, media_type).encode(), "utf-8"
    # Without an encoding, the page's own word for it counts.
    parser = lxml.etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding=encoding)
    try:
        page = lxml.etree.fromstring(body, parser)
    except (lxml.etree.LxmlError, ValueError):
        raise _UnreadableError from None
    if page is None:
        raise _UnreadableError
    for element in page.iter():
        if element.get("hidden") is not None:
            element.tag = _UNSEEN[0]
    lxml.etree.strip_elements(page, *_UNSEEN, with_tail=False)
    return " ".join(str(piece) for piece in page.itertext())


def _document(read: Callable[[bytes], str]) -> Callable[[bytes, str], str]:
    return lambda body, _: read(body)


def _book(body: bytes, _: str) -> str:
    return " ".join(_html(page, "application/xhtml+xml") for page in book_pages(body))


_BOOK: Final = "application/epub+zip"
_PACKED: Final = frozenset({*DOCUMENT_TYPES, _BOOK})

TEXT_TYPES: Final[Mapping[str, Callable[[bytes, str], str]]] = MappingProxyType(
    {
        **{name: _document(read) for name, read in DOCUMENT_TYPES.items()},
        _BOOK: _book,
        "text/csv": _plain,
        "text/plain": _plain,
        "text/markdown": _markdown,
        "text/html": _html,
        "application/xhtml+xml": _html,
    }
)
"""What a reader sees of each kind of text."""
