"""Children own nothing: each right that a parser does not need is there without confinement, and gone with it.

A kernel without Landlock or seccomp cannot show the second half; then these tests say that they showed nothing.
"""

import errno
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.errors import OperatorError
from pipeline.isolation import WorkerPool
from pipeline.isolation.confinement import Confinement, ConfinementRule, confine, landlock_version
from pipeline.isolation.jobs import ExtractJob

PROBING = (sys.executable, str(Path(__file__).parent / "probing_child.py"))
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What there is to be reached: a file, a directory, two sockets."""

    file: Path
    directory: Path
    port: int
    daemon: Path


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Surroundings]:
    file = tmp_path / "secret.txt"
    file.write_text("words")
    daemon = tmp_path / "daemon"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(daemon))
        local.listen()
        yield Surroundings(file=file, directory=tmp_path, port=server.getsockname()[1], daemon=daemon)


RIGHTS: dict[str, Callable[[Surroundings], str]] = {
    "read the password file": lambda _: "read-file /etc/passwd",
    "read a file of this user": lambda around: f"read-file {around.file}",
    "list a directory": lambda around: f"list-directory {around.directory}",
    "read the parent's environment": lambda _: "read-parents-environment",
    "write a new file": lambda around: f"write-file {around.directory / 'new'}",
    "write over a file": lambda around: f"write-file {around.file}",
    "append to a file": lambda around: f"open-for-appending {around.file}",
    "remove a file": lambda around: f"remove-file {around.file}",
    "rename a file": lambda around: f"rename-file {around.file}",
    "make a directory": lambda around: f"make-directory {around.directory / 'new'}",
    "open a file to everybody": lambda around: f"change-mode {around.file}",
    "run a program": lambda _: "run-a-program",
    "make a process": lambda _: "make-a-process",
    "connect to a server": lambda around: f"connect {around.port}",
    "serve": lambda _: "listen",
    "send a datagram": lambda around: f"send-a-datagram {around.port}",
    "talk to a daemon of this machine": lambda around: f"talk-to-a-daemon {around.daemon}",
    "signal the parent": lambda _: "signal-the-parent",
    "have the kernel signal the parent": lambda _: "have-the-kernel-signal-the-parent",
    "look into the parent's memory": lambda _: "look-into-the-parent",
    "change the parent's limits": lambda _: "limit-the-parent",
    "change its own limits": lambda _: "raise-own-limits",
    "share memory with others": lambda _: "share-memory",
    "ask the kernel past the filter": lambda _: "ask-the-kernel-past-the-filter",
}

BY_LANDLOCK_ALONE = (
    *("read the password file", "read a file of this user", "list a directory", "read the parent's environment"),
)
"""Reading is what seccomp lets through: it sees no names."""

BY_LANDLOCK_TOO = (
    *BY_LANDLOCK_ALONE,
    *("write a new file", "write over a file", "append to a file", "remove a file"),
    *("rename a file", "make a directory", "run a program", "look into the parent's memory"),
)


def asking(rule: ConfinementRule) -> Iterator[Ask]:
    with WorkerPool(size=1, memory_bytes=512 * 2**20, seconds=20.0, confinement=rule, command=PROBING) as pool:

        def ask(probe: str) -> str:
            return (pool.run(ExtractJob(asset=probe.encode(), media_type="text/plain")) or b"").decode()

        yield ask


@pytest.fixture(scope="module")
def free() -> Iterator[Ask]:
    yield from asking("off")


@pytest.fixture(scope="module")
def confined() -> Iterator[Ask]:
    need("Landlock", "seccomp")
    yield from asking("require")


@pytest.fixture(scope="module")
def landlocked() -> Iterator[Ask]:
    need("Landlock")
    for ask in asking("off"):
        assert ask("only-landlock") == "allowed"
        yield ask


@pytest.fixture(scope="module")
def filtered() -> Iterator[Ask]:
    need("seccomp")
    for ask in asking("off"):
        assert ask("only-seccomp") == "allowed"
        yield ask


def need(*layers: str) -> None:
    """Skip where this kernel cannot show anything; fail where REQUIRE_CONFINEMENT says that it can."""
    there = {"Landlock": landlock_version() > 0, "seccomp": Path("/proc/sys/kernel/seccomp/actions_avail").exists()}
    missing = [layer for layer in layers if not there[layer]]
    if missing:
        told = f"NOTHING was shown: this kernel has no {' and no '.join(missing)}"
        if os.environ.get("REQUIRE_CONFINEMENT"):
            pytest.fail(told)
        pytest.skip(told)


@pytest.mark.parametrize("right", RIGHTS)
def test_without_confinement_a_child_can(right: str, free: Ask, around: Surroundings) -> None:
    assert free(RIGHTS[right](around)) == "allowed"


@pytest.mark.parametrize("right", RIGHTS)
def test_a_confined_child_cannot(right: str, confined: Ask, around: Surroundings) -> None:
    assert confined(RIGHTS[right](around)) in ("EACCES", "EPERM")
    assert around.file.read_text() == "words"


@pytest.mark.parametrize("right", [right for right in RIGHTS if right not in BY_LANDLOCK_ALONE])
def test_an_older_kernel_without_landlock_still_keeps_a_child_from(
    right: str, filtered: Ask, around: Surroundings
) -> None:
    assert filtered(RIGHTS[right](around)) in ("EACCES", "EPERM")


@pytest.mark.parametrize("right", BY_LANDLOCK_TOO)
def test_landlock_alone_keeps_a_child_from(right: str, landlocked: Ask, around: Surroundings) -> None:
    assert landlocked(RIGHTS[right](around)) in ("EACCES", "EPERM")


@pytest.mark.parametrize("need", ["start-a-thread", "load-a-library", f"list-directory {sys.prefix}/lib"])
def test_a_confined_child_can_still_do_what_decoders_do(need: str, confined: Ask) -> None:
    assert confined(need) == "allowed"


def test_a_child_that_asks_for_time_stamps_reaches_one_port_and_speaks_nothing_but_tcp(around: Surroundings) -> None:
    need("Landlock", "seccomp")
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        WorkerPool(
            size=1,
            memory_bytes=512 * 2**20,
            seconds=20.0,
            confinement="try",
            stamping_port=around.port,
            command=PROBING,
        ) as pool,
    ):

        def ask(probe: str) -> str:
            return (pool.run(ExtractJob(asset=probe.encode(), media_type="text/plain")) or b"").decode()

        assert ask(f"connect {around.port}") == "allowed"
        if pool.confinement.open_tcp:
            pytest.skip("NOTHING more was shown: this kernel's Landlock knows no network")
        refused = ("EACCES", "EPERM")
        assert ask(f"connect {other.getsockname()[1]}") in refused
        assert ask(f"connect-by-sending {other.getsockname()[1]}") in refused
        assert ask("listen") in refused
        assert ask(f"send-a-datagram {around.port}") in refused
        assert ask(f"talk-to-a-daemon {around.daemon}") in refused
        assert ask("read-file /etc/passwd") in refused


def test_what_is_in_force_is_told(confined: Ask) -> None:
    with WorkerPool(size=1, memory_bytes=512 * 2**20, seconds=20.0, command=PROBING) as pool:
        assert pool.confinement == Confinement(landlock=landlock_version(), seccomp=True)
        assert str(pool.confinement) == f"Landlock {landlock_version()}, seccomp"
    with WorkerPool(size=1, memory_bytes=512 * 2**20, seconds=20.0, confinement="off", command=PROBING) as pool:
        assert str(pool.confinement) == "none"


def on_a_kernel_without(function: str, directory: Path) -> tuple[str, ...]:
    """The probing child, for which a kernel without one of the two is made believe."""
    child = directory / "child.py"
    child.write_text(
        f"""
import errno, runpy
from pipeline.isolation import confinement
from pipeline.isolation.confinement.kernel import KernelRefusedError
def old(*_, **__):
    raise KernelRefusedError(errno.ENOSYS)
confinement.{function} = old
runpy.run_path({PROBING[1]!r}, run_name="__main__")
"""
    )
    return (sys.executable, str(child))


@pytest.mark.parametrize(
    ("lacks", "in_force"),
    [
        ("allow_only_reading", Confinement(seccomp=True)),
        ("allow_only_computing", Confinement(landlock=landlock_version())),
    ],
)
def test_a_kernel_that_lacks_one_runs_with_the_other_unless_both_are_required(
    lacks: str, in_force: Confinement, tmp_path: Path
) -> None:
    need("Landlock", "seccomp")
    command = on_a_kernel_without(lacks, tmp_path)
    with WorkerPool(size=1, memory_bytes=512 * 2**20, seconds=20.0, command=command) as pool:
        assert pool.confinement == in_force
        assert not pool.confinement.whole
    with pytest.raises(OperatorError, match="cannot be confined as required"):
        WorkerPool(size=1, memory_bytes=512 * 2**20, seconds=20.0, confinement="require", command=command)


@pytest.mark.parametrize(("closed", "answer"), [("keep_to_itself()", "EACCES"), ("pass", "allowed")])
def test_a_parent_that_keeps_to_itself_keeps_its_environment_on_older_kernels_too(
    closed: str, answer: str, tmp_path: Path
) -> None:
    """Without capabilities on either side, as any user is: with some, the parent is out of reach anyway."""
    need("seccomp")
    script = f"""
import ctypes
from pipeline.isolation import WorkerPool
from pipeline.isolation.confinement import keep_to_itself
from pipeline.isolation.jobs import ExtractJob
ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
{closed}
command = {on_a_kernel_without("allow_only_reading", tmp_path)!r}
with WorkerPool(size=1, memory_bytes=2**29, seconds=20.0, command=command) as pool:
    print(pool.run(ExtractJob(asset=b"read-parents-environment", media_type="text/plain")).decode())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == answer


def test_a_start_costs_next_to_nothing() -> None:
    """In a process of its own, since what is given up is gone: two milliseconds of CPU are four times what it takes."""
    need("Landlock", "seccomp")
    if (child := os.fork()) == 0:
        before = resource.getrusage(resource.RUSAGE_SELF)
        done = confine()
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        os._exit(0 if done.whole and spent < 0.02 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_refusal_is_an_error_and_no_death(confined: Ask) -> None:
    assert confined("run-a-program") == errno.errorcode[errno.EPERM]
    assert confined("start-a-thread") == "allowed"
