"""A manifest that was found beside a file by its name, and does not fit: nobody said that the two belong together."""

import msgspec

from pipeline.credentials.model import Credential
from pipeline.credentials.status_codes import look_up
from pipeline.credentials.verdicts import OwnKind

__all__ = ["as_foreign", "as_unfit", "fits"]


def fits(credential: Credential) -> bool:
    """Whether nothing says that the manifest is for other bytes; what else is wrong with it is another question."""
    return not _unfit_codes(credential)


def as_foreign(credential: Credential) -> Credential:
    """What a file has whose neighbour's manifest was read: no credential; what that manifest says is not about it."""
    codes = _unfit_codes(credential)
    return Credential(state="absent", trust="none", active_codes=codes, meanings=_all_mean(codes, "sidecar-foreign"))


def as_unfit(credential: Credential) -> Credential:
    """What a file has beside which a manifest lies that may be its own or not."""
    meanings = credential.meanings | _all_mean(_unfit_codes(credential), "sidecar-unfit")
    return msgspec.structs.replace(credential, meanings=meanings)


def _unfit_codes(credential: Credential) -> tuple[str, ...]:
    return tuple(
        code
        for code in credential.active_codes
        if code not in credential.meanings and look_up(code).kind == "content-tampered"
    )


def _all_mean(codes: tuple[str, ...], kind: OwnKind) -> dict[str, OwnKind]:
    return dict.fromkeys(codes, kind)
