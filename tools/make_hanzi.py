"""Writes pipeline/fingerprints/hanzi.txt anew: traditional characters and the simplified ones they are folded into.

Needs the package `opencc` (Apache-2.0), which nothing else here does:

    python -m pip install opencc==1.4.2 && python -m tools.make_hanzi
"""

from pathlib import Path
from typing import Final

import opencc

PAGE: Final = Path(__file__).parents[1] / "pipeline" / "fingerprints" / "hanzi.txt"
_HAN: Final = (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))
_PAIRS_A_LINE: Final = 40


def main() -> None:
    """Write the table."""
    fold = opencc.OpenCC("t2s")
    pairs = [(chr(point), fold.convert(chr(point))) for point in _HAN]
    folded = [
        traditional + simplified
        for traditional, simplified in pairs
        if traditional != simplified and len(simplified) == 1 and ord(simplified) in _HAN
    ]
    rows = ["".join(folded[begin : begin + _PAIRS_A_LINE]) for begin in range(0, len(folded), _PAIRS_A_LINE)]
    PAGE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{PAGE.name}: {len(folded)} characters")


if __name__ == "__main__":
    main()
