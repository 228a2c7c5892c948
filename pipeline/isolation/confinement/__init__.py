"""Confinement: what a child process gives up before it sees the first byte of a stranger.

Landlock leaves it the files of libraries, to read; seccomp leaves it the system calls of computing. Nothing of that
needs a privilege, works in containers, and can be taken back by nobody. Kernels that lack one of them run with the
other, and say so.
"""

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

import pipeline
from pipeline.isolation.confinement.kernel import KernelRefusedError, control
from pipeline.isolation.confinement.landlock import NETWORK_VERSION, allow_only_reading, landlock_version
from pipeline.isolation.confinement.seccomp import allow_only_computing

__all__ = ["UNCONFINED", "Confinement", "ConfinementRule", "confine", "keep_to_itself", "landlock_version", "readable"]

ConfinementRule = Literal["require", "try", "off"]
"""What to do where the kernel lacks something: not start, say so and go on, or confine nothing at all."""

_NO_NEW_PRIVILEGES: Final = 38
_DUMPABLE: Final = 4

_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_SYSTEM: Final = (
    *("/usr/share/zoneinfo", "/etc/localtime", "/etc/mime.types"),
    *("/dev/null", "/dev/urandom", "/sys/devices/system/cpu"),
)


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force in a process.

    Attributes:
        landlock: version of Landlock; 0 where there is none.
        seccomp: system calls are filtered.
        open_tcp: it may speak TCP to anybody: it has to reach one port, and this kernel cannot keep it to that.
    """

    landlock: int = 0
    seccomp: bool = False
    open_tcp: bool = False

    @property
    def whole(self) -> bool:
        """Nothing is missing that this kind of kernel can do."""
        return self.landlock > 0 and self.seccomp and not self.open_tcp

    def __str__(self) -> str:
        parts = (f"Landlock {self.landlock}" if self.landlock else "", "seccomp" if self.seccomp else "")
        held = ", ".join(part for part in parts if part) or "none"
        return f"{held}; TCP is open" if self.open_tcp else held


UNCONFINED: Final = Confinement()
"""What is in force where nothing is parsed in child processes."""


def confine(port: int | None = None) -> Confinement:
    """Give up, for good, all rights that parsing does not need; says what the kernel took.

    To be called while the process has one thread: those that exist already would keep their rights.

    Args:
        port: the one TCP port that is to be reached, on whatever machine; None for none.
    """
    with suppress(KernelRefusedError):
        control(_NO_NEW_PRIVILEGES, 1)
    _drop_capabilities()
    landlock = 0
    with suppress(KernelRefusedError):
        landlock = allow_only_reading(readable(), port)
    open_tcp = port is not None and landlock < NETWORK_VERSION
    try:
        allow_only_computing(tcp=port is not None)
    except KernelRefusedError:
        return Confinement(landlock=landlock, open_tcp=open_tcp)
    return Confinement(landlock=landlock, seccomp=True, open_tcp=open_tcp)


def keep_to_itself() -> None:
    """Keep this process's memory and environment from others of the same user: those without Landlock, above all."""
    with suppress(KernelRefusedError):
        control(_DUMPABLE, 0)


def readable() -> Iterator[Path]:
    """Where Python, its packages and shared libraries are; this product's own files; what the C library asks for."""
    installed = sysconfig.get_paths()
    yield from (Path(installed[kind]) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    yield from (Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages"))
    yield from (Path(prefix) / "lib" for prefix in {sys.prefix, sys.base_prefix})
    yield from (Path(entry) for entry in pipeline.__path__)
    yield from (Path(entry) for entry in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if entry)
    yield from (Path(path) for path in (*_LIBRARIES, *_SYSTEM))


def _drop_capabilities() -> None:
    """Root without capabilities is a user like any other: it cannot look into a process that has some."""
    library = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    library.capset(header, (ctypes.c_uint32 * 6)())
