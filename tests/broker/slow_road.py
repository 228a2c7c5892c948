"""A road to a server on which every request takes its time, as long as that is wanted."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

__all__ = ["SlowRoad", "slow_road"]

_PIECE = 2**16


class SlowRoad(socketserver.ThreadingTCPServer):
    """Passes on what is sent to a server, each piece after a moment; answers come at once.

    Args:
        url: the server.
        seconds: how long a moment is.
    """

    daemon_threads = True

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Traveller)
        where = urlsplit(url)
        assert where.hostname is not None
        assert where.port is not None
        self.end = (where.hostname, where.port)
        self.seconds = seconds
        self.is_clear = threading.Event()

    @property
    def url(self) -> str:
        """Where it begins."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Traveller(socketserver.BaseRequestHandler):
    server: SlowRoad

    def handle(self) -> None:
        with socket.create_connection(self.server.end) as there, suppress(OSError):
            threading.Thread(target=self._bring_back, args=(there,), daemon=True).start()
            while piece := self.request.recv(_PIECE):
                self.server.is_clear.wait(self.server.seconds)
                there.sendall(piece)

    def _bring_back(self, there: socket.socket) -> None:
        with suppress(OSError):
            while piece := there.recv(_PIECE):
                self.request.sendall(piece)
            self.request.shutdown(socket.SHUT_RDWR)


@contextmanager
def slow_road(url: str, seconds: float) -> Iterator[SlowRoad]:
    """Open a road until the end of this."""
    with SlowRoad(url, seconds) as road:
        thread = threading.Thread(target=road.serve_forever, daemon=True)
        thread.start()
        try:
            yield road
        finally:
            road.shutdown()
            thread.join(10)
