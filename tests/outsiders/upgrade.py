"""An upgrade from an earlier build and back, on real Kafka and a real S3 server; `make outsiders` runs it.

    python -m tests.outsiders.upgrade [COMMIT]

The earlier build (71aa9a7 unless another is named) is taken out of the repository's history and run with the packages
that are installed. Topics, buckets and records are its own; then workers of both builds share the partitions; then this
build is alone, and is sent everything again; then it is rolled back, and everything is sent once more. Every event must
be answered, by one and the same decision whoever is asked, and nothing may become a dead letter.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient

from devstack import KafkaServer, SeaweedServer
from tests.broker.installation import Installation, Said

ROOT: Final = Path(__file__).parents[2]
_EARLIER: Final = "71aa9a7"
_EACH: Final = 4
_PATIENCE: Final = 180


class Build:
    """A build that can be run: its folder, and what it is called."""

    def __init__(self, name: str, folder: Path, installation: Installation) -> None:
        self.name = name
        self.folder = folder
        self.environment: Mapping[str, str] = {**installation.environment, "PYTHONPATH": str(folder)}
        self.log = installation.log.with_name(f"{name}.log")

    def run(self, *arguments: str) -> str:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "agents.cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{self.name}: sealstream {' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
        return done.stdout

    def start(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "agents.cli", "worker"], cwd=self.folder, env=self.environment, stderr=log
            )

    def stop(self, worker: subprocess.Popen[bytes]) -> None:
        """Stop a worker in order."""
        worker.terminate()
        if code := worker.wait(60):
            sys.exit(f"{self.name}: a worker ended with {code}\n{self.log.read_text()}")


def events() -> dict[str, tuple[str, dict[str, Any]]]:
    """What is sent in each phase, by a name: topic and data."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for number in range(_EACH):
        text = f"A text that is number {number}. " * 8
        generated = {"id": f"g{number}", "mime": "text/plain", "operation": "generated", "text": text}
        found[f"generated-{number}"] = ("generation", {"content": generated, "jurisdictions": ["CN"]})
        for kind, origin in (("declared", "yes"), ("human", "no")):
            content = {"id": f"{kind}{number}", "mime": "text/plain", "text": f"{kind} {number}. " * 20}
            data = {"content": {**content, "synthetic": origin}, "jurisdictions": ["CN"]}
            found[f"{kind}-{number}"] = ("publication", data)
    return found


async def send(installation: Installation, phase: str) -> dict[str, str]:
    """Send the events of a phase; the uid of each, and the topic that answers."""
    answered = {"generation": "manifests", "publication": "decisions"}
    return {
        await installation.send(topic, data, f"{phase}-{name}"): answered[topic]
        for name, (topic, data) in events().items()
    }


async def answers(installation: Installation, sent: Mapping[str, str], times: int = 1) -> dict[str, list[Said]]:
    """What was answered to each event, at least so often; waited for."""
    until = time.monotonic() + _PATIENCE
    while True:
        told: dict[str, list[Said]] = {uid: [] for uid in sent}
        for topic in set(sent.values()):
            for message in await installation.everything_said(topic):
                if message.data is not None and message.data["event_uid"] in told:
                    told[message.data["event_uid"]].append(message)
        short = [uid for uid in sent if len(told[uid]) < times]
        if not short:
            return told
        if time.monotonic() > until:
            logs = "\n".join(log.read_text()[-3000:] for log in installation.log.parent.glob("*.log"))
            sys.exit(f"{len(short)} of {len(sent)} events were not answered {times} times.\n{logs}")
        await asyncio.sleep(1)


async def both_share(installation: Installation) -> None:
    """Wait until two workers share the partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.kafka.bootstrap_servers)
    await admin.start()
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                (described,) = await admin.describe_consumer_groups([installation.kafka.group])
                ((_, _, state, _, _, members, *_),) = described.groups
                if state == "Stable" and len(members) == 2:
                    return
                await asyncio.sleep(1)
    finally:
        await admin.close()


def verdicts(told: Mapping[str, list[Said]]) -> dict[str, set[str]]:
    """What was decided about each event, and which manifest it was given."""
    return {
        uid: {f"{message.data.get('decision')} {message.data.get('manifest')}" for message in messages}
        for uid, messages in told.items()
    }


def taken_out(commit: str, folder: Path) -> Path:
    """The files of a commit, in a folder."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "x"], cwd=folder, input=archive, check=True)
    return folder


async def main() -> None:
    """Go the whole way."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        before = taken_out(sys.argv[1] if len(sys.argv) > 1 else _EARLIER, directory / "earlier")
        with KafkaServer(directory / "kafka") as kafka, SeaweedServer(directory / "s3") as s3:
            installation = Installation(kafka.bootstrap_servers, s3, directory)
            await _go(Build("earlier", before, installation), Build("this", ROOT, installation), installation)


async def _go(earlier: Build, this: Build, installation: Installation) -> None:
    earlier.run("topics", "create", "--partitions", "2")
    earlier.run("bucket", "create")
    worker = earlier.start()
    sent = await send(installation, "earlier")
    first = verdicts(await answers(installation, sent))
    print(f"earlier build: {len(first)} events answered")

    print(this.run("topics", "create", "--alter"))
    this.run("bucket", "create")
    newer = this.start()
    await both_share(installation)
    mixed = await send(installation, "mixed")
    sent |= mixed
    first |= verdicts(await answers(installation, mixed))
    print(f"both builds: {len(mixed)} events answered")
    earlier.stop(worker)

    alone = await send(installation, "this")
    sent |= alone
    first |= verdicts(await answers(installation, alone))
    for phase in ("earlier", "mixed", "this"):
        await send(installation, phase)
    _same(first, verdicts(await answers(installation, sent, 2)), "sent again to this build")
    this.stop(newer)

    worker = earlier.start()
    back = await send(installation, "back")
    first |= verdicts(await answers(installation, back))
    for phase in ("earlier", "mixed", "this", "back"):
        await send(installation, phase)
    await answers(installation, back, 2)
    _same(first, verdicts(await answers(installation, sent, 3)), "sent again after the way back")
    earlier.stop(worker)
    letters = await installation.everything_said("dead-letters")
    if letters:
        sys.exit(f"{len(letters)} dead letters: {letters[0].data}")
    print("nothing was lost, nothing was answered twice otherwise, no dead letters")


def _same(first: Mapping[str, set[str]], now: Mapping[str, set[str]], when: str) -> None:
    """See that every event has one answer, whoever gave it."""
    differ = [(uid, first[uid], now[uid]) for uid in now if len(now[uid]) != 1 or now[uid] != first[uid]]
    if differ:
        sys.exit(f"{when}: {len(differ)} of {len(now)} events have another answer, such as {differ[0]}")
    print(f"{when}: {len(now)} events have the answer that they had")


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    asyncio.run(main())
