"""Regular expressions in a text, by RE2: time linear in the text, whatever the expression, and bounded memory."""

from collections.abc import Iterator
from typing import Any, Final

import re2

from pipeline.policy.reference.entries import FeatureEntry
from pipeline.policy.reference.patterns import compile_regex, regex_options

__all__ = ["NO_REGEXES", "RegexIndex"]

_TOGETHER: Final = 500
_SET_BYTES: Final = 64 * 2**20

_WITNESS: Final = r"\A"
"""Found in every text. Where the memory of a set does not suffice for a text, RE2 says that nothing was found; that
the witness was not found either tells it from the truth."""


class _Group:
    """Some expressions that are searched for in one pass."""

    def __init__(self, entries: tuple[FeatureEntry, ...]) -> None:
        self._entries = entries
        self._set = re2.Set.SearchSet(regex_options(_SET_BYTES))
        self._set.Add(_WITNESS)
        for entry in entries:
            self._set.Add(entry.pattern)
        self._set.Compile()

    def find(self, text: bytes) -> list[FeatureEntry]:
        found: list[int] | None = self._set.Match(text)
        if found is None:
            return [entry for entry in self._entries if _searches(entry.pattern, text)]
        return [self._entries[index - 1] for index in sorted(found) if index]


class RegexIndex:
    """Finds regular expressions; immutable."""

    def __init__(self, entries: tuple[FeatureEntry, ...]) -> None:
        self._entries = entries
        self._groups = tuple(
            group
            for start in range(0, len(entries), _TOGETHER)
            for group in _compiled(entries[start : start + _TOGETHER])
        )

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._entries)

    def find(self, text: str) -> Iterator[FeatureEntry]:
        """The expressions found in a text that `legible` wrote."""
        written = text.encode(errors="replace")
        for group in self._groups:
            yield from group.find(written)

    def updated(self, entries: tuple[FeatureEntry, ...]) -> "RegexIndex":
        """An index of other expressions; this one where they are the same."""
        return self if entries == self._entries else RegexIndex(entries)


NO_REGEXES: Final = RegexIndex(())
"""What every index begins as."""


def _compiled(entries: tuple[FeatureEntry, ...]) -> Iterator[_Group]:
    """One group, or as many as fit into the memory of one each."""
    try:
        yield _Group(entries)
    except re2.error:
        if len(entries) == 1:
            raise
        half = len(entries) // 2
        yield from _compiled(entries[:half])
        yield from _compiled(entries[half:])


def _searches(pattern: str, text: bytes) -> bool:
    compiled: Any = compile_regex(pattern)
    return compiled.search(text.decode()) is not None
