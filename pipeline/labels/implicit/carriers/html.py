"""HTML: `meta` elements in the head.

Only these elements are put in and taken out; the rest of the page keeps its bytes. The head is looked for in the first
256 KiB, which is far more than a browser waits for.
"""

from html import escape
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, counted
from pipeline.labels.implicit.carriers.fields import found_in_fields, is_ours, replaces, to_fields
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.pages import PageParser
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_WINDOW: Final = 256 * 1024
_WIDE: Final = (b"\xfe\xff", b"\xff\xfe", b"\x00")
_IN_HEAD: Final = frozenset(
    {"base", "head", "html", "link", "meta", "noscript", "script", "style", "template", "title"}
)


class _Meta(NamedTuple):
    name: str
    content: str
    begin: int
    end: int


def read(body: bytes) -> FoundLabels:
    """The labels of an HTML page."""
    return found_in_fields(((meta.name, meta.content) for meta in _head(_text(body)).metas), carrier="html.meta")


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """An HTML page with the labels."""
    text = _text(body)
    head = _head(text)
    fields = to_fields(labels)
    written = "".join(f'<meta name="{name}" content="{_quoted(value)}"/>' for name, value in fields.items())
    splices = [(meta.begin, meta.end, "") for meta in head.metas if replaces(fields, meta.name)]
    splices.append((head.place, head.place, written))
    for begin, end, new in sorted(splices, reverse=True):
        text = text[:begin] + new + text[end:]
    return text.encode("utf-8", errors="surrogateescape")


def _text(body: bytes) -> str:
    """The page as text that can be turned back into the same bytes, whatever its encoding.

    Tags are ASCII in all encodings of pages but those with wide characters.
    """
    if body.startswith(_WIDE):
        raise ImplicitRefusedError(what="The page is in UTF-16 or UTF-32, which is not written here.")
    return body.decode("utf-8", errors="surrogateescape")


def _quoted(value: str) -> str:
    return escape(value).encode("ascii", errors="xmlcharrefreplace").decode("ascii")


def _head(text: str) -> "_Head":
    head = _Head(text[:_WINDOW])
    head.run()
    return head


class _Head(PageParser):
    """Finds the `meta` elements of labels, and the place for new ones.

    That is behind the start of the head and behind the declaration of the page's encoding, which has to come early.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: list[_Meta] = []
        self.place = 1 if text.startswith("\ufeff") else 0
        self._text = text
        self._lines = [0]
        self._over = False

    def run(self) -> None:
        """Read the head."""
        at = self._text.find("\n")
        while at >= 0:
            self._lines.append(at + 1)
            at = self._text.find("\n", at + 1)
        # In pieces, so that what comes behind the head is not read at all.
        for at in range(0, len(self._text), 4096):
            if self._over:
                break
            self.feed(self._text[at : at + 4096])

    def handle_decl(self, decl: str) -> None:
        """A document type."""
        self._put_after(len(decl) + len("<!>"))

    def handle_pi(self, data: str) -> None:
        """An XML declaration."""
        self._put_after(len(data) + len("<?>"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The start of an element."""
        if self._over or tag not in _IN_HEAD:
            self._over = True
            return
        length = len(self.get_starttag_text() or "")
        found = {name: value or "" for name, value in reversed(attrs)}
        if tag in ("html", "head") or (tag == "meta" and ("charset" in found or "http-equiv" in found)):
            self._put_after(length)
        elif tag == "meta" and is_ours(found.get("name", "")):
            counted(len(self.metas) + 1, MOST_METADATA, of="labels")
            begin = self._begin()
            self.metas.append(_Meta(found["name"], found.get("content", ""), begin, begin + length))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The start of an element with a slash at its end, which pages ignore."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """The end of an element."""
        self._over = self._over or tag == "head"

    def _begin(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _put_after(self, length: int) -> None:
        if not self._over:
            self.place = self._begin() + length
