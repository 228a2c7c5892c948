"""The few calls to the kernel that confinement needs, and that Python has no words for."""

import ctypes
import os
from typing import Final

__all__ = ["KernelRefusedError", "call", "control"]

_C: Final = ctypes.CDLL(None, use_errno=True)
_C.syscall.restype = ctypes.c_long
_C.prctl.restype = ctypes.c_int


class KernelRefusedError(Exception):
    """The kernel does not do this: it is too old, was built without it, or a container's profile forbids it.

    Args:
        number: its error number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


def call(number: int, *arguments: object) -> int:
    """Make a system call by number.

    Raises:
        KernelRefusedError: it failed.
    """
    # Integers as the machine's words: variadic calls would take 32 bits of them.
    words = (ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments)
    return _checked(_C.syscall(ctypes.c_long(number), *words))


def control(option: int, *arguments: object) -> int:
    """Change a property of this process (`prctl`).

    Raises:
        KernelRefusedError: it failed.
    """
    words = [ctypes.c_ulong(argument) if isinstance(argument, int) else argument for argument in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return _checked(_C.prctl(ctypes.c_int(option), *words))


def _checked(result: int) -> int:
    if result < 0:
        raise KernelRefusedError(ctypes.get_errno())
    return result
