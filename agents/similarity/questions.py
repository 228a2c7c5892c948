"""What is asked of a recogniser and what it answers, as JSON over HTTP.

No content is in it, only codes and identities of events.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pipeline.events.prepared import prepare
from pipeline.fingerprints.bands import CODE_BITS
from pipeline.fingerprints.similarity import Match, Neighbours

__all__ = ["MOST_ASKED", "PATH", "Answer", "NamedMatch", "Near", "Question"]

PATH: Final = "/v1/nearest"
MOST_ASKED: Final = 256
"""In one question."""
_MOST_MATCHES: Final = 1000


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is near these codes? None at all asks how much is known.

    Attributes:
        codes: ISCCs in their canonical form.
        limit: how many keys to name at most for each.
    """

    codes: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=MOST_ASKED)]
    limit: Annotated[int, Meta(ge=0, le=_MOST_MATCHES)]


class NamedMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A `Match`: the identity of an event, in hex, and in how many bits its asset's code differs."""

    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    distance: Annotated[int, Meta(ge=0, le=CODE_BITS)]


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """`Neighbours` of one code among the partitions of one share."""

    matches: Annotated[tuple[NamedMatch, ...], Meta(max_length=_MOST_MATCHES)]
    more: Annotated[int, Meta(ge=0)]
    complete: bool

    @classmethod
    def of(cls, found: Neighbours) -> "Near":
        """What an index found."""
        matches = tuple(NamedMatch(key=match.key.hex(), distance=match.distance) for match in found.matches)
        return cls(matches=matches, more=found.more, complete=found.complete)

    @property
    def neighbours(self) -> Neighbours:
        """What an index found."""
        matches = tuple(Match(key=bytes.fromhex(match.key), distance=match.distance) for match in self.matches)
        return Neighbours(matches=matches, more=self.more, complete=self.complete)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one replica knows.

    Attributes:
        share: which partitions it answers for, as `SEALSTREAM_RECOGNISER_SHARE` says it.
        known: how many fingerprints it knows.
        trouble: why it cannot be relied on now.
        near: for each code.
    """

    share: str
    known: Annotated[int, Meta(ge=0)]
    trouble: str | None
    near: Annotated[tuple[Near, ...], Meta(max_length=MOST_ASKED)]


prepare(Question, Answer)
