"""Places where law applies: the codes of ISO 3166-1 and ISO 3166-2, the European Union, and everywhere.

Places lie in one another: Bavaria (DE-BY) in Germany (DE), and that in the Union (EU). A law reaches an event where the
place that the event names lies in that of the law, and also where it is the other way round: what is offered in the
whole country is offered in California. Hong Kong, Macao and Taiwan have codes of their own, and the law of mainland
China (CN) does not reach them. The table is `places.json`, made from the Unicode CLDR by `tools/make_places.py`.
"""

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from pipeline.policy.pack import EVERYWHERE
from pipeline.policy.words import ENGLISH, Language, Wording

__all__ = [
    "canonical_place",
    "did_you_mean",
    "finding_language",
    "laws_reaching",
    "lies_in",
    "name_of",
    "unknown_places",
    "unreached_places",
]

_NEAREST: Final = 3
_LIKENESS: Final = 0.5
_WORD: Final = 5
_WIDER: Final[Mapping[str, str]] = dict.fromkeys(("GF", "GP", "MF", "MQ", "RE", "YT", "AX"), "EU")
"""Territories of members that have codes of their own and lie in the Union all the same (TFEU Art. 355(1) and (4))."""


class _Table(NamedTuple):
    names: Mapping[str, Mapping[str, str]]
    within: Mapping[str, str]
    aliases: Mapping[str, str]


@cache
def _table() -> _Table:
    data: dict[str, Any] = json.loads((files("pipeline.policy") / "places.json").read_text(encoding="utf-8"))
    within = {part: whole for whole, parts in data["parts"].items() for part in parts.split()}
    return _Table(names=data["territories"], within={**within, **_WIDER}, aliases=data["aliases"])


@lru_cache(maxsize=1024)
def canonical_place(place: str) -> str | None:
    """A place by the code it is known by: `uk` is `GB`, `CN-HK` is `HK`; None where there is no such place."""
    code = place.strip().upper().replace("_", "-")
    table = _table()
    code = table.aliases.get(code, code)
    return code if code in table.names or code in table.within or code == EVERYWHERE else None


@lru_cache(maxsize=1024)
def lies_in(place: str, wider: str) -> bool:
    """Whether a place is another one or lies in it; no unknown place lies anywhere."""
    code, whole = canonical_place(place), canonical_place(wider)
    return code is not None and whole is not None and whole in _around(code)


def laws_reaching(places: Iterable[str], laws: Iterable[str]) -> frozenset[str]:
    """The places of laws that reach at least one of these places."""
    return _reaching(tuple(places), frozenset(laws))


@lru_cache(maxsize=1024)
def _reaching(places: tuple[str, ...], laws: frozenset[str]) -> frozenset[str]:
    return frozenset(law for law in laws if any(lies_in(place, law) or lies_in(law, place) for place in places))


def unknown_places(places: Iterable[str]) -> tuple[str, ...]:
    """Those that are no places, as they were written."""
    return tuple(place for place in places if canonical_place(place) is None)


def unreached_places(places: Iterable[str], laws: Iterable[str]) -> tuple[str, ...]:
    """The known places that none of these laws reaches; a law for everywhere is none of a place."""
    of_places = frozenset(laws) - {EVERYWHERE}
    return tuple(
        place for place in places if canonical_place(place) is not None and not laws_reaching((place,), of_places)
    )


def name_of(place: str, language: str = "en") -> str:
    """The name of a country or of the Union; the code of any other place."""
    code = canonical_place(place) or place
    return _table().names.get(code, {}).get(language, code)


def finding_language(law: str, wording: Wording) -> Language:
    """The language that findings of a law are worded in, by the place where it is law."""
    if wording != "by-place":
        return wording
    return "zh" if lies_in(law, "CN") else ENGLISH


def did_you_mean(place: str) -> str:
    """What was probably meant by something that is no place, and what places are, as the end of a sentence."""
    nearest = _nearest(place)
    guess = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    return f"{guess}{'P' if guess else 'p'}laces are codes of ISO 3166 such as CN, DE or US-CA, and EU"


def _nearest(place: str) -> tuple[str, ...]:
    """Codes whose names or letters come nearest."""
    table = _table()
    by_name = {name["en"].casefold(): code for code, name in table.names.items()}
    named = get_close_matches(place.strip().casefold(), by_name, n=_NEAREST, cutoff=0.75)
    if named:
        return tuple(by_name[name] for name in named)
    written = place.strip().upper()
    whole, _, part = written.partition("-")
    if part and whole in table.names:
        parts = [code for code, wider in table.within.items() if wider == whole]
        return tuple(get_close_matches(written, parts, n=_NEAREST, cutoff=0.0)) or (whole,)
    # A long word that is no name says nothing by the letters that it shares with codes.
    return tuple(get_close_matches(written, table.names, n=_NEAREST, cutoff=_LIKENESS)) if len(written) < _WORD else ()


def _around(code: str) -> tuple[str, ...]:
    """A place and all that it lies in, the nearest first."""
    within = _table().within
    found = [code]
    while found[-1] in within:
        found.append(within[found[-1]])
    return (*found, EVERYWHERE) if code != EVERYWHERE else (EVERYWHERE,)
