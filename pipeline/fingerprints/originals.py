"""Whether two sealed assets are one original, as far as copies of them can tell."""

from collections.abc import Sequence

from pipeline.fingerprints.picture_looks import likeness_to_picture, rendition_again
from pipeline.fingerprints.traits import SAME, Look

__all__ = ["one_original"]


def one_original(some: Sequence[Look], others: Sequence[Look]) -> bool:
    """Whether a copy of the one is a copy of the other, too, such as a picture that was sealed in two sizes.

    Recordings and videos that have a copy in common are taken for one: they are no kin, as pictures of one layout are.
    """
    return any(
        look.kind == other.kind
        and (look.kind in ("audio", "video") or look.data == other.data or _one_picture(look, other))
        for look in some
        for other in others
    )


def _one_picture(look: Look, other: Look) -> bool:
    return look.kind == "image" and likeness_to_picture(rendition_again(look.data), other.data) >= SAME
