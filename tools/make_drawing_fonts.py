"""Make the fonts in which drawings are drawn to be recognised: `python tools/make_drawing_fonts.py FOLDER`.

FOLDER has DejaVuSans.ttf and DejaVuSans-Bold.ttf of the DejaVu fonts 2.37, which Linux draws SVG with where a drawing
says no more than "sans-serif"; their licence is beside the result. What is kept are Latin, Greek and Cyrillic letters,
punctuation, arrows and signs. Needs fontTools (4.68 was used), which nothing in the pipeline does.
"""

import sys
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parents[1] / "pipeline" / "fingerprints" / "fonts"
NAMES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
KEPT = (
    *(range(0x20, 0x7F), range(0xA0, 0x250), range(0x370, 0x500), range(0x1E00, 0x1F00), range(0x2000, 0x2070)),
    *(range(0x20A0, 0x20C0), range(0x2100, 0x2150), range(0x2190, 0x2300), range(0x25A0, 0x2600)),
)


def main(folder: Path) -> None:
    """Write both fonts."""
    options = subset.Options(hinting=False, layout_features=["kern"], drop_tables=["FFTM"])
    for name in NAMES:
        font = subset.load_font(str(folder / name), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[point for points in KEPT for point in points])
        subsetter.subset(font)
        subset.save_font(font, str(TARGET / name), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
