"""Free TCP ports on the loopback interface that stay usable while a server is down.

A port the kernel hands out (bind to 0) lies in its ephemeral range. While the server that used it is being restarted, a
client that reconnects in a loop can be given that very port as its *own* end, and then the server cannot come back. So
ports are drawn below that range and tried.
"""

import contextlib
import random
import socket
from pathlib import Path

__all__ = ["LOOPBACK", "free_port", "free_ports"]

LOOPBACK = "127.0.0.1"

_FIRST = 10_000
_LAST = 65_535
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DRAWS = 1_000


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int, *, twin: int = 0) -> list[int]:
    """Return `count` different free TCP ports.

    Args:
        count: how many.
        twin: a distance; `port + twin` is free too, for servers that put a second port there.

    Raises:
        OSError: no free ports were found.
    """
    end = _end_of_range(room=2 * twin)
    draw = random.SystemRandom()
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        for _ in range(_DRAWS):
            if len(ports) == count:
                return ports
            port = draw.randrange(_FIRST, end - twin)
            with contextlib.suppress(OSError), contextlib.ExitStack() as both:
                for number in {port, port + twin}:
                    both.enter_context(socket.socket()).bind((LOOPBACK, number))
                held.enter_context(both.pop_all())
                ports.append(port)
    raise OSError(f"No {count} free ports were found between {_FIRST} and {end}.")


def _end_of_range(room: int) -> int:
    """Return where the ephemeral range begins, or the last port where that leaves no room below."""
    lowest = int(_EPHEMERAL_RANGE.read_text().split()[0]) if _EPHEMERAL_RANGE.exists() else _LAST
    return lowest if lowest > _FIRST + max(room, 5_000) else _LAST
