"""Make the font in which explicit labels are drawn: `python tools/make_mark_font.py FOLDER`.

FOLDER is where the wheels `justmytype-intl-cjk` and `justmytype-intl-south-asia` (both 0.1.0) were unpacked. They hold
the variable fonts of the Noto project, under the SIL Open Font License 1.1, whose text is written beside the result.
Needs fontTools (4.68 was used), which nothing in the pipeline does.

The result has a glyph for each letter of our wordings and no others, in bold, in the order of their code points. It has
no layout rules: wordings tell the order in which letters stand. What a writer of PDF needs to know of it is in the JSON
beside it.
"""

import json
import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from pipeline.labels.explicit.wording import WORDINGS

FAMILY = "Sealstream Mark"
TARGET = Path(__file__).parents[1] / "pipeline" / "explicit" / "fonts"
CJK = "justmytype_intl_cjk/fonts/ofl"
INDIC = "justmytype_intl_south_asia/fonts/ofl"
# In this order: a letter comes from the first font that is meant for its script.
SOURCES = {
    "devanagari": (f"{INDIC}/notosansdevanagari/NotoSansDevanagari[wdth,wght].ttf", range(0x0900, 0x0980)),
    "hangul": (f"{CJK}/notosanskr/NotoSansKR[wght].ttf", range(0xAC00, 0xD7A4)),
    "kana": (f"{CJK}/notosansjp/NotoSansJP[wght].ttf", range(0x3040, 0x3100)),
    "other": (f"{CJK}/notosanssc/NotoSansSC[wght].ttf", range(0x110000)),
}


def bold(path: Path) -> TTFont:
    """A variable font at weight 700 and its usual width."""
    font = TTFont(path)
    axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes} | {"wght": 700}
    return instantiateVariableFont(font, axes)


def main(folder: Path) -> None:
    """Write the font, what is to be known of it, and its licence."""
    fonts = {name: (bold(folder / path), points) for name, (path, points) in SOURCES.items()}
    letters = sorted({letter for wording in WORDINGS.values() for letter in wording.drawn})
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    widths = {".notdef": 1000}
    bounds = {".notdef": (0, 0, 0, 0)}
    for letter in letters:
        font = next(font for font, points in fonts.values() if ord(letter) in points)
        glyph_set = font.getGlyphSet()
        name = font.getBestCmap()[ord(letter)]
        outline, bounding = DecomposingRecordingPen(glyph_set), BoundsPen(glyph_set)
        glyph_set[name].draw(outline)
        glyph_set[name].draw(bounding)
        pen = TTGlyphPen(None)
        outline.replay(pen)
        key = f"u{ord(letter):04X}"
        glyphs[key], widths[key], bounds[key] = pen.glyph(), glyph_set[name].width, bounding.bounds or (0, 0, 0, 0)

    ascent = max(round(box[3]) for box in bounds.values())
    descent = min(round(box[1]) for box in bounds.values())
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):04X}" for letter in letters})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (width, round(bounds[name][0])) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable(
        {
            "copyright": "Copyright 2014-2021 Adobe (http://www.adobe.com/); "
            "Copyright 2022 The Noto Project Authors (https://github.com/notofonts/devanagari)",
            "familyName": FAMILY,
            "styleName": "Bold",
            "uniqueFontIdentifier": f"{FAMILY} Bold 1",
            "fullName": f"{FAMILY} Bold",
            "version": "Version 1.000",
            "psName": "SealstreamMark-Bold",
            "licenseDescription": "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
            "licenseInfoURL": "https://openfontlicense.org",
        }
    )
    cap_height = fonts["other"][0]["OS/2"].sCapHeight
    builder.setupOS2(usWeightClass=700, sTypoAscender=ascent, sTypoDescender=descent, sCapHeight=cap_height, fsType=0)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(TARGET / "sealstream-mark.ttf")
    known = {
        "units_per_em": 1000,
        "ascent": ascent,
        "descent": descent,
        "cap_height": cap_height,
        "glyphs": {
            letter: {"id": 1 + at, "advance": widths[f"u{ord(letter):04X}"]} for at, letter in enumerate(letters)
        },
    }
    (TARGET / "sealstream-mark.json").write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    licences = [folder / Path(path).parent / "OFL.txt" for path, _ in SOURCES.values()]
    texts = [path.read_text("utf-8").strip() for path in licences]
    holders = dict.fromkeys(text.split("\n", 1)[0].strip() for text in texts)
    body = texts[0].split("\n", 1)[1].strip()
    (TARGET / "OFL.txt").write_text("\n".join(holders) + f"\n\n{body}\n", "utf-8")


main(Path(sys.argv[1]))
