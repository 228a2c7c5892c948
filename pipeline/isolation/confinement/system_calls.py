"""The system calls that a confined child may make, with their numbers on the two machines that are known.

Numbers are those of the kernel's `unistd` tables: once given, they never change. What a machine lacks is None.
"""

import platform
from typing import Final

__all__ = ["AUDIT_ARCHITECTURE", "allowed_numbers", "call_number"]

_MACHINES: Final = {"x86_64": 0, "aarch64": 1}

AUDIT_ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the kernel calls these machines when it asks a filter."""

_TABLE: Final[dict[str, tuple[int | None, int | None]]] = {
    # What was opened is read and written: the pipes to the parent, and files of libraries.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    # Libraries are looked for and loaded; Landlock says which files these may be.
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "fadvise64": (221, 223),
    # Memory.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "mincore": (27, 232),
    "membarrier": (324, 283),
    "mlock": (149, 228),
    "munlock": (150, 229),
    # Signals to itself, and the alarm that ends a job.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "restart_syscall": (219, 128),
    # Threads, and the end.
    "futex": (202, 98),
    "futex_waitv": (449, 449),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "rseq": (334, 293),
    "set_tid_address": (218, 96),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "getcpu": (309, 168),
    "arch_prctl": (158, None),
    # Who and where it is.
    "gettid": (186, 178),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getpgrp": (111, None),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "umask": (95, 166),
    # Time and chance.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrandom": (318, 278),
    # Only in some ways, which the filter names.
    "open": (2, None),
    "openat": (257, 56),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "clone": (56, 220),
    "kill": (62, 129),
    "tgkill": (234, 131),
    # Only for a child that asks for time stamps.
    "socket": (41, 198),
    "connect": (42, 203),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "shutdown": (48, 210),
    # Answered with "there is no such call", so that libraries take the older one.
    "clone3": (435, 435),
    "openat2": (437, 437),
}

_BY_ARGUMENT: Final = frozenset(
    {
        *("open", "openat", "ioctl", "fcntl", "prctl", "prlimit64", "clone", "kill", "tgkill", "clone3", "openat2"),
        *("socket", "connect", "getsockopt", "setsockopt", "getsockname", "getpeername"),
        *("sendto", "sendmsg", "recvfrom", "recvmsg", "shutdown"),
    }
)


def allowed_numbers(machine: str | None = None) -> tuple[int, ...]:
    """Numbers of the calls that are allowed whatever their arguments are; none for an unknown machine."""
    found = (call_number(name, machine) for name in _TABLE if name not in _BY_ARGUMENT)
    return tuple(number for number in found if number is not None)


def call_number(name: str, machine: str | None = None) -> int | None:
    """The number of one call of the table; None where this machine has no such call."""
    column = _MACHINES.get(machine or platform.machine())
    return None if column is None else _TABLE[name][column]
