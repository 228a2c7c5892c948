"""Identities that a file names: opened as the one identity is, with errors that name them and their members."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.credentials.model import SigningIdentity
from pipeline.credentials.signer import (
    ALGORITHM_SETTING,
    CERTIFICATE_SETTING,
    KEY_SETTING,
    load_signing_identity,
)
from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.credentials.signers.opening import files_of, open_signer
from pipeline.credentials.signers.plan import IdentityPlan
from pipeline.credentials.signers.rotation import Rotation
from pipeline.errors import SealstreamError

__all__ = ["certified", "certified_as_named", "loading_of"]

_MEMBERS: Final = {
    f"{KEY_SETTING}, {ALGORITHM_SETTING} or the certificate chain": "its key, its algorithm or its certificates",
    CERTIFICATE_SETTING: "its certificates",
    KEY_SETTING: "its key",
    ALGORITHM_SETTING: "its algorithm",
}
"""What errors about the one identity call by its setting is a member of the file where there are several."""


def certified(certificates: Path, algorithm: str | None) -> SigningIdentity:
    """The certificates of the one identity; its key is not asked for.

    Raises:
        OperatorError: they cannot be used.
    """
    return load_signing_identity(certificates, algorithm=algorithm)


def certified_as_named(name: str, identity: IdentityPlan, file: Path) -> SigningIdentity:
    """The certificates of one of several identities; its key is not asked for.

    Args:
        name: of the identity.
        identity: as the file has it.
        file: which file.

    Raises:
        OperatorError: they cannot be used.
    """
    with _told_of(name, file):
        return load_signing_identity(identity.certificates, algorithm=identity.algorithm)


def loading_of(name: str, identity: IdentityPlan, file: Path, *, seconds: float) -> Callable[[], Rotation]:
    """What opens one of several identities, and follows its files.

    Args:
        name: of the identity.
        identity: as the file has it.
        file: which file.
        seconds: longest time for one signature, where the file does not say.
    """
    opening = partial(_open, name, identity, file, identity.seconds or seconds)
    return partial(Rotation, opening, (identity.certificates, *files_of(identity.key)))


def _open(name: str, identity: IdentityPlan, file: Path, seconds: float) -> ClaimSigner:
    with _told_of(name, file):
        return open_signer(identity.certificates, identity.key, algorithm=identity.algorithm, seconds=seconds)


@contextmanager
def _told_of(name: str, file: Path) -> Iterator[None]:
    try:
        yield
    except SealstreamError as error:
        what, remedy = error.what, error.remedy
        for setting, member in _MEMBERS.items():
            what, remedy = what.replace(setting, member), remedy.replace(setting, member)
        raise type(error)(what=f"The identity {name} of {file}: {what}", remedy=remedy) from None
