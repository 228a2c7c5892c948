"""The demo's stack: broker, S3 server, topics, buckets, one worker, perhaps a console; kept by a process of its own.

The demo starts this module as a child and talks to it over its standard input: the end of it means stop, which is also
what a killed demo leaves behind; the line `keep` before it means go on until SIGTERM.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import orjson

from agents.demo.supervised import LOOK_SECONDS, SupervisedWorker, says_ready
from agents.logs import configure_logging
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import EmbeddedBroker, SeaweedServer, free_port
from devstack.ports import LOOPBACK
from devstack.process import last_lines
from pipeline.errors import OperatorError, SealstreamError
from pipeline.settings import StoreSettings
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import connect

__all__ = ["CONSOLE_LOG", "KEEP", "READY_FILE", "STACK_LOG", "TROUBLE_FILE", "WITH_CONSOLE", "WORKER_LOG"]

READY_FILE = "stack.json"
"""What the stack writes into its directory when the worker is ready: what reaches the stack, and its process."""

TROUBLE_FILE = "trouble.json"
"""What it writes instead when it cannot come up: the error."""

STACK_LOG = "stack.log"
"""Where the stack says what becomes of its worker."""

WORKER_LOG = "worker.log"
"""The log of the worker, whichever process it is."""

CONSOLE_LOG = "console.log"
"""The log of the console."""

WITH_CONSOLE = "--console"
"""The argument by which the stack starts a console, too."""

KEEP = b"keep\n"

_CONSOLE_PORT = 8787

_MISSING_ASSET_PATIENCE = "3"
"""A minute, the default, would be a long wait in a demo; in seconds."""


def run(directory: Path, *, with_console: bool = False) -> None:
    """Bring the stack up, say so, and hold it until told to stop."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with EmbeddedBroker(directory / "broker") as broker, SeaweedServer(directory / "s3") as s3:
        environment = _environment(broker.bootstrap_servers, s3.environment(), directory)
        os.environ.update(environment)
        kafka = KafkaSettings()
        asyncio.run(create_topics(kafka, Topics(kafka.topic_prefix).plans(), partitions=3, replication_factor=1))
        create_buckets(connect(), StoreSettings())
        threading.Thread(target=_listen, args=(told,), daemon=True).start()
        health_port = free_port()
        worker = SupervisedWorker(
            partial(_start_worker, directory, health_port), is_ready=partial(says_ready, health_port)
        )
        console = _start_console(directory) if with_console else None
        try:
            _bring_up(worker, directory, told)
            health = f"http://{LOOPBACK}:{health_port}"
            at = None if console is None else console.at
            ready = {"environment": environment, "pid": os.getpid(), "health": health, "console": at}
            _write(directory / READY_FILE, ready)
            while not told.wait(LOOK_SECONDS):
                worker.look()
        finally:
            if console is not None:
                console.process.terminate()
            worker.stop()


def _bring_up(worker: SupervisedWorker, directory: Path, told: threading.Event) -> None:
    try:
        worker.wait_until_ready(told)
    except OperatorError as error:
        log = directory / WORKER_LOG
        raise OperatorError(what=error.what, remedy=f"Its log, {log}, ends with:\n{last_lines(log, 5)}") from error


def _environment(bootstrap_servers: str, s3: Mapping[str, str], directory: Path) -> dict[str, str]:
    return {
        # The story is about the packs that ship, whatever is configured in this shell.
        **{name: "" for name in os.environ if name.startswith("SEALSTREAM_POLICY_")},
        **s3,
        "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "SEALSTREAM_KAFKA_EMBEDDED": "true",
        "SEALSTREAM_DRAIN_SECONDS": "1",
        "SEALSTREAM_MISSING_ASSET_PATIENCE": _MISSING_ASSET_PATIENCE,
        "SEALSTREAM_STATE_DIR": str(directory / "state"),
        # Ready before the first act puts people into the operators set.
        "SEALSTREAM_WITHOUT_OPERATORS": "true",
        # Of the workers that a person starts beside the demo's own.
        "SEALSTREAM_HEALTH_PORT": "0",
    }


def _start_worker(directory: Path, health_port: int) -> subprocess.Popen[bytes]:
    with (directory / WORKER_LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "agents.cli", "worker"],
            env={**os.environ, "SEALSTREAM_HEALTH_HOST": LOOPBACK, "SEALSTREAM_HEALTH_PORT": str(health_port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


class _Console(NamedTuple):
    at: str
    process: subprocess.Popen[bytes]


def _start_console(directory: Path) -> _Console | None:
    """The console, where its packages are installed: at its own port, or at another one where that is taken."""
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        return None
    port = _CONSOLE_PORT if _is_free(_CONSOLE_PORT) else free_port()
    with (directory / CONSOLE_LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "agents.cli", "console"],
            env={
                **os.environ,
                "SEALSTREAM_CONSOLE_BIND": f"{LOOPBACK}:{port}",
                "SEALSTREAM_CONSOLE_DATABASE": str(directory / "console.sqlite"),
                "SEALSTREAM_CONSOLE_LOGIN": "development",
                "SEALSTREAM_CONSOLE_STORE": "true",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return _Console(f"http://{LOOPBACK}:{port}/", process)


def _is_free(port: int) -> bool:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def _listen(told: threading.Event) -> None:
    if sys.stdin.buffer.read() != KEEP:
        told.set()


def _write(path: Path, document: object) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(orjson.dumps(document))
    unfinished.replace(path)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    configure_logging(level="info", style="text")
    try:
        run(where, with_console=WITH_CONSOLE in sys.argv[2:])
    except SealstreamError as trouble:
        _write(where / TROUBLE_FILE, {"what": trouble.what, "remedy": trouble.remedy})
        raise SystemExit(2) from None
