"""Run a command that cannot outlive whoever started it: `python leash.py COMMAND [ARGUMENT...]`.

Standard input is the leash: a pipe whose other end only the starter holds. The kernel closes that end when the starter
ends, however it ends, SIGKILL included. Before this process becomes the command it leaves a watcher behind, which does
nothing but wait for one of two things: the command exits (then the watcher exits too), or the leash is let go (then the
watcher kills the command). The watcher holds a pidfd, so it can never hit a process that merely got the same number.

`PR_SET_PDEATHSIG` looks simpler and is a trap: it fires when the *thread* that started the process ends.

Limits: Linux 5.3 or newer; the command's own children are not followed (none of our servers has any); a starter that
forks without exec (`multiprocessing` with `fork`) hands the leash to its child too, which then has to end as well.
"""

import os
import select
import signal
import sys
from typing import NoReturn

_LEASH = 0
_COMMAND_NOT_FOUND = 127


def main(command: list[str]) -> NoReturn:
    """Leave the watcher behind, then become `command`, with the same process id."""
    myself = os.pidfd_open(os.getpid())
    if os.fork() == 0:
        _watch(myself)
    os.dup2(os.open(os.devnull, os.O_RDONLY), _LEASH)
    try:
        os.execvp(command[0], command)  # noqa: S606 - there is no shell here, and none is wanted
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


def _watch(command: int) -> NoReturn:
    """Wait for the command (a pidfd) to exit or the leash to be let go; touch nothing else."""
    os.setsid()
    for inherited in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), inherited.fileno())
    ready, _, _ = select.select([command, _LEASH], [], [])
    if command not in ready:
        signal.pidfd_send_signal(command, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
