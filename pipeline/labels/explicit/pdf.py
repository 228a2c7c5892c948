"""The label of a PDF: our plate in the upper right corner of each page, as text in an embedded font."""

import io
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Rectangle, Stream, String

from pipeline.assets.pdf_update import NoUpdateError, updated, would_lose
from pipeline.labels.explicit.model import LabeledFile, LabelOrder, Written
from pipeline.labels.explicit.plate import DARK, LIGHT, TEXT_HEIGHT
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["find_in_pdf", "label_pdf"]

_MOST_PAGES: Final = 2000

_OURS: Final = "/SealstreamMark"
"""The key by which the plate is known again; its value is what it says."""

_BROKEN: Final = (
    NoUpdateError,
    pikepdf.PdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RuntimeError,
    OverflowError,
)
"""What pikepdf raises over broken and odd files."""

_LEAST_EM: Final = 9.0
_EM_RATIO: Final = 0.018
_MARGIN: Final = 10.0
_SIGNED: Final = 1
_DARK: Final = " ".join(f"{part / 255:.4g}" for part in DARK)
_LIGHT: Final = " ".join(f"{part / 255:.4g}" for part in LIGHT)


def label_pdf(body: bytes, order: LabelOrder) -> LabeledFile:
    """Put the label on every page; on pages that have it, it is not put again.

    Raises:
        ExplicitRefusedError: no PDF, broken, encrypted, signed, or of too many pages.
    """
    saved = io.BytesIO()
    with ExplicitRefusedError.instead_of(*_BROKEN, what="The document cannot be read."), _opened(body) as document:
        _refuse(document)
        text = WORDINGS[order.language].text
        ratios = [_stamp(document, page, order) for page in document.pages if text not in _texts_on(page)]
        if not ratios:
            return LabeledFile(body=body, written=_written(text, None), kept=True)
        if would_lose(body, document):
            saved.write(updated(body, document))
        else:
            document.save(saved, linearize=document.is_linearized, deterministic_id=True)
    return LabeledFile(body=saved.getvalue(), written=_written(text, min(ratios)), kept=True)


def find_in_pdf(body: bytes) -> tuple[str, bool] | None:
    """What our plate on a document says, and whether it is on the first page; None where there is no plate of ours.

    Raises:
        ExplicitRefusedError: as `label_pdf`, except that signed documents can be read.
    """
    with ExplicitRefusedError.instead_of(*_BROKEN, what="The document cannot be read."), _opened(body) as document:
        for number, page in enumerate(document.pages[:_MOST_PAGES]):
            for text in _texts_on(page):
                return text, number == 0
    return None


def _opened(body: bytes) -> Pdf:
    """A document that is whole: what a repair would make of a broken one may lack pages."""
    return Pdf.open(io.BytesIO(body), attempt_recovery=False)


def _refuse(document: Pdf) -> None:
    if document.is_encrypted:
        raise ExplicitRefusedError(what="The document is encrypted.", remedy="Send it without encryption.")
    if not 0 < len(document.pages) <= _MOST_PAGES:
        raise ExplicitRefusedError(
            what=f"The document has {len(document.pages)} pages; 1 to {_MOST_PAGES} are labeled."
        )
    form = document.Root.get("/AcroForm", Dictionary())
    if int(form.get("/SigFlags", 0)) & _SIGNED:
        raise ExplicitRefusedError(what="The document is signed, and a label would break the signature.")


def _written(text: str, ratio: float | None) -> Written:
    return Written(kind="text", text=text, position="start", height_ratio=ratio, at_start=True)


def _texts_on(page: pikepdf.Page) -> list[str]:
    """What the plates on a page say. A form that is there and not drawn is not looked at."""
    forms = page.obj.get("/Resources", Dictionary()).get("/XObject", Dictionary())
    drawn = {
        str(instruction.operands[0]) for instruction in pikepdf.parse_content_stream(page, "Do") if instruction.operands
    }
    return [str(form[_OURS]) for name, form in forms.items() if name in drawn and _OURS in form]


def _stamp(document: Pdf, page: pikepdf.Page, order: LabelOrder) -> float:
    """Draw the plate over a page; the height of its letters over the page's shortest side."""
    box = Rectangle(page.cropbox)
    shortest = min(box.width, box.height)
    em = max(_LEAST_EM, shortest * _EM_RATIO)
    form = _plate(document, order, em)
    width, height = (float(form.BBox[at]) for at in (2, 3))
    turns = int(page.obj.get("/Rotate", 0)) // 90 % 4
    if turns % 2:
        width, height = height, width
    # The upper right corner as the page is shown; pages are turned clockwise.
    left = box.llx + _MARGIN if turns in {1, 2} else box.urx - _MARGIN - width
    low = box.lly + _MARGIN if turns in {2, 3} else box.ury - _MARGIN - height
    page.add_overlay(form, Rectangle(left, low, left + width, low + height))
    return round(em * TEXT_HEIGHT / shortest, 4)


def _plate(document: Pdf, order: LabelOrder, em: float) -> Stream:
    wording, font = WORDINGS[order.language], _font_facts()
    glyphs = [font["glyphs"][letter] for letter in wording.drawn]
    beside, above, rim = em * 0.4, em * 0.25, max(0.5, em / 18)
    width = sum(glyph["advance"] for glyph in glyphs) / 1000 * em + 2 * beside
    height = (font["ascent"] - font["descent"]) / 1000 * em + 2 * above
    baseline = above - font["descent"] / 1000 * em
    codes = "".join(f"{glyph['id']:04X}" for glyph in glyphs)
    said = wording.text.encode("utf-16-be").hex().upper()
    content = (
        f"{_DARK} rg {_LIGHT} RG {rim:.3f} w "
        f"{rim / 2:.3f} {rim / 2:.3f} {width - rim:.3f} {height - rim:.3f} re B\n"
        f"/Span <</ActualText <FEFF{said}>>> BDC BT /F {em:.3f} Tf {_LIGHT} rg "
        f"{beside:.3f} {baseline:.3f} Td <{codes}> Tj ET EMC"
    )
    form = Stream(document, content.encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, width, height])
    form.Resources = Dictionary(Font=Dictionary(F=_font(document)))
    form[_OURS] = String(wording.text)
    return form


@cache
def _font_facts() -> Any:
    return json.loads(files("pipeline.labels.explicit").joinpath("fonts/sealstream-mark.json").read_text("utf-8"))


def _font(document: Pdf) -> pikepdf.Object:
    """The font, whole: it has few letters. One for the document."""
    root = document.Root
    shared = root.get(_OURS)
    if shared is None:
        shared = root[_OURS] = document.make_indirect(_composite(document))
    return shared


def _composite(document: Pdf) -> Dictionary:
    font, name = _font_facts(), Name("/SealstreamMark-Bold")
    program = Stream(document, files("pipeline.labels.explicit").joinpath("fonts/sealstream-mark.ttf").read_bytes())
    program.Length1 = len(program.read_bytes())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array([0, font["descent"], font["units_per_em"], font["ascent"]]),
        ItalicAngle=0,
        Ascent=font["ascent"],
        Descent=font["descent"],
        CapHeight=font["cap_height"],
        StemV=140,
        FontFile2=program,
    )
    widths = [glyph["advance"] for glyph in sorted(font["glyphs"].values(), key=lambda glyph: glyph["id"])]
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=document.make_indirect(descriptor),
        W=Array([1, Array(widths)]),
        CIDToGIDMap=Name.Identity,
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([document.make_indirect(descendant)]),
        ToUnicode=Stream(document, _to_unicode(font["glyphs"]).encode()),
    )


def _to_unicode(glyphs: dict[str, dict[str, int]]) -> str:
    lines = [f"<{glyph['id']:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, glyph in glyphs.items()]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            f"{len(lines)} beginbfchar",
            *lines,
            "endbfchar endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
