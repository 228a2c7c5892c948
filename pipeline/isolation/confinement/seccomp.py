"""seccomp: which system calls a process may make, as the kernel keeps it (Linux 3.5 and later; no privilege needed).

The filter names what is allowed, so that what a later kernel adds is refused too: no sockets, no programs, no new
processes, no opening for writing, no signals to others, no looking into other processes. A refused call fails with an
error number, and kills nobody: libraries that try something and go on without it do so here.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Callable
from typing import Final

from pipeline.isolation.confinement.kernel import KernelRefusedError, control
from pipeline.isolation.confinement.system_calls import AUDIT_ARCHITECTURE, allowed_numbers, call_number

__all__ = ["allow_only_computing"]

_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2

# Classic BPF over `struct seccomp_data`: number, architecture, instruction pointer, six arguments of 64 bits.
_LOAD: Final = 0x20
_EQUAL: Final = 0x15
_ANY_BIT: Final = 0x45
_AND: Final = 0x54
_RETURN: Final = 0x06
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ARGUMENTS: Final = 16

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000

_NEW_THREAD: Final = 0x00010000  # CLONE_THREAD
_WRITING: Final = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | 0x400000  # the last is O_TMPFILE without O_DIRECTORY
_HARMLESS_IOCTLS: Final = (0x5401, 0x5421, 0x5450, 0x5451)  # is it a terminal; blocking or not; closed by exec or not
_HANDLE_CONTROLS: Final = (0, 1, 2, 3, 4, 1030, 1031, 1032)  # copies, flags, pipe sizes; never who gets a signal
_THREAD_NAMES: Final = (15, 16)  # PR_SET_NAME, PR_GET_NAME

Instruction = tuple[int, int, int, int]


def allow_only_computing(*, tcp: bool = False) -> None:
    """From now on this thread, and what it starts, makes no system call but those that computing needs.

    Args:
        tcp: it may speak TCP, to whom Landlock allows.

    Raises:
        KernelRefusedError: the kernel has no seccomp filters, does not let us, or is that of an unknown machine.
    """
    machine = platform.machine()
    if machine not in AUDIT_ARCHITECTURE:
        raise KernelRefusedError(errno.ENOSYS)
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(machine, tcp=tcp))
    code = ctypes.create_string_buffer(program, len(program))
    # `struct sock_fprog`: the length is padded to where a pointer may stand.
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    control(_SET_SECCOMP, _FILTER_MODE, ctypes.c_char_p(head))


def _program(machine: str, *, tcp: bool) -> list[Instruction]:
    known = AUDIT_ARCHITECTURE[machine]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, known),
        _returned(_REFUSE | errno.EPERM),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in allowed_numbers(machine):
        program += [(_EQUAL, 0, 1, number), _returned(_ALLOW)]
    for name, rule in {**_rules(), **(_TCP if tcp else {})}.items():
        wanted = call_number(name, machine)
        if wanted is not None:
            answer = rule()
            program += [(_EQUAL, 0, len(answer), wanted), *answer]
    return [*program, _returned(_REFUSE | errno.EPERM)]


def _rules() -> dict[str, Callable[[], list[Instruction]]]:
    """What is said of a call that is allowed only in some ways."""
    this_process = (os.getpid(),)
    return {
        "open": lambda: _unless_any(1, _WRITING, errno.EACCES),
        "openat": lambda: _unless_any(2, _WRITING, errno.EACCES),
        "ioctl": lambda: _only(1, _HARMLESS_IOCTLS),
        "fcntl": lambda: _only(1, _HANDLE_CONTROLS),
        "prctl": lambda: _only(0, _THREAD_NAMES),
        "prlimit64": _asking_for_own_limits,
        "clone": lambda: _if_any(0, _NEW_THREAD),
        "kill": lambda: _only(0, this_process),
        "tgkill": lambda: _only(0, this_process),
        "clone3": lambda: [_returned(_REFUSE | errno.ENOSYS)],
        "openat2": lambda: [_returned(_REFUSE | errno.ENOSYS)],
    }


def _only(position: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allowed where an argument is one of these; its lower 32 bits count, as they do for the kernel."""
    tests: list[Instruction] = [(_LOAD, 0, 0, _ARGUMENTS + 8 * position)]
    for value in values:
        tests += [(_EQUAL, 0, 1, value), _returned(_ALLOW)]
    return [*tests, _returned(_REFUSE | errno.EPERM)]


def _asking_for_own_limits() -> list[Instruction]:
    """Of no other process, and with no new limits: the third argument is where those would be."""
    refused = _returned(_REFUSE | errno.EPERM)
    lower, upper = _ARGUMENTS + 8 * 2, _ARGUMENTS + 8 * 2 + 4
    tests: list[Instruction] = []
    for place in (_ARGUMENTS, lower, upper):
        tests += [(_LOAD, 0, 0, place), (_EQUAL, 1, 0, 0), refused]
    return [*tests, _returned(_ALLOW)]


def _if_any(position: int, bits: int) -> list[Instruction]:
    return [
        (_LOAD, 0, 0, _ARGUMENTS + 8 * position),
        (_ANY_BIT, 0, 1, bits),
        _returned(_ALLOW),
        _returned(_REFUSE | errno.EPERM),
    ]


def _unless_any(position: int, bits: int, number: int) -> list[Instruction]:
    return [
        (_LOAD, 0, 0, _ARGUMENTS + 8 * position),
        (_ANY_BIT, 0, 1, bits),
        _returned(_REFUSE | number),
        _returned(_ALLOW),
    ]


def _only_streams() -> list[Instruction]:
    """Sockets of TCP over IPv4, whatever their flags."""
    refused = _returned(_REFUSE | errno.EPERM)
    return [
        (_LOAD, 0, 0, _ARGUMENTS),
        (_EQUAL, 1, 0, socket.AF_INET),
        refused,
        (_LOAD, 0, 0, _ARGUMENTS + 8),
        (_AND, 0, 0, 0xF),
        (_EQUAL, 1, 0, socket.SOCK_STREAM),
        refused,
        _returned(_ALLOW),
    ]


def _allowed() -> list[Instruction]:
    return [_returned(_ALLOW)]


_FAST_OPEN: Final = 0x20000000
"""MSG_FASTOPEN: sending that connects, which is no `connect` that Landlock sees."""

_TCP: Final[dict[str, Callable[[], list[Instruction]]]] = {
    "socket": _only_streams,
    "sendto": lambda: _unless_any(3, _FAST_OPEN, errno.EPERM),
    "sendmsg": lambda: _unless_any(2, _FAST_OPEN, errno.EPERM),
    **dict.fromkeys(("connect", "getsockopt", "setsockopt", "getsockname", "getpeername"), _allowed),
    **dict.fromkeys(("recvfrom", "recvmsg", "shutdown"), _allowed),
}


def _returned(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)
