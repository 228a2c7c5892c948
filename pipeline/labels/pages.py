"""Reading HTML as browsers do, where the standard library does not."""

from html.parser import HTMLParser

__all__ = ["PageParser"]


class PageParser(HTMLParser):
    """The standard library's parser, which some of what strangers write makes fail."""

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 (as the library has it)
        """Take `<![` for the beginning of a comment, as the HTML standard has it; the library asserts SGML."""
        return self.parse_bogus_comment(i, report)
