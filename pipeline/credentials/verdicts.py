"""Kinds of our own: what a validation code amounts to, once the bytes are looked at more closely.

A validator says that a binding does not hold, and C2PA has one word for that, a mismatch. It stands for very different
things, and only the first of them is tampering:

| kind                  | what is known                                                                              |
|-----------------------|--------------------------------------------------------------------------------------------|
| `content-tampered`    | the bytes that the claim covers have another hash than was signed                          |
| `partial-coverage`    | they have that hash, and the claim leaves out more than the manifest                       |
| `line-ends-changed`   | they have it again with other line ends, byte order mark, final newline or normal form     |
| `container-rewritten` | the manifest is whole, and a program has put the file around it together anew              |
| `sidecar-foreign`     | the manifest that lies beside the file is for another file                                 |
| `sidecar-unfit`       | it does not fit, and whether it is for another file or this one was changed, nothing tells |
| `manifest-alone`      | there is a manifest store, and no asset that it could be bound to                          |
| `asset-unreadable`    | the file cannot be taken apart, so that a credential could not even be looked for          |
"""

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["OWN_KINDS", "OwnKind", "VerdictSeverity"]

VerdictSeverity = Literal["low", "medium", "high", "critical"]
OwnKind = Literal[
    "partial-coverage",
    "line-ends-changed",
    "container-rewritten",
    "sidecar-foreign",
    "sidecar-unfit",
    "manifest-alone",
    "asset-unreadable",
]

OWN_KINDS: Final[Mapping[OwnKind, VerdictSeverity]] = {
    "partial-coverage": "high",
    "line-ends-changed": "medium",
    "container-rewritten": "high",
    "sidecar-foreign": "medium",
    "sidecar-unfit": "high",
    "manifest-alone": "medium",
    "asset-unreadable": "medium",
}
"""How severe each is where it stands in place of what a code means otherwise."""
