"""A report as PDF, set by Typst: tagged for readers of screens, with its fonts in it, the same bytes each time.

The document goes in as JSON and is only ever set as text, so nothing in a record can be markup, name a file or an
address. Typst fetches nothing: the template imports no package.
"""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.errors import OperatorError
from pipeline.reports.extra import extra_missing
from pipeline.reports.model import ReportDocument, document_digest

if TYPE_CHECKING:
    from typst import Fonts

__all__ = ["FONT", "pdf_of"]

_NOT_IN_FONT: Final = "could not be displayed"
"""How Typst says that a face lacks a sign, which PDF/UA does not allow."""

_OTHER_SIGNS: Final = re.compile(
    "[^\n -~\u00a0-\u017e\u2013-\u2014\u2018-\u201d\u2026\u2190-\u2193"
    "\u3000-\u30ff\u4e00-\u9fa5\uac00-\ud7a3\uff01-\uff5e]"
)
"""Signs that the face may lack; it certainly has Latin, Chinese, kana and hangul."""

FONT: Final = "Noto Sans CJK SC"
"""The face that reports are set in; it has Latin and Chinese."""


def pdf_of(document: ReportDocument, fonts: Path | None = None) -> bytes:
    """The report as PDF.

    Args:
        document: the report.
        fonts: a folder with the fonts; None for those that the system has.

    Raises:
        OperatorError: the extra or the font is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise extra_missing("typst") from error
    digest = document_digest(document)
    found = _fonts(fonts)
    try:
        return _compiled(document, digest, found)
    except typst.TypstError as error:
        if _NOT_IN_FONT not in error.message:
            raise
        return _compiled(_in_font(document), digest, found)


def _compiled(document: ReportDocument, digest: str, fonts: "Fonts") -> bytes:
    import typst  # noqa: PLC0415 - an extra

    template = (files("pipeline.reports") / "templates" / "report.typ").read_bytes()
    inputs = {"document": msgspec.json.encode(document).decode(), "digest": digest}
    return typst.compile(template, format="pdf", font_paths=fonts, sys_inputs=inputs, pdf_standards="ua-1")


def _in_font(document: ReportDocument) -> ReportDocument:
    """The document with signs of other scripts by their numbers: readers of screens are never given a sign unsaid."""
    return msgspec.convert(_by_number(msgspec.to_builtins(document)), ReportDocument)


def _by_number(value: Any) -> Any:
    match value:
        case str():
            return _OTHER_SIGNS.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", value)
        case dict():
            return {name: _by_number(member) for name, member in value.items()}
        case list() | tuple():
            return [_by_number(item) for item in value]
        case _:
            return value


@cache
def _fonts(folder: Path | None) -> "Fonts":
    import typst  # noqa: PLC0415 - an extra

    found = typst.Fonts(include_system_fonts=folder is None, font_paths=[] if folder is None else [folder])
    if FONT not in found.families():
        where = "on this system" if folder is None else f"in {folder}"
        raise OperatorError(
            what=f"The font {FONT} is not {where}, and reports are set in it.",
            remedy="Install Debian's fonts-noto-cjk, or name with --fonts a folder that has "
            "NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc.",
        )
    return found
