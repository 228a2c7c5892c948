"""Phrases in a text, by Aho-Corasick: one pass over the text, however many phrases there are.

Over UTF-8, in which no character's bytes appear inside another's, so that what is found is what a comparison of
characters would find; twice as fast as over characters.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from ahocorasick_rs import BytesAhoCorasick, Implementation

from pipeline.policy.reference.entries import FeatureEntry

__all__ = ["NO_PHRASES", "PhraseIndex"]

_WINDOW: Final = 16 * 1024
"""Bytes looked at in one go: the list of what was found in them is bounded, whatever phrases lie inside each other."""

_ANEW: Final = 10
"""One phrase in ten added or taken away since the whole was built: it is built again."""
_FEW: Final = 500
"""As many may be added or taken away in any case."""


class _Automaton:
    """Some phrases, compiled together."""

    def __init__(self, entries: tuple[FeatureEntry, ...]) -> None:
        self.entries = entries
        patterns = [entry.pattern.encode(errors="replace") for entry in entries]
        self._overlap = max(map(len, patterns), default=1) - 1
        self._automaton = BytesAhoCorasick(patterns, implementation=Implementation.ContiguousNFA) if patterns else None

    def find(self, text: bytes) -> list[FeatureEntry]:
        """Each phrase that is in the text, once."""
        if self._automaton is None:
            return []
        found: set[int] = set()
        for start in range(0, len(text), _WINDOW):
            window = text[start : start + _WINDOW + self._overlap]
            found.update(match[0] for match in self._automaton.find_matches_as_indexes(window, overlapping=True))
        return [self.entries[index] for index in sorted(found)]


class PhraseIndex:
    """Finds phrases; immutable.

    Building the automaton of 100,000 phrases takes half a second, and an update is mostly about one. So there are two
    automata: a large one, kept as long as most of it is still right, and a small one of what came since. What was
    deleted or replaced is still found by the large one, and then not believed.
    """

    def __init__(self, entries: Mapping[str, FeatureEntry], large: _Automaton, small: _Automaton) -> None:
        self._entries = entries
        self._automata = (large, small)

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._entries)

    def find(self, text: str) -> Iterator[FeatureEntry]:
        """The phrases in a text that `folded` wrote."""
        written = text.encode(errors="replace")
        for automaton in self._automata:
            for entry in automaton.find(written):
                if entry is self._entries.get(entry.id):
                    yield entry

    def updated(self, entries: Mapping[str, FeatureEntry]) -> "PhraseIndex":
        """An index of other phrases, given by their ids."""
        large, _ = self._automata
        known = {entry.id: entry for entry in large.entries}
        recent = tuple(entry for entry in entries.values() if entry is not known.get(entry.id))
        gone = len(known) - (len(entries) - len(recent))
        if len(recent) + gone > max(_FEW, len(known) // _ANEW):
            large, recent = _Automaton(tuple(entries.values())), ()
        return PhraseIndex(entries, large, _Automaton(recent))


NO_PHRASES: Final = PhraseIndex({}, _Automaton(()), _Automaton(()))
"""What every index begins as."""
