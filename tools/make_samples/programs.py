"""The programs that do the work: how they are started, and which version each is."""

import re
import subprocess
from pathlib import Path

VERSION_COMMANDS = {
    "POV-Ray": ("povray", "--version"),
    "eSpeak NG": ("espeak-ng", "--version"),
    "SoX": ("sox", "--version"),
    "FFmpeg": ("ffmpeg", "-version"),
}


def run(*command: str | Path) -> str:
    """Run a program and return what it printed; its error output is shown when it fails."""
    done = subprocess.run([str(word) for word in command], check=False, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed with exit code {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def version(program: str) -> str:
    """Name and version number of a program, for example "POV-Ray 3.7.0.10"."""
    number = re.search(r"\d+(\.\d+)+", re.sub(r".*config.*\n", "", run(*VERSION_COMMANDS[program])))
    if number is None:
        raise SystemExit(f"cannot read the version of {program}")
    return f"{program} {number.group()}"


def font_file(pattern: str) -> Path:
    """The file of an installed font, by fontconfig pattern; refuses a substitute of another family."""
    family, path = run("fc-match", "-f", "%{family[0]}|%{file}", pattern).split("|")
    if family != pattern.partition(":")[0]:
        raise SystemExit(f"the font {pattern} is not installed (fontconfig offers {family})")
    return Path(path)
