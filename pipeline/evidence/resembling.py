"""What comes near content that was found illegal, as evidence: a question for a person, and no accusation."""

from typing import Final

from pipeline.fingerprints.traits import Traits
from pipeline.policy.reference import ReferenceSets
from pipeline.policy.seen import Observation

__all__ = ["RESEMBLES_ILLEGAL", "resembling_observations"]

RESEMBLES_ILLEGAL: Final = "content.resembles-illegal"

_NAMED: Final = 16
"""So many entries of the feature database are named at most, the nearest first."""


def resembling_observations(traits: Traits | None, sets: ReferenceSets) -> tuple[Observation, ...]:
    """What is to be said of content that comes near an entry of the feature database; nothing where none is near.

    Args:
        traits: what the content is recognised by; None where that was not asked.
        sets: the reference sets as they are now.
    """
    near = () if traits is None else sets.index.near(traits.all_codes)
    if not near:
        return ()
    return (
        Observation(
            name=RESEMBLES_ILLEGAL,
            severity="high",
            outcome="unknown",
            evidence={
                "matched_features": tuple(match.entry_id for match in near[:_NAMED]),
                "distance": near[0].distance,
                "kind": near[0].kind,
                "categories": tuple(dict.fromkeys(match.category for match in near if match.category is not None)),
            },
        ),
    )
