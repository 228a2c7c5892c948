"""The ports: who can say the fingerprint of an asset, and who knows the fingerprints of what was sealed."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.similarity import Neighbours
from pipeline.fingerprints.traits import Look, Traits

__all__ = ["Fingerprinter", "KnownFingerprints"]


class Fingerprinter(Protocol):
    """Computes and compares fingerprints. Safe to call from several threads.

    `pipeline.isolation.IsolatedFingerprinter` does it in child processes, which keeps hostile bytes out of the
    caller's; `pipeline.fingerprints.in_process.InProcessFingerprinter` does it where it is called.
    """

    def fingerprint(self, asset: bytes, media_type: str) -> Fingerprint | None:
        """The fingerprint of an asset.

        None where there is none to be had: the media type has no code, the file is broken, larger than it should be,
        too plain to be told from others, or hostile. That is no error, for it can be sealed and judged without.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...

    def traits(self, asset: bytes, media_type: str, *, asked: bool = False) -> Traits:
        """All that an asset is recognised by: its fingerprint, codes beside it, looks; none as with `fingerprint`.

        Args:
            asset: the asset.
            media_type: what it is.
            asked: whether it is to be found by what is known of others, and may lack some of what they show.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...

    def likenesses(self, asset: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
        """How much an asset is like each of some others, by their looks: from 0 to 1, copies from `SAME` on.

        0 where there is nothing to compare, or the asset cannot be read.

        Raises:
            WorldError: no process to do it in could be started.
        """
        ...


class KnownFingerprints(Protocol):
    """What was sealed, by its fingerprints; the keys are events' identities. Safe to ask from several threads.

    `pipeline.fingerprints.index.FingerprintIndex` is one; a worker's follows what all workers seal, or asks those who
    do.
    """

    def nearest(self, fingerprints: Sequence[Fingerprint], *, limit: int) -> Sequence[Neighbours]:
        """Those that are as near as near copies are, for each fingerprint.

        An answer that is not complete must not let anything pass: what is near may be in the part that was not asked.

        Args:
            fingerprints: what to look for.
            limit: how many keys to name at most for each; the nearest are named.

        Raises:
            WorldError: nothing can be said now.
        """
        ...
