"""The label of a text: a line of its own at the start, at the end, or both."""

import re
from typing import Final

from pipeline.labels.explicit.model import LabeledFile, LabelOrder, Position, TextPlace, Written
from pipeline.labels.explicit.wording import WORDINGS, names_both, plain
from pipeline.labels.pages import PageParser
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["MOST_DECODED_BYTES", "decoded", "find_in_text", "label_html", "label_text", "text_of_html"]

MOST_DECODED_BYTES: Final = 16 * 2**20

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST_LABEL: Final = 60
"""A longer line is about something else, even if it names both elements."""

_EDGE_LINES: Final = 3
"""How many lines, empty ones aside, are the start or the end of a text."""


def label_text(body: bytes, order: LabelOrder, *, front_matter: bool = False) -> LabeledFile:
    """Put the label above a text, below it, or both; where it already stands it is not put again.

    Args:
        body: text in UTF-8.
        order: language and place of the label.
        front_matter: whether the text may begin with YAML front matter, which stays first (Markdown).

    Raises:
        ExplicitRefusedError: the text is too long, or not in UTF-8.
    """
    text = decoded(body)
    found = _FRONT_MATTER.match(text) if front_matter else None
    head = text[: found.end()] if found is not None else ""
    if text.startswith("\ufeff") and not head:
        head = "\ufeff"
    rest, label = text[len(head) :], WORDINGS[order.language].in_text
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [plain(line).strip() for line in rest.splitlines() if plain(line).strip()]
    if order.place in {"start", "both"} and lines[:1] != [label]:
        rest = f"{label}{newline}{newline}{rest}"
    if order.place in {"end", "both"} and (lines[-1:] != [label] or (order.place == "both" and len(lines) <= 1)):
        rest += f"{newline if rest.endswith(newline) else 2 * newline}{label}{newline}"
    return LabeledFile(body=(head + rest).encode(), written=_written(order), kept=True)


def label_html(body: bytes, order: LabelOrder) -> LabeledFile:
    """Put the label into the body of a page, as its first and its last paragraph; the rest stays byte for byte.

    Raises:
        ExplicitRefusedError: the page is too long, or not in UTF-8.
    """
    text = decoded(body)
    label = f'<p class="ai-label" lang="{order.language}">{WORDINGS[order.language].in_text}</p>'
    body_at = _Body()
    body_at.feed(text)
    starts = [0, *(at.end() for at in re.finditer(r"\n", text))]
    start = len(text) if body_at.opened is None else starts[body_at.opened[0]] + body_at.opened[1]
    if body_at.opened is None:
        start = body_at.prologue(starts)
    end = len(text) if body_at.closed is None else starts[body_at.closed[0]] + body_at.closed[1]
    before, inside, after = text[:start], text[start:end], text[end:]
    if order.place in {"start", "both"} and not inside.startswith(label):
        inside = label + inside
    if order.place in {"end", "both"} and not (inside.endswith(label) and (order.place == "end" or inside != label)):
        inside += label
    return LabeledFile(body=(before + inside + after).encode(), written=_written(order), kept=True)


def decoded(body: bytes) -> str:
    """A text as it was written, with its line ends.

    Raises:
        ExplicitRefusedError: the text is too long, or not in UTF-8.
    """
    if len(body) > MOST_DECODED_BYTES:
        raise ExplicitRefusedError(what=f"The text has {len(body)} bytes; at most {MOST_DECODED_BYTES} are read.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ExplicitRefusedError(what="The text is not in UTF-8.", remedy="Send text in UTF-8.") from error


def find_in_text(text: str, wording: str | None = None) -> tuple[str, Position] | None:
    """The label in a text, and where it is: a claimed wording anywhere, or else a short line that names both elements.

    Args:
        text: the text as a person sees it.
        wording: what the label is claimed to say; None to look for any.
    """
    body = _FRONT_MATTER.sub("", text, count=1)
    lines = [line for line in (plain(line).strip() for line in body.splitlines()) if line]
    wanted = None if wording is None else plain(wording).strip()
    if wanted == "":
        return None
    for number, line in enumerate(lines):
        if wanted in line if wanted is not None else len(line) <= _LONGEST_LABEL and names_both(line):
            return wanted or line, _position(number, len(lines))
    return None


def text_of_html(text: str) -> str:
    """What a page shows, a line for each piece of text."""
    shown = _Shown()
    shown.feed(text)
    shown.close()
    return "\n".join(shown.pieces)


def _position(number: int, lines: int) -> Position:
    if number < _EDGE_LINES:
        return "start"
    return "end" if number >= lines - _EDGE_LINES else "middle"


def _written(order: LabelOrder) -> Written:
    place: TextPlace = order.place
    return Written(
        kind="text",
        text=WORDINGS[order.language].text,
        position="end" if place == "end" else "start",
        at_start=place != "end",
    )


class _Body(PageParser):
    """Where the body of a page begins and ends, as line and column, both from 0."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.opened: tuple[int, int] | None = None
        self.closed: tuple[int, int] | None = None
        self._declared: tuple[int, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A body that is opened; its label goes behind the tag."""
        del attrs
        if tag == "body" and self.opened is None:
            self.opened = self._behind(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """The last body that is closed."""
        if tag == "body":
            line, column = self.getpos()
            self.closed = line - 1, column

    def handle_decl(self, decl: str) -> None:
        """A document type, which has to stay first."""
        self._declared = self._behind(f"<!{decl}>")

    def prologue(self, starts: list[int]) -> int:
        """Where text may begin in a page that names no body."""
        return 0 if self._declared is None else starts[self._declared[0]] + self._declared[1]

    def _behind(self, written: str) -> tuple[int, int]:
        line, column = self.getpos()
        lines = written.split("\n")
        return line - 1 + len(lines) - 1, len(lines[-1]) + (column if len(lines) == 1 else 0)


class _Shown(PageParser):
    """The pieces of text that a page shows."""

    _HIDDEN: Final = frozenset({"script", "style", "head", "template", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What is not shown may be nested."""
        del attrs
        if tag in self._HIDDEN:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The end of what is not shown; a body ends a head that was left open."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._hidden:
            self.pieces.append(data)
