"""What keys are made of: digests, numbers and words, and what the keys of a kind begin with."""

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from pipeline.errors import BugError

__all__ = [
    "CONSENTED",
    "EXTENSION",
    "HEX",
    "MILLISECOND",
    "MILLISECONDS",
    "NUMBER",
    "PLACE",
    "PLACES",
    "TREE_PARTS",
    "WORD",
    "Tree",
    "account_prefix",
    "acts_prefix",
    "case_prefix",
    "checked",
    "consented_prefix",
    "digest_prefix",
    "erasure_prefix",
    "fan",
    "identity_prefix",
    "key_place",
    "published_prefix",
    "review_prefix",
    "snapshot_prefix",
    "tree_prefixes",
]

CONSENTED: Final = "v1/consented/"
"""What the keys begin with of all events that name any consent."""

HEX: Final = re.compile(r"[0-9a-f]{64}")
EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
PLACE: Final = re.compile(r"[0-9]{8}")
PLACES: Final = 10**8
WORD: Final = re.compile(r"[a-z][a-z_]{0,31}")
MILLISECOND: Final = re.compile(r"[0-9]{13}")
MILLISECONDS: Final = 10**13


def digest_prefix(sha256: str) -> str:
    """What the keys begin with of everything known about the bytes with this SHA-256."""
    return f"v1/sha256/{fan(sha256)}/"


def published_prefix(sha256: str) -> str:
    """What the keys begin with of all publications of the bytes with this SHA-256."""
    return f"v1/published/{fan(sha256)}/"


def erasure_prefix(erasure_uid: str) -> str:
    """What the keys of the records of an erasure begin with; the newest is listed first."""
    return f"v1/erasures/{fan(erasure_uid)}/"


def consented_prefix(consent: str) -> str:
    """What the keys begin with of all events that name a consent."""
    return f"{CONSENTED}{fan(consent)}/"


def identity_prefix(account: str) -> str:
    """What the keys begin with of all checks of a user's identity; of those listed there the first is the newest."""
    return f"v1/identities/{fan(account)}/"


def account_prefix(account: str) -> str:
    """What the keys of an account's ledger begin with; of the keys listed there the first is the newest entry."""
    return f"v1/accounts/{fan(account)}/"


def case_prefix(case_uid: str) -> str:
    """What the keys of a case begin with; of the keys listed there the first is its newest version."""
    return f"v1/cases/{fan(case_uid)}/"


def acts_prefix(event_uid: str) -> str:
    """What the keys of the log of an event begin with; of the keys listed there the first is the newest entry."""
    return f"v1/acts/{fan(event_uid)}/"


def review_prefix(event_uid: str) -> str:
    """What the keys begin with of what persons decided later about an event; the newest is listed first."""
    return f"v1/reviews/{fan(event_uid)}/"


def snapshot_prefix(topic: str, partition: int) -> str:
    """What the keys of the snapshots of a partition begin with; of those listed there the first is the newest."""
    return f"v1/recognition/{fan(topic)}/{partition}/"


Tree: TypeAlias = Literal["records", "reviews", "retractions", "acts", "cases", "accounts"]
"""What the records bucket has of each event, of each case and of each account."""

TREE_PARTS: Final = 256


def tree_prefixes(tree: Tree) -> Iterator[str]:
    """What the keys of a tree begin with: `TREE_PARTS` parts of about the same size."""
    return (f"v1/{tree}/{part:02x}/" for part in range(TREE_PARTS))


def key_place(number: int) -> str:
    """A number from 1 as keys have it: what lists the highest first."""
    if not 0 < number < PLACES:
        raise BugError(
            what="A key was given a number outside of 1 to 99999999.",
            remedy="Number the entries of an account and the versions of a case from 1, and count minutes from 1970.",
        )
    return f"{PLACES - number:08}"


def fan(digest: str) -> str:
    """A digest, below two folders named by its first bytes."""
    checked(HEX, digest)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def checked(rule: re.Pattern[str], part: str) -> str:
    """A part of a key, if it is as it has to be.

    Raises:
        BugError: it is not.
    """
    if not rule.fullmatch(part):
        raise BugError(
            what="An object key was made of something that is no SHA-256 in lower-case hex, or no plain extension.",
            remedy="Check digests where they come in.",
        )
    return part
