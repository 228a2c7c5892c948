"""docs/tools.md, made of what was measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import Final, NamedTuple

from tests.outsiders.table import Attempt, Before, Measured, Row, Tool, attempts, tools

__all__ = ["ADVICE", "Advice", "render"]


class Advice(NamedTuple):
    """Operations by their names, of which one loses the label of such files, and the other keeps it."""

    formats: tuple[str, ...]
    instead_of: str
    use: str


ADVICE: Final = (
    Advice(("JPEG",), "jpegtran", "jpegtran -copy all"),
    Advice(("JPEG",), "jpegoptim --strip-all", "jpegoptim"),
    Advice(("JPEG", "PNG"), "cwebp", "cwebp -metadata all"),
    Advice(("JPEG", "WebP", "AVIF", "TIFF"), "sharp", "sharp keepMetadata"),
    Advice(("PNG",), "optipng -strip all", "optipng"),
    Advice(("PNG",), "oxipng --strip safe", "oxipng"),
    Advice(("PNG",), "zopflipng", "zopflipng --keepchunks"),
    Advice(("AVIF",), "avifdec", "heif-convert"),
    Advice(("GIF",), "gifsicle --no-extensions", "gifsicle -O3"),
    Advice(("MP4", "MOV", "M4A"), "ffmpeg -c copy", "ffmpeg -c copy -movflags use_metadata_tags"),
    Advice(("MP4",), "mkvmerge", "ffmpeg -c copy to MKV"),
    Advice(("MP3",), "id3v2, one tag", "eyeD3, one tag"),
    Advice(("OGG (Vorbis)",), "vorbiscomment -w", "vorbiscomment -a"),
    Advice(("PDF",), "qpdf --empty --pages", "qpdf --pages ."),
)

_INTRODUCTION: Final = """\
# What everyday tools do to a sealed file

<!-- Written by `python -m tools.make_tools_page`; a test compares. Change the code, not this file. -->

A file that leaves sealstream has a C2PA credential, which is signed and bound to its bytes, and the implicit label, an
`AIGC` object among its metadata ([what every format carries](media.md)). Then people crop it, shrink it, tag it and
pack it, with programs that know neither. This page is what came of that.

One file of each format was sealed and labelled by the code of the worker, put through a tool, and then published by
somebody who denies that a model made it, which is the worst that can happen to what has lost its marks.
"""

_COUNTS: Final = """\
On {date}, {tools} tools were tried in {attempts} attempts on {system}. The credential was valid after {valid} of
them, the label was kept by {kept}. After {lost} neither was left: {found} of those files were recognised all the same
and blocked, {held} held for another reason, and {passed} passed ([which](#what-passed)).
"""

_TO_DO: Final = """\
- **Seal last.** A credential fits one sequence of bytes. Let tools work first, and seal what is to go out.
- **What was sealed and then changed is sealed again**, with the sealed file as its parent (`parents` in the
  [generation event](topics.md)); the new credential tells of the old one.
- **Have tools keep metadata.** The label then survives though the credential does not, and tells anyone who reads it:
"""

_PASSED: Final = """\
These left neither credential nor label, and nothing by which the original was recognised: published by somebody who
denies that it is generated, the file is allowed.
"""

_WORDS: Final = """\
| word | what it means |
|---|---|
| credential valid | it is there, or beside the file, and fits the bytes |
| credential broken | it is there and does not hold for these bytes; the validation codes of C2PA say where |
| credential malformed | something of it is there that cannot be read as one |
| credential gone | there is none, and none that is kept beside the sealed file fits these bytes |
| label kept | the `AIGC` object is found as it was written |
| label doubled | it is found more than once, as it was written; it still says what it says |
| label changed | one is found that says something else |
| label unreadable | the reader refuses what stands in its place, or the file |
| label gone | none is found |
| allow, hold, block | the decision about the publication, and the [kinds of findings](topics.md) behind it |

`label-removed` means that the sealed original was recognised by what is seen, heard or read, which is asked where
neither a valid credential nor a label speaks for the file. A broken credential does not: where the label is kept beside
it, as LAME keeps both in the tag of an MP3, the file is `content-tampered`; where the label is gone, it is
`label-removed` as well. Formats without a [fingerprint](media.md#what-a-copy-is-known-by) cannot be recognised so.

exiftool is asked for a second opinion on the label. Where it shows the label of a sealed file, and its answer about
what a tool made of that is another than ours, the table says so.
"""

_NOT_HAD: Final = """\
- MP4Box (gpac), opustags and mozjpeg: Debian 12 does not have them.
- LibreOffice Calc and Impress: left out for their size. Spreadsheets and presentations were packed anew only.
- Photoshop, Lightroom, Premiere, Acrobat, Microsoft Office, Apple's Preview and Photos: no packages, and not for Linux.
- Messengers, social networks, content management, image services of clouds: what they do cannot be run on a machine of
  one's own, and changes without a version.
"""

_KEPT_TRUE: Final = """\
What is tried is in `tests/outsiders/tools.toml`, what came of it in `tests/outsiders/measured.json`. Every run of the
tests repeats {repeated} of the {all} attempts, with the tools of `tests/outsiders/packages.txt`, and fails where a
tool or a change of ours makes a difference. `make outsiders` repeats all of them, and writes both files anew. The C2PA
library was {library}.
"""

_STATES: Final[Mapping[str | None, str]] = {"absent": "gone", "invalid": "broken"}


def render(result: Measured) -> str:
    """The page."""
    parts = (
        _INTRODUCTION,
        _counts(result),
        "## What to do\n",
        _TO_DO,
        _advice(),
        "## What keeps the label, what loses it\n",
        _summary(result),
        _never_kept(result),
        "## What passed\n",
        _PASSED,
        _passed(result),
        "## The words\n",
        _WORDS,
        "## By format\n",
        *_sections(result),
        "## What could not be had\n",
        _NOT_HAD,
        "## Versions\n",
        "A newer version is in the tables above only where it does something else than the older.\n",
        _versions(result),
        "## How this page is kept true\n",
        _kept_true(result),
    )
    return "\n".join(parts)


def _counts(result: Measured) -> str:
    rows = [row for row in result.rows.values() if row.fails is None]
    lost = [row for row in rows if row.credential == "absent" and row.label in ("gone", None)]
    text = _COUNTS.format(
        date=result.date,
        tools=len(tools()),
        system=result.system,
        attempts=len(result.rows),
        valid=sum(row.credential == "valid" for row in rows),
        kept=sum(row.label == "kept" for row in rows),
        lost=len(lost),
        found=sum("label-removed" in row.kinds for row in lost),
        held=sum("label-removed" not in row.kinds and row.decision != "allow" for row in lost),
        passed=sum(row.decision == "allow" for row in lost),
    )
    return f"{fill(text, 120)}\n"


def _advice() -> str:
    return _table(
        ("format", "instead of", "use"),
        ((", ".join(map(_short, advice.formats)), f"`{advice.instead_of}`", f"`{advice.use}`") for advice in ADVICE),
    )


def _summary(result: Measured) -> str:
    def named(found: Iterable[Attempt], *labels: str) -> str:
        return (
            ", ".join(f"`{attempt.operation.name}`" for attempt in found if result.rows[attempt.key].label in labels)
            or "none"
        )

    groups = ((name, _shown(name, result)) for name in result.formats)
    rows = (
        (_short(name), named(group, "kept", "doubled", "changed"), named(group, "gone", "unreadable"))
        for name, group in groups
        if result.formats[name].label
    )
    return _table(("format", "kept by", "lost by"), rows)


def _never_kept(result: Measured) -> str:
    """Formats of which no tool keeps the label."""
    kept = {attempt.format for attempt in attempts() if result.rows[attempt.key].label == "kept"}
    never = [_short(name) for name, was in result.formats.items() if was.label and name not in kept]
    return f"Nothing that was tried keeps the label of: {', '.join(never) or 'none of the formats'}.\n"


def _passed(result: Measured) -> str:
    rows = (
        (_short(name), ", ".join(f"`{attempt.operation.name}`" for attempt in passed))
        for name in result.formats
        if (passed := [attempt for attempt in _shown(name, result) if result.rows[attempt.key].decision == "allow"])
    )
    return _table(("format", "what was done"), rows)


def _sections(result: Measured) -> Iterator[str]:
    for name, was in result.formats.items():
        yield f"### {name}\n"
        yield f"{_told(was)}\n"
        yield _table(
            ("what is done", "credential", "label", "what sealstream says"),
            (_cells(attempt, result.rows[attempt.key], was) for attempt in _shown(name, result)),
        )


def _shown(format_: str, result: Measured) -> list[Attempt]:
    """What is tried on files of a format; a newer version only where it does something else than the older."""
    group = [attempt for attempt in attempts() if attempt.format == format_]
    rows = {(attempt.tool, attempt.operation.run, attempt.operation.to): result.rows[attempt.key] for attempt in group}

    def is_repetition(attempt: Attempt) -> bool:
        older = tools()[attempt.tool].newer_of
        if older is None:
            return False
        return (
            rows.get((older, attempt.operation.run.replace(attempt.tool, older), attempt.operation.to))
            == result.rows[attempt.key]
        )

    return [attempt for attempt in group if not is_repetition(attempt)]


def _told(was: Before) -> str:
    where = "inside" if was.binding == "embedded" else "beside it"
    if not was.label:
        return f"Sealed with the credential {where}; no implicit label, since the format has no place for one."
    seen = "exiftool shows the label" if was.exiftool else "exiftool does not show the label"
    return f"Sealed with the credential {where}; {seen}."


def _cells(attempt: Attempt, row: Row, was: Before) -> tuple[str, ...]:
    command = f"`{_command(attempt)}`"
    if row.fails is not None:
        return (command, "", "", f"nothing: the tool does not take the file (exit status {row.fails})")
    codes = "".join(f", `{code}`" for code in row.codes)
    kinds = ", ".join(f"`{kind}`" for kind in row.kinds)
    return (
        command,
        f"{_STATES.get(row.credential, row.credential)}{codes}",
        _label(row, was),
        f"**{row.decision}**{f': {kinds}' if kinds else ''}",
    )


def _label(row: Row, was: Before) -> str:
    if row.label is None:
        return "had none"
    if row.label in ("gone", "unreadable") and row.exiftool:
        return f"{row.label}; exiftool shows one"
    if row.label == "kept" and was.exiftool and not row.exiftool:
        return "kept; exiftool does not show it"
    return row.label


def _command(attempt: Attempt) -> str:
    """The command as people would type it; a bar would end the cell of the table, and none of them has one."""
    _, _, before = attempt.before.rpartition(".")
    _, _, after = attempt.after.rpartition(".")
    return attempt.operation.run.replace("{in}", f"in.{before}").replace("{out}", f"out.{after}")


def _versions(result: Measured) -> str:
    return _table(
        ("tool", "version", "from"),
        ((_title(name, tool), result.versions[name], _origin(tool)) for name, tool in tools().items()),
    )


def _title(name: str, tool: Tool) -> str:
    return f"{tool.newer_of}, newer (`{name}`)" if tool.newer_of else tool.title or name


def _origin(tool: Tool) -> str:
    for registry, package in (
        ("Debian", tool.debian),
        ("npm", tool.npm),
        ("crates.io", tool.cargo),
        ("PyPI", tool.python),
    ):
        if package is not None:
            return f"{registry}: {package}"
    raise AssertionError(tool)


def _kept_true(result: Measured) -> str:
    repeated = sum(attempt.ci for attempt in attempts())
    return _KEPT_TRUE.format(repeated=repeated, all=len(attempts()), library=result.library)


def _short(name: str) -> str:
    return name.removesuffix(" (OOXML)")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join((lines[0], f"|{'---|' * len(head)}", *lines[1:], ""))
