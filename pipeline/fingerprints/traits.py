"""What an asset is recognised by: codes, which say what comes near, and looks, which say what is a copy."""

from typing import Final

import msgspec

from pipeline.fingerprints.fingerprint import Fingerprint, Kind

__all__ = ["NO_TRAITS", "SAME", "Look", "Traits"]

SAME: Final = 0.5
"""Copies are so much alike or more, on a scale from 0 to 1."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy is told by from what only comes near: a thousand bytes or so.

    Attributes:
        kind: what it shows: words, a picture, or sound. A video is looked at picture by picture.
        data: in the form that the module for the kind makes and compares.
        at: the second of a video that the picture is from.
    """

    kind: Kind
    data: bytes
    at: float | None = None


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """All that an asset is recognised by.

    Attributes:
        fingerprint: the ISCC of the whole asset, as the standard makes it.
        codes: further codes, made of it as copies often show it.
        looks: what decides about a candidate.
        sought: codes that are for finding others alone; what is sealed or published is not known by them.
    """

    fingerprint: Fingerprint | None = None
    codes: tuple[Fingerprint, ...] = ()
    looks: tuple[Look, ...] = ()
    sought: tuple[Fingerprint, ...] = ()

    @property
    def own_codes(self) -> tuple[Fingerprint, ...]:
        """The standard's code and the others that an asset is known by, each once."""
        first = () if self.fingerprint is None else (self.fingerprint,)
        return tuple(dict.fromkeys((*first, *self.codes)))

    @property
    def all_codes(self) -> tuple[Fingerprint, ...]:
        """What others are asked about with: its own codes, and those that are for finding alone."""
        return tuple(dict.fromkeys((*self.own_codes, *self.sought)))


NO_TRAITS: Final = Traits()
