"""Why an entry of a reference set is not taken."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.errors import ProducerError

__all__ = ["EntryError", "SetName", "StaleEntryError"]

SetName = Literal["services", "news-sources", "features", "consents", "operators", "inventory"]


@dataclass(slots=True, eq=False)
class EntryError(ProducerError):
    """An entry that cannot be used; what is held of it, if anything, stays.

    The words quote nothing of the entry: a feature may be a prohibited phrase, the id of a consent may lead to a
    person.

    Args:
        set_name: the reference set it was meant for.
        entry_id: its id.
    """

    set_name: SetName
    entry_id: str

    stage: ClassVar[str] = "intake"


@dataclass(slots=True, eq=False)
class StaleEntryError(EntryError):
    """An entry whose version does not come after the one that is held."""
