"""report.pdf: one page of text, figures and a picture."""

import io
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from tools.make_samples.programs import font_file

INK = (34, 46, 54)
GREY = (104, 116, 122)
ACCENT = (26, 94, 120)

# Millimetres: the text block's left edge and width, and the width of one of its two columns.
LEFT = 24.0
WIDTH = 162.0
COLUMN = 77.0

LEAD = """\
Spring came early to the harbour. Between January and March 1,284 visiting boats made fast in Brenlow, almost a fifth
more than a year ago, and for the first time since records are kept no night passed with the guest pier empty."""

WORKS = """\
The new floating stage on Osk Island was the largest work of the winter. It was finished nine days late, after the
storms of January, and slightly below budget. Ferries can now land at any state of the tide; the night service resumes
in May.

The tide gate opened on time on 172 of 174 tides. Both delays were caused by driftwood in the sill and lasted less than
half an hour."""

SUMMER = """\
Water samples were taken every week at four points. All 52 were clear; the oxygen near the slipway, low in past
summers, will be measured daily from June.

For the summer the office recommends a second pump at the fuel berth, shade and water for those who queue for the
ferry, and a larger sign at the pier head."""

VISITING_BOATS = (("January", 291), ("February", 402), ("March", 591))


class Report(FPDF):
    """An A4 page in two families of type: a serif to read, a sans serif for headings and figures."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        for family, name in (("serif", "Noto Serif"), ("sans", "Noto Sans")):
            self.add_font(family, "", font_file(f"{name}:style=Regular"))
            self.add_font(family, "B", font_file(f"{name}:style=Bold"))
        self.set_margins(LEFT, 22, LEFT)
        self.c_margin = 0
        self.set_auto_page_break(auto=False)
        self.add_page()

    def headline(self, text: str) -> None:
        """A line of the headline."""
        self.set_font("serif", "B", 23)
        self.set_text_color(*INK)
        self.cell(0, 12, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str, x: float = LEFT) -> None:
        """The heading of a section that begins at `x`."""
        self.set_font("sans", "B", 10)
        self.set_text_color(*ACCENT)
        self.set_x(x)
        self.cell(COLUMN, 6.4, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def small(self, text: str) -> None:
        """A line of what surrounds the text: running head, caption, foot."""
        self.set_font("sans", "", 7.6)
        self.set_text_color(*GREY)
        self.cell(0, 4, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def text_block(self, text: str, size: float, x: float = LEFT, width: float = WIDTH) -> None:
        """Paragraphs, parted by blank lines, in a column that begins at `x`."""
        self.set_font("serif", "", size)
        self.set_text_color(*INK)
        for paragraph in text.split("\n\n"):
            self.set_x(x)
            joined = paragraph.replace("\n", " ")
            self.multi_cell(width, size * 0.545, joined, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.ln(2.2)

    def photo(self, path: Path) -> None:
        """The middle of a picture, as wide as the text."""
        with Image.open(path) as original:
            wide = original.crop((0, 60, 800, 440)).resize((720, 342), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        wide.save(stream, "JPEG", quality=78, optimize=True)
        top, height = self.get_y(), WIDTH * wide.height / wide.width
        alternative = "Sailing boats in front of a row of coloured houses"
        self.image(stream, x=LEFT, y=top, w=WIDTH, h=height, alt_text=alternative)
        self.set_y(top + height + 1.5)

    def bars(self, rows: tuple[tuple[str, int], ...]) -> None:
        """A bar for each row, five boats to the millimetre."""
        self.set_font("sans", "", 8.6)
        self.set_text_color(*INK)
        self.set_fill_color(*ACCENT)
        start = LEFT + 22
        for name, count in rows:
            length = count / 5
            self.rect(start, self.get_y() + 0.9, length, 3.6, style="F")
            self.cell(0, 5.4, name)
            self.set_x(start + length + 2)
            self.cell(20, 5.4, str(count), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def foot(self, text: str) -> None:
        """A rule and a line at the foot of the page."""
        self.set_draw_color(*GREY)
        self.set_line_width(0.15)
        self.line(LEFT, 277.5, LEFT + WIDTH, 277.5)
        self.set_y(279)
        self.small(text)


def write_report(target: Path, photo: Path) -> None:
    """Typeset the page; `photo` is the picture at its head. The same input gives the same bytes."""
    page = Report()
    page.set_title("Harbour of Brenlow: report on the first quarter of 2026")
    page.set_lang("en")
    page.set_creation_date(datetime(2026, 4, 7, 8, 0, tzinfo=UTC))
    page.set_producer("sealstream samples")

    page.small("HARBOUR OFFICE   ·   QUARTERLY REPORT   ·   1 / 2026")
    page.ln(2.5)
    page.headline("A full guest pier,")
    page.headline("and a stage that floats")
    page.ln(4)
    page.photo(photo)
    page.small("The guest pier from the breakwater, on the last morning of March.")
    page.ln(4)
    page.text_block(LEAD, 11.4)
    page.ln(2)

    top, right = page.get_y(), LEFT + WIDTH - COLUMN
    page.heading("Works and traffic")
    page.text_block(WORKS, 9.6, LEFT, COLUMN)
    bottom = page.get_y()
    page.set_y(top)
    page.heading("Water and summer", right)
    page.text_block(SUMMER, 9.6, right, COLUMN)
    page.set_y(bottom + 3)

    page.heading("Visiting boats")
    page.ln(1)
    page.bars(VISITING_BOATS)
    page.foot("Harbour Office of Brenlow   ·   7 April 2026   ·   page 1 of 1")
    target.write_bytes(bytes(page.output()))
