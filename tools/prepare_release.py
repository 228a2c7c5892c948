"""Prepares a release: one version everywhere, its section in the changelog, and the contract as promised.

    python -m tools.prepare_release VERSION

It writes files and says what is left; nothing is committed, tagged or sent. docs/releasing.md has the whole way.
"""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from schemas.compatibility import incompatible_changes

__all__ = ["NotReadyError", "prepare", "versions"]

ROOT: Final = Path(__file__).parents[1]

_PLACES: Final = {
    "pyproject.toml": r'(?m)^(version = ")([^"]+)(")',
    "client/pyproject.toml": r'(?m)^(version = ")([^"]+)(")',
    "deploy/chart/Chart.yaml": r"(?m)^((?:version|appVersion): )(\S+)()",
    "Dockerfile": r"(sealstream:)(\d\S*)()",
    "docker-compose.yml": r"(image: sealstream:)(\S+)()",
}
"""Where a version is written, as what stands before it, the version, and what stands behind."""

_UNRELEASED: Final = "## [Unreleased]\n"


class NotReadyError(Exception):
    """The repository cannot be released as it is."""


def versions(root: Path = ROOT) -> Mapping[str, set[str]]:
    """The versions that each place says."""
    return {
        place: {found[2] for found in re.finditer(pattern, (root / place).read_text(encoding="utf-8"))}
        for place, pattern in _PLACES.items()
    }


def prepare(version: str, *, on: date, root: Path = ROOT) -> None:
    """Write a version everywhere, give the changelog its section, and copy the contract to `released`.

    Raises:
        NotReadyError: a promise would be broken, or there is nothing to release under this version.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise NotReadyError(f"{version} is no version such as 1.2.3.")
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    if f"## [{version}]" in text:
        raise NotReadyError(f"CHANGELOG.md has a section {version} already.")
    if not re.search(rf"{re.escape(_UNRELEASED)}\s*###", text):
        raise NotReadyError("CHANGELOG.md has nothing under Unreleased.")
    contract, released = root / "schemas", root / "schemas" / "released"
    if broken := incompatible_changes(released, contract):
        raise NotReadyError("\n".join(broken))
    for schema in contract.glob("*.schema.json"):
        (released / schema.name).write_bytes(schema.read_bytes())
    for place, pattern in _PLACES.items():
        there = (root / place).read_text(encoding="utf-8")
        (root / place).write_text(re.sub(pattern, rf"\g<1>{version}\g<3>", there), encoding="utf-8")
    section = f"{_UNRELEASED}\n## [{version}] - {on.isoformat()}\n"
    changelog.write_text(text.replace(_UNRELEASED, section, 1), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.exit(__doc__)
    try:
        prepare(sys.argv[1], on=datetime.now(UTC).date())
    except NotReadyError as error:
        sys.exit(str(error))
    print("Now as docs/releasing.md goes on: render the chart, run everything, commit, tag.")
