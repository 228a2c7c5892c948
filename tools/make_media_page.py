"""Write docs/media.md anew, from what every format turns out to carry: `python -m tools.make_media_page`.

Run it from the root of the repository, with what the tests need installed; it takes about ten seconds. A test compares
the page with what it finds itself.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pipeline.fingerprints import NEAR
from tests.media.exhibits import EXHIBITS
from tests.media.matrix import Cell, Outcome, Whole, outcome

PAGE: Final = Path(__file__).parents[1] / "docs" / "media.md"

_INTRODUCTION: Final = """\
# What every format carries

<!-- Written by `python -m tools.make_media_page`; a test compares. Change the code, not this file. -->

Every "yes" below was done with one file of the format and read back from the final bytes, and
`tests/media/test_matrix.py` does it again. Every "no" has its reason. Both are about the format: one particular file
may still be refused, such as an encrypted PDF, which then stays as it is: without that mark, with its manifest beside
it, and findings say so.
What becomes of all that when people go on working with a sealed file: [what everyday tools do to it](tools.md).

| column | a file of this format |
|---|---|
| embed | takes a signed C2PA manifest inside, which reads back valid, trusted, and says that the content is generated |
| sidecar | stays as it is, byte for byte, with its manifest beside it; so do files that should embed and cannot |
| implicit mark | carries the `AIGC` object of GB 45438-2025, and what other laws want beside it, under the signature |
| explicit mark | takes a label that people see or hear, which is found again in the marked and sealed file |
| fingerprint | has an ISCC code; marking and sealing leave it as it was, and it goes into the manifest |
| survives re-encode | a copy that has lost its marks is found by its code, and told to be one by a second look |
| left as it came | of unusual shape: how many of those that were tried carry the manifest inside, and how many beside |

## The matrix
"""

_PLACES: Final = """\
## Where marks go

All three implicit marks go in before the signature: the `AIGC` object, California's latent disclosure (provider,
system, version, time, identifier) and the IPTC digital source type. The object is written bare, `{"Label":"1",…}`,
since each of its places is called `AIGC` already; the wrapped shape is read as well.

In XMP, the object is `TC260:AIGC` (`http://www.tc260.org.cn/ns/AIGC/1.0/`), the source type is
`Iptc4xmpExt:DigitalSourceType`, and the disclosure is `ProviderName`, `SystemName`, `SystemVersion`, `CreatedAt` and
`UniqueId` in `urn:sealstream:latent:1.0#`: nobody has agreed on a namespace for it yet. Elsewhere these names stand
alone.

The EU code's signed and time-stamped metadata is the manifest itself, inside or beside: it says the source type once
more, and has a time stamp where `SEALSTREAM_TIME_STAMP_URL` names an authority.
"""

_FINGERPRINTS: Final = """\
## What a copy is known by

The copy was made of the marked and sealed file, and no manifest and no `AIGC` object was left in it. It counts as
recognised where its code differs in no more of the 256 bits than the table says, and the second look says that it is a
copy: `label-removed` names its original. What comes near and is not told to be a copy is `resembles`, which accuses
nobody.

What copies are found of, and what strangers are accused of, is counted with every change to the code
(`tests/media/test_copies_matrix.py`, `tests/media/test_families.py`): pictures with and without borders, slides,
screenshots, documents, portraits and products, saved anew, scaled, cropped by 5 %, in grey; and a thousand each of
several families of look-alikes. [Decision 25](adr/0025-second-looks.md) has the figures, and what is not found.

A video in MP4, MOV, AVI, Matroska or WebM is known by four of its key frames, where it has them at about even
distances and an index of them, and every video otherwise by sixteen pictures at even distances; a copy is found
wherever its own key frames are ([decision 51](adr/0051-known-by-key-frames.md),
[decision 75](adr/0075-four-key-frames.md)).

Of PDF and Office files it is the text that is known, in whatever format it is put; what stands around the text of
every page is left out. Of drawings (SVG) it is what they show, with letters in a font that is brought along.
"""

_WHOLE: Final = """\
## What is left as it came

Files of unusual shape, sealed one by one. Inside: the manifest is in the file, and everything that its container
promises is as before. Beside: the file stays byte for byte, its manifest is a sidecar, and the finding `sealed-beside`
has the reason. `tests/media/harm` opens every one of them with programs of others;
[decision 22](adr/0022-do-no-harm.md) says what is compared.
"""

_UNCHANGED: Final = """\
## What stays as it was

Marks and seals change nothing that is seen, heard or read. An explicit label changes its own place alone, except
where the table above says "compressed once more". Of a video whose label is ordered for some seconds, pictures are
compressed up to the first key frame behind it, and all others stay, where its codec allows that: H.264, H.265, VP8 and
VP9 do, AV1 and AVI files do not ([decision 43](adr/0043-cut-at-key-frames.md)).

| what | shown by, in `tests/media` |
|---|---|
| PNG, lossless WebP, WAV, plain text and SVG, whatever their content | `test_nothing_else_changes.py` |
| frames, pages, parts and text of every picture and document format | `labels/test_marks_change_nothing_else.py` |
| packets, times and decoded frames of every sound and video format | `labels/test_audio_video_sealing.py` |
| pixels, samples and packets outside an explicit label, at every size and place | `labels/explicit/` |
| what other programs make of a sealed file | `test_samples.py` |
| unusual files of every format, in other programs | `harm/` |
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(render({name: outcome(name) for name in EXHIBITS}), encoding="utf-8")


def render(outcomes: Mapping[str, Outcome]) -> str:
    """The page about formats, by their names."""
    reasons = _reasons(outcomes.values())
    parts = (
        _INTRODUCTION,
        _matrix(outcomes, reasons),
        "".join(f"{number}. {reason}\n" for reason, number in reasons.items()),
        _PLACES,
        _places(outcomes),
        _FINGERPRINTS,
        _copies(outcomes),
        _WHOLE,
        _unusual(outcomes),
        _UNCHANGED,
    )
    return "\n".join(parts)


_COLUMNS: Final[Mapping[str, str]] = {
    "embed": "embed",
    "sidecar": "sidecar",
    "implicit mark": "implicit",
    "explicit mark": "explicit",
    "fingerprint": "fingerprint",
    "survives re-encode": "survives",
}
"""By their headings, what they are called in an outcome."""


def _matrix(outcomes: Mapping[str, Outcome], reasons: Mapping[str, int]) -> str:
    rows = (
        (name, *(_answer(getattr(row, column), reasons) for column in _COLUMNS.values()), _in_numbers(row.whole))
        for name, row in outcomes.items()
    )
    return _table(("format", *_COLUMNS, "left as it came"), rows)


def _in_numbers(whole: Whole) -> str:
    """How many unusual files carry their manifest inside, and beside; formats that never embed stay as they are."""
    counted = {"inside": len(whole.inside), "beside": len(whole.beside)}
    return ", ".join(f"{number} {where}" for where, number in counted.items() if number) or "yes"


def _unusual(outcomes: Mapping[str, Outcome]) -> str:
    rows = (
        (name, *row)
        for name, outcome in outcomes.items()
        for row in (
            *([("; ".join(outcome.whole.inside), "inside", "")] if outcome.whole.inside else []),
            *((kind, "beside", reason) for kind, reason in outcome.whole.beside),
        )
    )
    return _table(("format", "files", "manifest", "because"), rows)


def _places(outcomes: Mapping[str, Outcome]) -> str:
    rows = (
        (name, *(cell.how or "none" for cell in (row.implicit, row.others, row.explicit)))
        for name, row in outcomes.items()
        if row.implicit.can or row.explicit.can
    )
    return _table(("format", "`AIGC` object", "source type, latent disclosure", "explicit mark"), rows)


def _copies(outcomes: Mapping[str, Outcome]) -> str:
    limits: Mapping[str, int] = dict(NEAR)
    rows = (
        (name, row.fingerprint.how, row.survives.how, str(limits[row.fingerprint.how]))
        for name, row in outcomes.items()
        if row.survives.can
    )
    return _table(("format", "code of", "known again as", "within bits"), rows)


def _reasons(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Every reason once, numbered in the order of the table."""
    found = (getattr(row, column).why_not for row in outcomes for column in _COLUMNS.values())
    return {reason: number for number, reason in enumerate(dict.fromkeys(filter(None, found)), start=1)}


def _answer(cell: Cell, reasons: Mapping[str, int]) -> str:
    return "yes" if cell.can else f"no ({reasons[cell.why_not]})"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"|{'|'.join(f' {cell} ' if cell != '---' else cell for cell in line)}|\n" for line in lines)


if __name__ == "__main__":
    main()
