"""Writes `pipeline/policy/places.json`, the table of places, from the Unicode CLDR.

    npm pack cldr-core@48.2.0 cldr-localenames-full@48.2.0     # unpack both, then:
    python -m tools.make_places CLDR_CORE CLDR_LOCALENAMES

The CLDR carries the codes of ISO 3166-1 and ISO 3166-2, which place lies in which, the members of the European Union,
and names; its licence (Unicode-3.0) lets anybody copy it. Why this and no package of codes: docs/adr/0040-places.md.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

__all__ = ["table"]

_LARGEST_NUMBER: Final = 899
"""Numeric codes above are for private use (ISO 3166-1)."""

_OWN_CODES: Final = {
    "cnhk": "HK",
    "cnmo": "MO",
    "cntw": "TW",
    "no21": "SJ",
    "no22": "SJ",
    "nlbq1": "BQ",
    "nlbq2": "BQ",
    "nlbq3": "BQ",
}
"""Parts that have a code of their own in ISO 3166-1; the CLDR's aliases name the others."""


def table(core: Path, names: Path) -> dict[str, Any]:
    """The table: territories with their names, parts by what they lie in, other ways of writing a code."""
    supplemental = {name: _read(core / "supplemental" / f"{name}.json") for name in _FILES}
    territories = sorted(_territories(supplemental))
    aliases = dict(sorted(_aliases(supplemental["aliases"], frozenset(territories))))
    contained = supplemental["subdivisionContainment"]["subdivisionContainment"]
    parts = {
        _code(whole): " ".join(_code(part) for part in sorted(entry["_contains"]) if _code(part) not in aliases)
        for whole, entry in sorted(contained.items())
        if whole[:2].upper() in territories
    }
    members = supplemental["territoryContainment"]["territoryContainment"]["EU"]["_contains"]
    named = {language: _names(names, language) for language in ("en", "zh")}
    return {
        "source": f"Unicode CLDR {supplemental['aliases']['version']['_cldrVersion']}",
        "licence": "Unicode-3.0",
        "territories": {code: {language: named[language][code] for language in named} for code in territories},
        "parts": {"EU": " ".join(sorted(members)), **parts},
        "aliases": aliases,
    }


_FILES: Final = ("aliases", "codeMappings", "subdivisionContainment", "territoryContainment")


def _territories(supplemental: dict[str, Any]) -> Iterator[str]:
    yield from ("EU", "XK")
    retired = supplemental["aliases"]["metadata"]["alias"]["territoryAlias"]
    for code, mapping in supplemental["codeMappings"]["codeMappings"].items():
        is_official = "_alpha3" in mapping and int(mapping.get("_numeric", 999)) <= _LARGEST_NUMBER
        if len(code) == len("DE") and is_official and code not in retired:
            yield code


def _aliases(supplemental: dict[str, Any], territories: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Three letters, retired codes, and parts that are territories; only where one code takes the place of one."""
    for old, entry in supplemental["metadata"]["alias"]["territoryAlias"].items():
        if old.isalpha() and entry["_replacement"] in territories:
            yield old, entry["_replacement"]
    for old, entry in supplemental["metadata"]["alias"]["subdivisionAlias"].items():
        if " " not in entry["_replacement"]:
            yield _code(old), _code(entry["_replacement"])
    for part, territory in _OWN_CODES.items():
        yield _code(part), territory


def _code(cldr: str) -> str:
    """A code as ISO 3166-2 writes it: `usca` is `US-CA`."""
    return cldr if cldr.isupper() and len(cldr) == len("DE") else f"{cldr[:2]}-{cldr[2:]}".upper()


def _names(root: Path, language: str) -> dict[str, str]:
    names: dict[str, str] = _read(root / "main" / language / "territories.json", "main")[language][
        "localeDisplayNames"
    ]["territories"]
    return names


def _read(path: Path, top: str = "supplemental") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[top]
    return found


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "pipeline" / "policy" / "places.json"
    lines = json.dumps(table(Path(sys.argv[1]), Path(sys.argv[2])), ensure_ascii=False, indent=1)
    target.write_text(f"{lines}\n", encoding="utf-8")
