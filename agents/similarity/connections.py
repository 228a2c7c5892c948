"""Connections to one server that are kept open between requests, and used by many threads."""

import ssl
from collections import deque
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

__all__ = ["Connections", "RefusedError"]

_MOST_IDLE: Final = 64
_MOST_ANSWER_BYTES: Final = 32 * 2**20
_MOST_REASON_BYTES: Final = 200


class RefusedError(Exception):
    """The server answered, and not with what was asked for; says how."""


class Connections:
    """Posts to one server.

    Args:
        url: of the server, without a path.
        seconds: how long a connection, or the next piece of an answer, may take.
    """

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self._host: Final = parts.netloc
        self._tls: Final = ssl.create_default_context() if parts.scheme == "https" else None
        self._path: Final = parts.path
        self._seconds: Final = seconds
        self._idle: Final[deque[HTTPConnection]] = deque()

    def post(self, path: str, body: bytes) -> bytes:
        """Post JSON, and return the answer. It is asked twice where a connection that was kept open is not any more.

        Raises:
            RefusedError: the answer is none, or too long.
            OSError: there is no connection, or no answer in time.
            HTTPException: what comes is no HTTP.
        """
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                return self._post_with(self._opened(), path, body)
            try:
                return self._post_with(kept, path, body)
            except TimeoutError:
                raise
            except (OSError, HTTPException):
                continue  # the server closed it meanwhile; the last resort is one of our own

    def close(self) -> None:
        """Close what is kept open."""
        while self._idle:
            self._idle.pop().close()

    def _opened(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._host, timeout=self._seconds)
        return HTTPSConnection(self._host, timeout=self._seconds, context=self._tls)

    def _post_with(self, connection: HTTPConnection, path: str, body: bytes) -> bytes:
        try:
            connection.request("POST", self._path + path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read(_MOST_ANSWER_BYTES + 1)
        except BaseException:
            connection.close()
            raise
        if len(answer) > _MOST_ANSWER_BYTES or response.will_close or len(self._idle) >= _MOST_IDLE:
            connection.close()
        else:
            self._idle.append(connection)
        if response.status != HTTPStatus.OK:
            reason = answer[:_MOST_REASON_BYTES].decode(errors="replace").strip()
            raise RefusedError(f"HTTP {response.status}: {reason}")
        if len(answer) > _MOST_ANSWER_BYTES:
            raise RefusedError("the answer is too long")
        return answer
