"""How an asset was sealed, as evidence: a manifest that went beside a file which could have carried it inside."""

from typing import Final

from pipeline.credentials import SealedAsset
from pipeline.policy.seen import Observation

__all__ = ["SEALED_BESIDE", "sealed_observations"]

SEALED_BESIDE: Final = "sealed-beside"
"""The kind of finding. It is about one file, and nothing that is made from its content inherits it."""


def sealed_observations(sealed: SealedAsset) -> tuple[Observation, ...]:
    """What is seen where a manifest went beside a file of a format that carries it.

    The manifest is valid and kept, and the file is as it came. Whoever hands the file on has to hand the manifest on
    with it.
    """
    if sealed.sidecar_because is None:
        return ()
    return (
        Observation(name=f"credential.{SEALED_BESIDE}", severity="low", evidence={"reason": sealed.sidecar_because}),
    )
