"""What schemes read out of their URIs, said once: addresses, options, secrets that are kept in files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec
import urllib3

from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError

__all__ = ["Bearer", "asked", "endpoint", "from_file", "http_pool", "options", "secret", "signature_read"]

Bearer = Callable[[], str]
"""Gives the token of the moment. Raises `KeyRefusedError` or `KeyAwayError`."""

_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_ANSWER: Final = 2**16


def options(query: str, known: frozenset[str]) -> dict[str, str]:
    """The options of a URI, each once.

    Raises:
        KeyRefusedError: one is unknown, and would be passed over.
    """
    found = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(found.keys() - known)
    if unknown:
        raise KeyRefusedError(f"its URI has an option {unknown[0]}; known are {', '.join(sorted(known))}")
    return found


def endpoint(address: str) -> SplitResult:
    """An address that signatures may be asked at.

    Raises:
        KeyRefusedError: it is not encrypted and not on this machine, or has a password in it.
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise KeyRefusedError("its URI holds no https address")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise KeyRefusedError("its address is not https")
    if parts.username is not None:
        raise KeyRefusedError("its URI holds a name or a password; put a token into a file")
    return parts


def secret(file: str) -> str:
    """A token or PIN that is kept in a file, read each time so that it may be renewed.

    Raises:
        KeyRefusedError: the file cannot be read.
    """
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise KeyRefusedError(f"the file {file} with its token or PIN cannot be read") from None


def from_file(file: str) -> Bearer:
    """Tokens that somebody keeps renewed in a file."""
    return lambda: secret(file)


def http_pool(seconds: float, ca_file: str | None = None) -> urllib3.PoolManager:
    """Connections that follow nothing, and try nothing twice: the caller has the deadline."""
    return urllib3.PoolManager(
        retries=False, timeout=urllib3.Timeout(total=seconds), maxsize=32, block=True, ca_certs=ca_file
    )


def asked(pool: urllib3.PoolManager, url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """What a service answers to a question.

    Raises:
        KeyAwayError: it does not answer, or says that it cannot now.
        KeyRefusedError: it says no.
    """
    try:
        answer = pool.request("POST", url, body=body, headers=headers, redirect=False, preload_content=False)
        try:
            told = answer.read(_LONGEST_ANSWER)
        finally:
            answer.release_conn()
    except urllib3.exceptions.SSLError:
        raise KeyRefusedError("the certificate of its service is not trusted here") from None
    except urllib3.exceptions.TimeoutError:
        raise KeyAwayError("it did not answer in time") from None
    except urllib3.exceptions.HTTPError as error:
        raise KeyAwayError(f"it cannot be reached ({type(error).__name__})") from None
    if answer.status >= 500 or answer.status in (408, 429):  # noqa: PLR2004 (status codes are their names)
        raise KeyAwayError(f"its service answered with status {answer.status}")
    if answer.status != 200:  # noqa: PLR2004
        raise KeyRefusedError(f"its service answered with status {answer.status}")
    return told


@contextmanager
def signature_read() -> Iterator[None]:
    """Read a signature out of an answer inside.

    Raises:
        KeyRefusedError: there is none in it.
    """
    try:
        yield
    except (msgspec.MsgspecError, ValueError):  # What is no UTF-8 or no base64 is the latter.
        raise KeyRefusedError("its service answered with no signature") from None
