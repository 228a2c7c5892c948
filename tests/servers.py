"""HTTP servers of tests that are left in the middle of an answer, which is what many of these tests are about."""

import sys
from http.server import ThreadingHTTPServer
from typing import Any

__all__ = ["LeavableServer"]


class LeavableServer(ThreadingHTTPServer):
    """A server that says nothing of a client that left: a traceback would land in the output of another test."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
