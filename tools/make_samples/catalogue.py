"""What each sample is, and the two tables that say so: samples.json for programs, README.md for people."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path

from tools.make_samples import sound
from tools.make_samples.programs import version

INTRODUCTION = """# Samples

Files of the kinds that AI services publish, for `sealstream demo` and the media tests. None carries a manifest, a label
or personal metadata: putting the first two there is what sealstream does.

All of them were made for this repository, from the scenes, texts and programs in
[`tools/make_samples`](../tools/make_samples). Nothing was taken from anyone else; every person, place and institution
in them is invented. They stand for what a picture, voice or text model would publish.

They are dedicated to the public domain under [CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/).
`report.pdf` embeds subsets of Noto Serif and Noto Sans, whose licence (SIL Open Font License 1.1) allows that.

`python -m tools.make_samples` makes them again; it names the programs and packages it needs and is not run in CI. It
also writes this file and [`samples.json`](samples.json), which says the same to programs. The plain texts, `notes.md`,
`answer.json` and `diagram.svg` have no maker: they are edited where they are. `harbour-edited.jpg` is derived from
`harbour.jpg`.
"""

WRITTEN = "written for this repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file of samples/: its media type, what it shows or says, how it was made and with what."""

    file: str
    media_type: str
    what: str
    how: str = WRITTEN
    programs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @property
    def made_with(self) -> str:
        """How it was made, with the versions of this machine."""
        tools = [version(name) for name in self.programs] + [
            f"{name} {package_version(name)}" for name in self.packages
        ]
        return f"{self.how} ({', '.join(tools)})" if tools else self.how


RAY_TRACED = "ray-traced scene"
SAMPLES = (
    Sample(
        file="portrait.jpg",
        media_type="image/jpeg",
        what="a synthetic bust of a woman with grey hair in a knot, round glasses and a red pullover",
        how="modelled in bust.py, ray-traced",
        programs=("POV-Ray",),
        packages=("scikit-image", "pillow"),
    ),
    Sample(
        file="harbour.jpg",
        media_type="image/jpeg",
        what="a harbour town in the morning: boats, coloured houses, a lighthouse",
        how=RAY_TRACED,
        programs=("POV-Ray",),
        packages=("pillow",),
    ),
    Sample(
        file="harbour-edited.jpg",
        media_type="image/jpeg",
        what="harbour.jpg cropped to the sailing boat and the lighthouse, in evening colours",
        how="crop, resize and colour change",
        packages=("pillow",),
    ),
    Sample(
        file="still-life.png",
        media_type="image/png",
        what="fruit in a bowl, a jug, a glass and a cut lemon on a table",
        how=RAY_TRACED,
        programs=("POV-Ray",),
        packages=("pillow",),
    ),
    Sample(
        file="garden.webp",
        media_type="image/webp",
        what="a stone path between flower beds, leading to an arch of roses",
        how=RAY_TRACED,
        programs=("POV-Ray",),
        packages=("pillow",),
    ),
    Sample(
        file="announcement.wav",
        media_type="audio/wav",
        what=f'English, synthetic voice: "{sound.ANNOUNCEMENT}"',
        how="synthesised speech, 16 kHz, 16 bit, mono",
        programs=("eSpeak NG", "SoX"),
    ),
    Sample(
        file="voice-note.mp3",
        media_type="audio/mpeg",
        what=f'English, another synthetic voice: "{sound.VOICE_NOTE}"',
        how="synthesised speech, 24 kHz, 40 kbit/s, mono",
        programs=("eSpeak NG", "SoX", "FFmpeg"),
    ),
    Sample(
        file="news-zh.wav",
        media_type="audio/wav",
        what=f"Mandarin, synthetic voice: “{sound.NEWS_ZH}”",
        how="synthesised speech, 16 kHz, 16 bit, mono",
        programs=("eSpeak NG", "SoX"),
    ),
    Sample(
        file="clip.mp4",
        media_type="video/mp4",
        what=f'the harbour in motion; synthetic voice: "{sound.CLIP}"',
        how="75 ray-traced frames and synthesised speech, H.264 and AAC, fast start",
        programs=("POV-Ray", "eSpeak NG", "SoX", "FFmpeg"),
    ),
    Sample(
        file="report.pdf",
        media_type="application/pdf",
        what="a harbour's quarterly report: one A4 page with a picture, two columns and a bar chart",
        how="typeset by report.py",
        packages=("fpdf2", "pillow"),
    ),
    Sample(
        file="letter.docx",
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        what="a letter to berth holders: Office Open XML with deflated entries, styles and a list",
        how="the package in letter-parts/, zipped by letter.py",
    ),
    Sample(file="diagram.svg", media_type="image/svg+xml", what="a tide curve that shows when a gate is open"),
    Sample(file="article.txt", media_type="text/plain", what="an English feature about a library of tools"),
    Sample(file="article-zh.txt", media_type="text/plain", what="the same subject in Chinese, written anew"),
    Sample(file="newsroom.txt", media_type="text/plain", what="a short news item about a night ferry"),
    Sample(file="notes.md", media_type="text/markdown", what="meeting notes with lists, a table, a quotation and code"),
    Sample(file="answer.json", media_type="application/json", what="a chat answer as an AI service returns it"),
)


def write_catalogue(folder: Path) -> None:
    """Describe every sample in samples.json and README.md, with size and SHA-256 of what lies there now."""
    rows = []
    for sample in SAMPLES:
        content = (folder / sample.file).read_bytes()
        rows.append(
            {
                "file": sample.file,
                "media_type": sample.media_type,
                "what": sample.what,
                "made_with": sample.made_with,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
            }
        )
    (folder / "samples.json").write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    table = ["| file | shows or says | made with | bytes | SHA-256 |", "| --- | --- | --- | ---: | --- |"]
    table += [
        f"| [`{row['file']}`]({row['file']}) | {row['what']} | {row['made_with']} | {row['size']} | `{row['sha256']}` |"
        for row in rows
    ]
    (folder / "README.md").write_text(INTRODUCTION + "\n" + "\n".join(table) + "\n", encoding="utf-8")
