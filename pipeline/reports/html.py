"""A report as HTML: one file that needs no other, with nothing in it that runs."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.reports.extra import extra_missing
from pipeline.reports.model import ReportDocument, document_digest

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["html_of"]


def html_of(document: ReportDocument) -> str:
    """The report as HTML; whatever is in it is text, and never markup.

    Raises:
        OperatorError: the extra is not installed.
    """
    return _template().render(document=document, digest=document_digest(document))


@cache
def _template() -> "Template":
    try:
        from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise extra_missing("jinja2") from error
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = (files("pipeline.reports") / "templates" / "report.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source)
