"""A report as PDF, set by Typst: tagged for readers of screens, with its fonts in it, the same bytes each time.

The document goes in as JSON and is only ever set as text, so nothing in a record can be markup, name a file or an
address. Typst fetches nothing: the template imports no package.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import OperatorError
from pipeline.reports.extra import extra_missing
from pipeline.reports.model import ReportDocument, document_digest

if TYPE_CHECKING:
    from typst import Fonts

__all__ = ["FONT", "pdf_of"]

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
    inputs = {
        "document": msgspec.json.encode(document).decode(),
        "digest": document_digest(document),
    }
    template = (files("pipeline.reports") / "templates" / "report.typ").read_bytes()
    return typst.compile(template, format="pdf", font_paths=_fonts(fonts), sys_inputs=inputs, pdf_standards="ua-1")


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
