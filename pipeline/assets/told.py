"""What bytes tell of their format: enough to name it, or only the container that several formats share."""

from dataclasses import dataclass

__all__ = ["Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What bytes are.

    Attributes:
        media_type: the canonical name of the format, or the likeliest of several.
        or_any_of: others that the bytes may be as well, which only a claim can tell apart.
        is_shared: the container is one that formats live in which nobody here knows.
    """

    media_type: str
    or_any_of: frozenset[str] = frozenset()
    is_shared: bool = False
