"""How an asset was sealed, as evidence: a manifest that went beside a file which could have carried it inside."""

from typing import Final

from pipeline.credentials import SealedAsset
from pipeline.events.outputs import Finding

__all__ = ["SEALED_BESIDE", "sealed_findings"]

SEALED_BESIDE: Final = "sealed-beside"
"""The kind of finding. It is about one file, and nothing that is made from its content inherits it."""


def sealed_findings(sealed: SealedAsset) -> tuple[Finding, ...]:
    """What is to be said where a manifest went beside a file of a format that carries it.

    It is recorded, and nobody is woken for it: the manifest is valid and kept, and the file is as it came. Whoever
    hands the file on has to hand the manifest on with it.
    """
    if sealed.sidecar_because is None:
        return ()
    return (
        Finding(
            rule=f"credential.{SEALED_BESIDE}",
            kind=SEALED_BESIDE,
            severity="low",
            action="record",
            outcome="violation",
            code=None,
            message="The file is as it came, with its manifest beside it, though its format carries one inside.",
            citation="C2PA 2.4, Embedding manifests; external manifests",
            evidence={"reason": sealed.sidecar_because},
            remedy="Hand the manifest on with the file, or seal the file before it is signed or encrypted.",
        ),
    )
