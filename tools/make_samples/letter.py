"""letter.docx: the Office Open XML package in letter-parts/, zipped as a word processor does it."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PACKAGE = Path(__file__).parent / "letter-parts"

# The package's order: what names the types and the way in comes first.
FIRST = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def write_letter(target: Path) -> None:
    """Zip the parts: deflated, content types first, every entry dated 1 January 1980 so that the bytes never differ."""
    parts = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file()]
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as package:
        for name in (*FIRST, *sorted(set(parts) - set(FIRST))):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, (PACKAGE / name).read_bytes())
