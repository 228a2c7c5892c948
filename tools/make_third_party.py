"""Writes THIRD_PARTY.md: what an installed sealstream is made of, under which licences, and what follows.

    python -m tools.make_third_party

Packages and versions are those of requirements.lock. Their licences are stated in third_party.toml, each beside what
the package itself said when a person looked (`told`); a package that says something else now has to be looked at again.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

import msgspec

__all__ = ["ALLOWED", "Licensed", "licensed", "page", "told_now"]

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "THIRD_PARTY.md"

ALLOWED: Final = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU"}
    | {"MPL-2.0", "PSF-2.0", "Zlib"}
)
"""What may be taken without a word: permissive licences, and MPL-2.0, which asks for its own files only. Any other
licence needs a note about this one package."""


class Licensed(msgspec.Struct, frozen=True, kw_only=True):
    """What a package is licensed under.

    Args:
        spdx: the licence, as SPDX writes it; of a wheel with libraries in it, theirs too.
        told: what the package's metadata said when a person looked; empty where it says nothing.
        note: what follows from a licence that is not on the list; also what else is worth a word.
    """

    spdx: str
    told: str = ""
    note: str = ""

    @property
    def unlisted(self) -> list[str]:
        """Its licences that are not on the list."""
        return [
            identifier
            for identifier in re.findall(r"[A-Za-z0-9][A-Za-z0-9.-]*", self.spdx)
            if identifier not in ALLOWED | {"AND", "OR"}
        ]


def locked() -> dict[str, list[str]]:
    """The packages of an installation with the console, each with the versions for this or that Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


def licensed() -> dict[str, Licensed]:
    """What is stated of each package."""
    stated = tomllib.loads((Path(__file__).parent / "third_party.toml").read_text(encoding="utf-8"))
    return msgspec.convert(stated, dict[str, Licensed])


def told_now(name: str) -> str | None:
    """What a package says of itself; None where it is not installed here."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    lines = (said["License-Expression"] or said["License"] or "").splitlines()
    classifiers = [
        classifier.split(" :: ")[-1]
        for classifier in said.get_all("Classifier") or []
        if classifier.startswith("License")
    ]
    return lines[0] if lines else ", ".join(classifiers)


def page() -> str:
    """The page."""
    stated, versions = licensed(), locked()
    rows = [f"| {name} | {', '.join(versions[name])} | {stated[name].spdx} |" for name in versions]
    noted = [f"- **{name}** ({stated[name].spdx}). {stated[name].note}" for name in versions if stated[name].note]
    return _PAGE.format(rows="\n".join(rows), noted="\n".join(noted), allowed=", ".join(sorted(ALLOWED)))


_PAGE: Final = """# What sealstream is made of

Written by `python -m tools.make_third_party`, from requirements.lock and `tools/third_party.toml`. sealstream itself is
under Apache-2.0 ([LICENSE](LICENSE)), the samples under CC0-1.0. One file of others is in the repository and the wheel:
htmx.org 4.0.1 with its extension for server-sent events, under 0BSD (`console/static`). So is one document: the contract of
the C2PA Soft Binding Resolution API 1.1.0, under CC BY 4.0 (`console/doors/contract`). Nothing of the packages below is; they are installed beside it, and lie in an image that you build. Tests fail on a package that is not here,
on one whose metadata names another licence than when it was looked at, and on a licence that is not on the list, unless
a note says what follows. This page is no legal advice.

On the list are {allowed}.

## What to know before you hand an image on

{noted}

## Packages

| package | version | licence |
|---|---|---|
{rows}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
