"""Landlock: which files a process may open, as the kernel keeps it (Linux 5.13 and later; no privilege needed).

What is not named here can be neither read, written, made, renamed nor removed, whoever the user is. Later kernels
refuse TCP (version 4), signals and abstract sockets to processes outside (version 6) as well.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pipeline.isolation.confinement.kernel import KernelRefusedError, call

__all__ = ["NETWORK_VERSION", "allow_only_reading", "landlock_version"]

# The same numbers on every machine: these calls are younger than the tables that differ.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446

_ASK_VERSION: Final = 1
_BENEATH_PATH: Final = 1
_AT_PORT: Final = 2
_CONNECT_TCP: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIRECTORY: Final = 1 << 3

_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which version on how many rights about files are known: one bit each."""

NETWORK_VERSION: Final = 4
"""From which version on TCP is kept."""

_BIND_AND_CONNECT: Final = 0b11
_SCOPE_VERSION: Final = 6
_SOCKETS_AND_SIGNALS: Final = 0b11


def landlock_version() -> int:
    """The version of Landlock that this kernel has; 0 where it has none or does not let us."""
    try:
        return call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except KernelRefusedError:
        return 0


def allow_only_reading(paths: Iterable[Path], port: int | None = None) -> int:
    """From now on this thread, and what it starts, opens nothing but what lies below these paths, and only to read.

    Args:
        paths: directories and files; those that do not exist are left out.
        port: the one TCP port that may be connected to; None for none. Kept from version 4 on.

    Returns:
        The version of Landlock that is in force.

    Raises:
        KernelRefusedError: the kernel has no Landlock, or does not let us.
    """
    version = call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    rights = (1 << max(count for since, count in _FILE_RIGHTS if version >= since)) - 1
    asked = struct.pack("=Q", rights)
    if version >= NETWORK_VERSION:
        asked += struct.pack("=Q", _BIND_AND_CONNECT)
    if version >= _SCOPE_VERSION:
        asked += struct.pack("=Q", _SOCKETS_AND_SIGNALS)
    rules = call(_CREATE_RULESET, ctypes.c_char_p(asked), len(asked), 0)
    try:
        for path in paths:
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                _allow(rules, path)
        if port is not None and version >= NETWORK_VERSION:
            call(_ADD_RULE, rules, _AT_PORT, ctypes.c_char_p(struct.pack("=QQ", _CONNECT_TCP, port)), 0)
        call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return version


def _allow(rules: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ_FILE
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            rights |= _READ_DIRECTORY
        call(_ADD_RULE, rules, _BENEATH_PATH, ctypes.c_char_p(struct.pack("=Qi", rights, handle)), 0)
    finally:
        os.close(handle)
