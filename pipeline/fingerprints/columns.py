"""What the similarity index keeps of each code: columns of equal length that only grow at their end."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.fingerprints.bands import CODE_BITS, WORDS, Codes, Rows

__all__ = ["CODE_BYTES", "KEY_BYTES", "NO_DAY", "ROW_BYTES", "Columns", "Days", "Keys", "words_of"]

CODE_BYTES: Final = CODE_BITS // 8
KEY_BYTES: Final = 32
"""A key is the identity of an event, as bytes."""

NO_DAY: Final = 2**16 - 1
"""The day of what never grows old."""

ROW_BYTES: Final = CODE_BYTES + KEY_BYTES + 4 + 2

Keys = npt.NDArray[np.void]
Days = npt.NDArray[np.uint16]
"""Days since 1 January 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Codes, each with what belongs to it; slices of it see the same memory.

    Attributes:
        codes: four words each.
        keys: whose code it is.
        lots: what it was added with.
        days: when its asset was sealed.
    """

    codes: Codes
    keys: Keys
    lots: npt.NDArray[np.uint32]
    days: Days

    @classmethod
    def with_room(cls, room: int) -> "Columns":
        """Columns of which nothing is written yet; the machine's memory is taken as they are."""
        return cls(
            codes=np.empty((room, WORDS), np.uint64),
            keys=np.empty(room, f"V{KEY_BYTES}"),
            lots=np.empty(room, np.uint32),
            days=np.empty(room, np.uint16),
        )

    @classmethod
    def of(cls, codes: bytes | memoryview, keys: bytes | memoryview, lot: int, days: Days) -> "Columns":
        """Columns over bytes, all of one lot.

        Raises:
            ValueError: codes, keys and days are not equally many.
        """
        count = len(days)
        if len(codes) != count * CODE_BYTES or len(keys) != count * KEY_BYTES:
            raise ValueError("codes, keys and days are not equally many")
        return cls(
            codes=np.frombuffer(codes, np.uint64).reshape(count, WORDS),
            keys=np.frombuffer(keys, f"V{KEY_BYTES}"),
            lots=np.full(count, lot, np.uint32),
            days=days,
        )

    def __len__(self) -> int:
        return len(self.days)

    def __getitem__(self, which: slice | Rows | npt.NDArray[np.bool_]) -> "Columns":
        return Columns(codes=self.codes[which], keys=self.keys[which], lots=self.lots[which], days=self.days[which])

    def put(self, begin: int, other: "Columns") -> None:
        """Write others into them, from a row on."""
        end = begin + len(other)
        self.codes[begin:end] = other.codes
        self.keys[begin:end] = other.keys
        self.lots[begin:end] = other.lots
        self.days[begin:end] = other.days


def words_of(keys: Keys) -> npt.NDArray[np.uint64]:
    """Keys as numbers that have the same order, most significant first."""
    return keys.view(">u8").reshape(len(keys), KEY_BYTES // 8).astype(np.uint64)
