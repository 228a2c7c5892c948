"""One Kafka request by hand, to learn whether a broker serves clients.

A listening socket says little: Kafka opens it long before it answers. A metadata request that names at least one broker
is the first thing any client needs.
"""

import socket
import struct

from devstack.ports import LOOPBACK

__all__ = ["brokers_known_at"]

_TIMEOUT = 2.0
_METADATA, _VERSION, _CORRELATION, _NO_CLIENT_ID, _NO_TOPICS = 3, 1, 1, -1, 0
_REQUEST = struct.pack(">hhihi", _METADATA, _VERSION, _CORRELATION, _NO_CLIENT_ID, _NO_TOPICS)
_ANSWER = struct.Struct(">iii")
"""The size, the correlation, and how many brokers follow."""


def brokers_known_at(port: int) -> int:
    """Return how many brokers the one at `port` tells clients about.

    Raises:
        OSError: nothing answers there within two seconds.
    """
    with (
        socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT) as connection,
        connection.makefile("rb") as answer,
    ):
        connection.sendall(struct.pack(">i", len(_REQUEST)) + _REQUEST)
        head = answer.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        raise ConnectionError(f"The broker at port {port} closed the connection.")
    _, _, brokers = _ANSWER.unpack(head)
    return int(brokers)
