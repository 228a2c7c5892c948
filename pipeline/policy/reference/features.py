"""The feature database: signs of prohibited content, compiled to be looked for in prompts and outputs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pipeline.events.outputs import HarmCategory
from pipeline.fingerprints import NEAR, Fingerprint, Kind
from pipeline.policy.reference.entries import FeatureEntry, FeatureVerdict, How, Side
from pipeline.policy.reference.normalising import folded, legible
from pipeline.policy.reference.phrases import NO_PHRASES, PhraseIndex
from pipeline.policy.reference.pictures import PictureIndex
from pipeline.policy.reference.regexes import NO_REGEXES, RegexIndex

__all__ = ["FeatureIndex", "FeatureMatch", "Resemblance", "worst"]

_GRAVITY: Final[tuple[FeatureVerdict, ...]] = ("rumour", "harmful", "illegal")


class FeatureMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that was found. What was found there is not told: it is prohibited, or somebody's words."""

    entry_id: str
    verdict: FeatureVerdict
    how: How
    side: Side
    category: HarmCategory | None = None


class Resemblance(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that content comes near, by its code, and in how many bits it differs."""

    entry_id: str
    kind: Kind
    distance: int
    category: HarmCategory | None = None


def worst(verdicts: Iterable[FeatureVerdict]) -> FeatureVerdict | None:
    """The gravest of some verdicts; None where there are none."""
    return max(verdicts, key=_GRAVITY.index, default=None)


class FeatureIndex:
    """Matches prompts and outputs against features; immutable.

    Args:
        entries: the features by their ids.
        phrases, regexes: those of an earlier index, of which is kept what is still right.
    """

    def __init__(
        self,
        entries: Mapping[str, FeatureEntry],
        *,
        phrases: PhraseIndex = NO_PHRASES,
        regexes: RegexIndex = NO_REGEXES,
    ) -> None:
        self._phrases = phrases.updated({entry.id: entry for entry in entries.values() if entry.how == "phrase"})
        self._regexes = regexes.updated(tuple(entry for entry in entries.values() if entry.how == "regex"))
        self._digests = _by_digest(entries.values())
        self._pictures = PictureIndex(entry for entry in entries.values() if entry.how == "image")
        self._codes = _by_kind(entries.values())
        self._sides_of_text = frozenset(
            side for entry in entries.values() if entry.how in ("phrase", "regex") for side in entry.applies_to
        )

    def updated(self, entries: Mapping[str, FeatureEntry]) -> "FeatureIndex":
        """An index of other entries, built from this one as far as they are the same."""
        return FeatureIndex(entries, phrases=self._phrases, regexes=self._regexes)

    @property
    def knows_pictures(self) -> bool:
        """Whether there are image codes to compare a picture with."""
        return self._pictures.is_filled

    @property
    def knows_codes(self) -> bool:
        """Whether there are codes that content may come near."""
        return bool(self._codes)

    def near(self, codes: Iterable[Fingerprint]) -> tuple[Resemblance, ...]:
        """The features that content comes near, the nearest first.

        Args:
            codes: what the content is recognised by.
        """
        nearest: dict[str, Resemblance] = {}
        for code in codes:
            for body, entry in self._codes.get(code.kind, ()):
                distance = (body ^ int.from_bytes(code.digest, "big")).bit_count()
                held = nearest.get(entry.id)
                if distance <= NEAR[code.kind] and (held is None or distance < held.distance):
                    nearest[entry.id] = Resemblance(
                        entry_id=entry.id, kind=code.kind, distance=distance, category=entry.category
                    )
        return tuple(sorted(nearest.values(), key=lambda match: (match.distance, match.entry_id)))

    def knows_text(self, side: Side) -> bool:
        """Whether there are phrases or regular expressions to look for on a side."""
        return side in self._sides_of_text

    def match(
        self,
        *,
        prompt: str | None = None,
        text: str | None = None,
        sha256: str | None = None,
        image_code: str | None = None,
    ) -> tuple[FeatureMatch, ...]:
        """All features found, the gravest first.

        Args:
            prompt: what the user asked for.
            text: what came of it, where that is text.
            sha256: the digest of what came of it.
            image_code: the ISCC Image-Code of what came of it, where that is a picture.
        """
        found = [_as_match(entry, "prompt") for entry in self._in_text(prompt, "prompt")]
        found += [_as_match(entry, "output") for entry in self._in_text(text, "output")]
        found += [_as_match(entry, "output") for entry in self._digests.get(sha256 or "", ())]
        found += [_as_match(entry, "output") for entry in self._pictures.find(image_code)]
        return tuple(sorted(found, key=lambda match: (-_GRAVITY.index(match.verdict), match.entry_id, match.side)))

    def _in_text(self, text: str | None, side: Side) -> Iterator[FeatureEntry]:
        if not text or not self.knows_text(side):
            return
        if self._phrases.is_filled:
            yield from (entry for entry in self._phrases.find(folded(text)) if side in entry.applies_to)
        if self._regexes.is_filled:
            yield from (entry for entry in self._regexes.find(legible(text)) if side in entry.applies_to)


def _as_match(entry: FeatureEntry, side: Side) -> FeatureMatch:
    return FeatureMatch(entry_id=entry.id, verdict=entry.verdict, how=entry.how, side=side, category=entry.category)


def _by_kind(entries: Iterable[FeatureEntry]) -> Mapping[Kind, list[tuple[int, FeatureEntry]]]:
    codes: dict[Kind, list[tuple[int, FeatureEntry]]] = {}
    for entry in entries:
        code = Fingerprint.parse(entry.pattern) if entry.how == "fingerprint" else None
        if code is not None:
            codes.setdefault(code.kind, []).append((int.from_bytes(code.digest, "big"), entry))
    return codes


def _by_digest(entries: Iterable[FeatureEntry]) -> Mapping[str, tuple[FeatureEntry, ...]]:
    digests: dict[str, tuple[FeatureEntry, ...]] = {}
    for entry in entries:
        if entry.how == "sha256":
            digests[entry.pattern] = (*digests.get(entry.pattern, ()), entry)
    return digests
