"""What law says of erasing what is stored about a person: by which right it is asked for, and what stays all the same.

The articles were not read in an official text here; they are as they are commonly cited. Whether an exception holds in
a given case is for the operator to say, who is told what was left and by which one.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

__all__ = ["BASES", "REASONS", "LeftBehind", "Reason", "left"]

Reason = Literal["record", "lock", "rest", "account", "identity", "consent", "case", "illegal", "log", "codes", "inbox"]

BASES: Final = ("GDPR Art. 17", "PIPL Art. 47")
"""By what erasure is asked for."""


class _Why(msgspec.Struct, frozen=True):
    """Why something of a kind is left, and the articles."""

    because: str
    article: str


REASONS: Final[Mapping[Reason, _Why]] = {
    "record": _Why(
        "Records of what was labeled and decided are kept for as long as law demands. They hold no content, but its "
        "digests and codes, and the account as a hash. Run this again after that day, and it is erased.",
        "Labeling Measures Art. 9; Deep Synthesis Provisions Art. 10 and 16; Cybersecurity Law Art. 23; "
        "DSA Art. 20(1); allowed by PIPL Art. 47(2), GDPR Art. 17(3)(b) and (e)",
    ),
    "lock": _Why(
        "The store has it locked (Object Lock), and this program uses no right to break a lock.",
        "PIPL Art. 47(2); GDPR Art. 17(3)(b) and (e)",
    ),
    "rest": _Why(
        "Something else of its event is locked, and nothing but the record leads there. Run this again after the lock "
        "has ended, and both are erased.",
        "PIPL Art. 47(2); GDPR Art. 17(3)(b) and (e)",
    ),
    "account": _Why(
        "The ledger of violations decides about steps against the account, and about appeals against them.",
        "Deep Synthesis Provisions Art. 10; PIPL Art. 47(2); GDPR Art. 17(3)(e)",
    ),
    "identity": _Why(
        "That the account's real identity was checked is what lets it publish; close the account first.",
        "Deep Synthesis Provisions Art. 9; PIPL Art. 47(2); GDPR Art. 17(3)(b)",
    ),
    "consent": _Why(
        "It is how content that shows or imitates somebody is found once they revoke their consent, and that the "
        "consent was named; it holds no content. It goes with the record of its event: run this again after that day.",
        "Deep Synthesis Provisions Art. 14; PIPL Art. 15 and 47(2); GDPR Art. 17(3)(b) and (e)",
    ),
    "case": _Why(
        "Complaints, orders and appeals have to be shown to have been handled; the case keeps its documents.",
        "Deep Synthesis Provisions Art. 12; DSA Art. 20; GDPR Art. 17(3)(e)",
    ),
    "illegal": _Why(
        "These bytes were found illegal; their digest is what blocks them when they come again.",
        "Deep Synthesis Provisions Art. 10; PIPL Art. 47(2); GDPR Art. 17(3)(e)",
    ),
    "log": _Why(
        "A message cannot be taken out of a topic that is kept by time; it goes by itself.",
        "PIPL Art. 47(2); GDPR Art. 12(3)",
    ),
    "codes": _Why(
        "Codes of similarity stay in the memory of workers, and in their snapshots; nothing is recognised by them any "
        "more. Delete v1/recognition/ and v1/codes/ and restart the workers to be rid of them.",
        "PIPL Art. 47(2)",
    ),
    "inbox": _Why(
        "Only the inbox bucket is searched; other buckets that events may refer to are those of their owners.",
        "GDPR Art. 19",
    ),
}
"""Why something is left, by what it is."""


class LeftBehind(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is left, where it is, why, by which articles, and until when, as far as that is known."""

    what: Reason
    where: str
    because: str
    article: str
    until: str | None = None


def left(what: Reason, where: str, until: str | None = None) -> LeftBehind:
    """Say of something that it is left."""
    why = REASONS[what]
    return LeftBehind(what=what, where=where, because=why.because, article=why.article, until=until)
