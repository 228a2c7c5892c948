"""The words that a file of notifications may use: kinds and jurisdictions, as the packs in use have them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, get_args

from pipeline.credentials import kinds_of_trouble
from pipeline.events.outputs import ClockStage, Step
from pipeline.policy.decision import MISSING_KIND
from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import packs_in_use

__all__ = ["KnownWords", "known_words"]

_OTHERS: Final = frozenset({MISSING_KIND, "content-mismatch", "operations", "consent-revoked"})


class KnownWords(NamedTuple):
    """Where each pack is law, by its name; and what can be found, announced or become due."""

    places: Mapping[str, str]
    kinds: frozenset[str]


def known_words(packs: Sequence[str]) -> KnownWords:
    """The words of these packs.

    Raises:
        OperatorError: a pack cannot be used.
    """
    used = [file.pack for file in packs_in_use(packs)]
    steps = {f"step-{step}{end}" for step in get_args(Step) for end in ("", "-taken-back")}
    found = {kind for pack in used for kind in _kinds(pack)}
    return KnownWords(
        places={pack.name: pack.jurisdiction for pack in used},
        kinds=frozenset({*found, *steps, *_OTHERS, *kinds_of_trouble()}),
    )


def _kinds(pack: Pack) -> Iterator[str]:
    yield from (rule.kind for rule in pack.rules)
    yield from (f"{clock.kind}-{stage}" for clock in pack.clocks for stage in get_args(ClockStage))
