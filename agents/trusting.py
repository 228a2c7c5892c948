"""Whom we trust, from settings: published lists, anchors of one's own, denied signers; looked at again while we run."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final

from pipeline.credentials import Trust
from pipeline.credentials.development import development_anchors
from pipeline.credentials.trust import (
    LIST_NAMES,
    TrustList,
    TrustListError,
    certificates_of,
    lists_at_hand,
    update_files,
)
from pipeline.errors import OperatorError, SealstreamError
from pipeline.file_mark import FileMark, mark_of
from pipeline.settings import CredentialSettings

__all__ = ["TrustWatch", "lists_in_use", "trust_of"]

logger = logging.getLogger(__name__)

_NONE: Final = "none"


def trust_of(settings: CredentialSettings) -> Trust:
    """Whom we trust: no key is read, and none is made.

    Where no signer is configured, what the development chain of this machine signed is trusted here, if there is one.

    Raises:
        OperatorError: a list cannot be used; the message names it and its setting.
    """
    private = _pem(settings.trust_anchors, "SEALSTREAM_TRUST_ANCHORS")
    if settings.sign_cert is None and settings.sign_key is None and settings.signers is None:
        private = (development_anchors(settings.state_dir) or b"") + private
    denied = _pem(settings.denied_signers, "SEALSTREAM_DENIED_SIGNERS")
    return Trust(
        lists=b"".join(trust_list.pem for trust_list in lists_in_use(settings)),
        private=private,
        denied=tuple(
            (format(certificate.serial_number, "x"), certificate.not_valid_after_utc.isoformat())
            for certificate in certificates_of(denied)
        )
        if denied
        else (),
    )


def lists_in_use(settings: CredentialSettings) -> tuple[TrustList, ...]:
    """The published lists that are configured, each in its newest issue.

    Raises:
        OperatorError: there is no such list, or one cannot be read.
    """
    wanted = [name for name in settings.trust_lists if name != _NONE]
    unknown = [name for name in wanted if name not in LIST_NAMES]
    if unknown:
        raise OperatorError(
            what=f"There is no trust list {unknown[0]} (SEALSTREAM_TRUST_LISTS).",
            remedy=f"Known are {', '.join(LIST_NAMES)}, and none; "
            "anchors of your own are for SEALSTREAM_TRUST_ANCHORS.",
        )
    return tuple(trust_list for trust_list in lists_at_hand(settings.state_dir) if trust_list.name in wanted)


class TrustWatch:
    """Reads the lists again when their files changed, and says when one is too old.

    Args:
        settings: which files.
        renew: takes whom to trust from now on.
    """

    def __init__(self, settings: CredentialSettings, renew: Callable[[Trust], None]) -> None:
        self._settings = settings
        self._renew = renew
        self._files = tuple(
            file
            for file in (settings.trust_anchors, settings.denied_signers, *update_files(settings.state_dir))
            if file is not None
        )
        self._seen = self._marks()
        self._trust = trust_of(settings)
        self._lists = lists_in_use(settings)
        self._told: set[str] = set()
        self.trouble: str | None = None

    def look(self) -> None:
        """Take what changed; what cannot be read is told, and the lists before stay in force."""
        marks = self._marks()
        if marks != self._seen:
            try:
                fresh, lists = trust_of(self._settings), lists_in_use(self._settings)
            except SealstreamError as error:
                if self.trouble != error.what:
                    logger.warning("The changed trust lists are not taken, those before stay: %s", error)
                self.trouble = error.what
                return
            self._seen, self._lists, self.trouble = marks, lists, None
            if fresh != self._trust:
                self._trust = fresh
                self._renew(fresh)
                logger.info("Changed trust lists are in force.")
        for trust_list in self._lists:
            if trust_list.overdue() and trust_list.name not in self._told:
                self._told.add(trust_list.name)
                logger.warning(
                    "The trust list %s of %s is %d days overdue: signers that came since are not trusted. Get the "
                    "newest from its publisher, and run `sealstream trust update FILE`.",
                    trust_list.name,
                    trust_list.issued,
                    trust_list.overdue(),
                )

    def states(self) -> dict[str, str]:
        """Each list and its age, for people."""
        return {f"trust list {trust_list.name}": _age(trust_list) for trust_list in self._lists}

    def issued(self) -> dict[str, float]:
        """When each list was issued, as a Unix time."""
        return {
            trust_list.name: datetime.combine(trust_list.issued, time(), UTC).timestamp() for trust_list in self._lists
        }

    def _marks(self) -> tuple[FileMark, ...]:
        return tuple(mark_of(file.expanduser()) for file in self._files)


def _age(trust_list: TrustList) -> str:
    late = trust_list.overdue()
    return f"of {trust_list.issued}, {late} days overdue" if late else f"of {trust_list.issued}"


def _pem(file: Path | None, setting: str) -> bytes:
    if file is None:
        return b""
    try:
        pem = file.expanduser().read_bytes()
        certificates_of(pem)
    except OSError as error:
        raise OperatorError(
            what=f"The trust list {file} cannot be read: {error.strerror}.", remedy=f"Let {setting} name a PEM file."
        ) from error
    except TrustListError as error:
        raise OperatorError(
            what=f"The trust list {file} cannot be used: {error.why}.", remedy=f"Let {setting} name a PEM file."
        ) from error
    return pem
