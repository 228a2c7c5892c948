"""A child process whose assets try what a parser that was taken over would try; everything else is the real thing.

Each probe says "allowed", or the name of the error that it was refused with.
"""

import contextlib
import ctypes
import errno
import os
import resource
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.isolation.child import Ask, Perform, main
from pipeline.isolation.confinement import landlock, readable, seccomp
from pipeline.isolation.jobs import ExtractJob, Job
from pipeline.isolation.messages import Start

C = ctypes.CDLL(None, use_errno=True)
IO_URING_SETUP = 425


def call(function: str, *arguments: object) -> None:
    if getattr(C, function)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), function)


def run_a_program(_: str) -> None:
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def make_a_process(_: str) -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def connect(address: str) -> None:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", int(address)))


def connect_by_sending(address: str) -> None:
    with socket.socket() as connection:
        connection.sendto(b"words", socket.MSG_FASTOPEN, ("127.0.0.1", int(address)))


def listen(_: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()


def send_a_datagram(address: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"words", ("127.0.0.1", int(address)))


def talk_to_a_daemon(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)


def look_into_the_parent(_: str) -> None:
    here = ctypes.create_string_buffer(8)
    there = ctypes.addressof(here)  # Of no meaning in the parent: what counts is whether looking is let.
    mine, other = (ctypes.c_size_t * 2)(there, 8), (ctypes.c_size_t * 2)(0x10000, 8)
    with contextlib.suppress(MemoryError):
        if C.process_vm_readv(os.getppid(), mine, 1, other, 1, 0) < 0 and ctypes.get_errno() != errno.EFAULT:
            raise OSError(ctypes.get_errno(), "process_vm_readv")


def limit_the_parent(_: str) -> None:
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE))


def raise_own_limits(_: str) -> None:
    call("setrlimit", resource.RLIMIT_AS, (ctypes.c_ulong * 2)(*resource.getrlimit(resource.RLIMIT_AS)))


def have_the_kernel_signal_the_parent(_: str) -> None:
    import fcntl  # noqa: PLC0415

    end, other = os.pipe()
    try:
        fcntl.fcntl(end, fcntl.F_SETOWN, os.getppid())
    finally:
        os.close(end)
        os.close(other)


def ask_the_kernel_past_the_filter(_: str) -> None:
    """An io_uring does opening and sending in the kernel, where no filter sees it."""
    try:
        call("syscall", IO_URING_SETUP, 0, 0)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EFAULT):  # Let in, and asked for nothing that makes sense.
            raise


def start_a_thread(_: str) -> None:
    done = threading.Event()
    threading.Thread(target=done.set).start()
    assert done.wait(5)


def load_a_library(_: str) -> None:
    import decimal  # noqa: PLC0415
    import sqlite3  # noqa: PLC0415

    assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (decimal.Decimal(1),)


PROBES: dict[str, Callable[[str], object]] = {
    "read-file": lambda path: Path(path).read_bytes(),
    "list-directory": os.listdir,
    "read-parents-environment": lambda _: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "write-file": lambda path: Path(path).write_bytes(b"words"),
    "open-for-appending": lambda path: os.close(os.open(path, os.O_WRONLY | os.O_APPEND)),
    "remove-file": os.unlink,
    "rename-file": lambda path: Path(path).rename(f"{path}.moved"),
    "make-directory": os.mkdir,
    "change-mode": lambda path: Path(path).chmod(0o600),
    "run-a-program": run_a_program,
    "make-a-process": make_a_process,
    "connect": connect,
    "connect-by-sending": connect_by_sending,
    "listen": listen,
    "send-a-datagram": send_a_datagram,
    "talk-to-a-daemon": talk_to_a_daemon,
    "signal-the-parent": lambda _: os.kill(os.getppid(), 0),
    "have-the-kernel-signal-the-parent": have_the_kernel_signal_the_parent,
    "look-into-the-parent": look_into_the_parent,
    "limit-the-parent": limit_the_parent,
    "raise-own-limits": raise_own_limits,
    "share-memory": lambda _: call("shmget", 0, 4096, 0o1600),
    "ask-the-kernel-past-the-filter": ask_the_kernel_past_the_filter,
    "start-a-thread": start_a_thread,
    "load-a-library": load_a_library,
    "only-landlock": lambda _: landlock.allow_only_reading(readable()),
    "only-seccomp": lambda _: seccomp.allow_only_computing(),
}


def probe(asset: str) -> str:
    name, _, argument = asset.partition(" ")
    try:
        PROBES[name](argument)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "allowed"


def perform(job: Job[Any]) -> bytes:
    assert isinstance(job, ExtractJob)
    return probe(job.asset.decode()).encode()


def prepare(start: Start, ask: Ask) -> Perform:
    return perform


if __name__ == "__main__":
    main(prepare)
