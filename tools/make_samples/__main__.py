"""Make the samples again: `python -m tools.make_samples [FILE ...]` from the root of the repository.

Without arguments everything is made, which takes some minutes; with file names only those. The catalogue is written
each time. Needs the packages in requirements.txt and these programs, here by their names in Debian: `povray espeak-ng
sox ffmpeg fontconfig fonts-noto-core`.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.make_samples import pictures, sound
from tools.make_samples.catalogue import write_catalogue
from tools.make_samples.letter import write_letter
from tools.make_samples.report import write_report

FOLDER = Path(__file__).parents[2] / "samples"

# Each writes its target and may use a folder that is thrown away. What uses harbour.jpg comes after it.
MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "portrait.jpg": pictures.portrait,
    "harbour.jpg": pictures.harbour,
    "harbour-edited.jpg": lambda target, _: pictures.harbour_edited(target, target.with_name("harbour.jpg")),
    "still-life.png": pictures.still_life,
    "garden.webp": pictures.garden,
    "announcement.wav": sound.announcement,
    "voice-note.mp3": sound.voice_note,
    "news-zh.wav": sound.news_zh,
    "clip.mp4": sound.clip,
    "report.pdf": lambda target, _: write_report(target, target.with_name("harbour.jpg")),
    "letter.docx": lambda target, _: write_letter(target),
}


def main(names: list[str]) -> None:
    """Make the named samples, or all of them."""
    unknown = set(names) - set(MAKERS)
    if unknown:
        raise SystemExit(f"no maker for {', '.join(sorted(unknown))}; there is one for {', '.join(MAKERS)}")
    with tempfile.TemporaryDirectory() as build:
        for name in names or MAKERS:
            MAKERS[name](FOLDER / name, Path(build))
            sys.stdout.write(f"{name}: {(FOLDER / name).stat().st_size} bytes\n")
    write_catalogue(FOLDER)


main(sys.argv[1:])
