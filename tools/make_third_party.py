"""Writes THIRD_PARTY.md and NOTICE: what an installed sealstream is made of, under which licences, and what follows.

    python -m tools.make_third_party

Packages and versions are those of requirements.lock. Their licences are stated in third_party.toml, each beside what
the package itself said when a person looked (`told`); a package that says something else now has to be looked at again.
`faults` is the gate that tests keep shut. NOTICE has what packages ask, in their own, to be told.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path
from typing import Final

import msgspec

__all__ = ["ALLOWED", "NOTICE", "PAGE", "Licensed", "faults", "licensed", "locked", "notice", "page", "told_now"]

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "THIRD_PARTY.md"
NOTICE: Final = ROOT / "NOTICE"

ALLOWED: Final = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU"}
    | {"BSD-Attribution-HPND-disclaimer", "MPL-2.0", "OLDAP-2.8", "PSF-2.0", "PostgreSQL", "Zlib"}
)
"""What may be taken without a word: permissive licences, and MPL-2.0, which asks for its own files only. Any other
licence is a fault, unless this one package states that its library is loaded as a shared one (LGPL), or is taken in
spite of it."""

_LESSER: Final = "LGPL-"


class Licensed(msgspec.Struct, frozen=True, kw_only=True):
    """What a package is licensed under.

    Args:
        spdx: the licence, as SPDX writes it; of a wheel with libraries in it, theirs too.
        told: what the package's metadata said when a person looked; empty where it says nothing.
        loaded: the libraries in it under the LGPL, each of which is loaded as a shared library and may be replaced.
        in_spite_of: the licences that it is taken in spite of; a decision about this one package.
        note: what follows from a licence that is not on the list; also what else is worth a word.
    """

    spdx: str
    told: str = ""
    loaded: tuple[str, ...] = ()
    in_spite_of: tuple[str, ...] = ()
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


def faults(stated: Mapping[str, Licensed], installed: Mapping[str, object]) -> list[str]:
    """Why a set of packages may not be installed, as sentences; empty where all is well.

    Args:
        stated: what is stated of packages.
        installed: the packages that are installed.
    """
    return [
        *(f"{name} is installed, and third_party.toml does not say under which licence." for name in installed
          if name not in stated),
        *(f"{name} is in third_party.toml, and is not installed." for name in stated if name not in installed),
        *(fault for name, package in stated.items() for fault in _faults_of(name, package)),
    ]  # fmt: skip


def _faults_of(name: str, package: Licensed) -> Iterator[str]:
    for licence in package.unlisted:
        if licence.startswith(_LESSER) and not package.loaded:
            yield f"{name} has {licence}; state what of it is loaded as a shared library, or do without it."
        elif not licence.startswith(_LESSER) and licence not in package.in_spite_of:
            yield f"{name} has {licence}, which is not on the list; do without it."
    if package.unlisted and not package.note:
        yield f"{name} has {', '.join(package.unlisted)}; note what follows for whoever hands it on."
    for licence in set(package.in_spite_of) - set(package.unlisted):
        yield f"{name} is taken in spite of {licence}, which it does not have."


def notice() -> str:
    """What goes with whatever is handed on: whose work it is, and what other packages ask to be told."""
    told: dict[str, list[str]] = {}
    for name in locked():
        for text in _notices_of(name):
            told.setdefault(text, []).append(name)
    asked = [f"{', '.join(names)}:\n\n{text}" for text, names in told.items()]
    return _NOTICE + "".join(f"\n{'-' * 80}\n{passage}\n" for passage in asked)


def _notices_of(name: str) -> Iterator[str]:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return
    for file in files:
        if file.stem.upper() == "NOTICE" and any(part.endswith(".dist-info") for part in file.parts):
            lines = file.read_text(encoding="utf-8").strip().splitlines()
            yield "\n".join(line.rstrip() for line in lines)


def page() -> str:
    """The page."""
    stated, versions = licensed(), locked()
    rows = [f"| {name} | {', '.join(versions[name])} | {stated[name].spdx} |" for name in versions]
    noted = [f"- **{name}** ({stated[name].spdx}). {stated[name].note}" for name in versions if stated[name].note]
    return _PAGE.format(rows="\n".join(rows), noted="\n".join(noted), allowed=", ".join(sorted(ALLOWED)))


_PAGE: Final = """# What sealstream is made of

Written by `python -m tools.make_third_party`, from requirements.lock and `tools/third_party.toml`. sealstream itself is
under Apache-2.0 ([LICENSE](LICENSE)), the samples under CC0-1.0. Two files of others are in the repository and the
wheel: htmx.org 4.0.1 with its extension for server-sent events, under 0BSD (`console/static`), and the contract of the
C2PA Soft Binding Resolution API 1.1.0, under CC BY 4.0 (`console/doors/contract`). Nothing of the packages below
is; they are installed beside it, and lie in an image that you build. Tests fail on a package that is not here,
on one whose metadata names another licence than when it was looked at, and on a licence that is not on the list: LGPL
only passes where a package names the library and loads it as a shared one, and others where it was decided to take this
one package in spite of it; either needs a note of what follows. `make sbom` writes all of it as a CycloneDX document,
[NOTICE](NOTICE) has what packages ask to be told. The image also has fonts from Debian's package fonts-noto-cjk, Noto
Sans CJK and Noto Serif CJK, under OFL-1.1. This page is no legal advice.

On the list are {allowed}.

## What to know before you hand an image on

{noted}

## Packages

| package | version | licence |
|---|---|---|
{rows}
"""


_NOTICE: Final = """sealstream
Copyright 2026 The sealstream engineers

Licensed under the Apache License, Version 2.0; see LICENSE. The packages it is installed with, and their licences, are
in THIRD_PARTY.md. What those packages ask in their own NOTICE files to be told, follows.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    NOTICE.write_text(notice(), encoding="utf-8")
