"""What one S3 request costs this process in CPU: our S3 store, and the same port on boto3, paired in one run.

    python tools/bench_store.py [--rounds 5] [--requests 400] [--threads 8]

It starts its own SeaweedFS, so only the client's CPU is counted: user and system time of this process, all threads.
In every round each request kind is measured for both clients one right after the other; the table shows medians over
the rounds and, in brackets, the range. Wall time is shown too, but says more about the server and the machine.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from devstack.seaweedfs import SeaweedServer
from pipeline.store import Location, ObjectHead, ObjectStore
from pipeline.store.connection import connect
from pipeline.store.port import OpenObject
from pipeline.store.s3 import S3ObjectStore

BUCKET: Final = "benchmark"
SIZES: Final[Mapping[str, int]] = {"4 KB": 4_096, "200 KB": 204_800}


class Boto3Store(ObjectStore):
    """The port on boto3; only what is measured."""

    def __init__(self, connections: int) -> None:
        self._client = boto3.client("s3", config=Config(max_pool_connections=connections))

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        try:
            self._client.put_object(
                Bucket=location.bucket,
                Key=location.key,
                Body=body,
                ContentType=media_type,
                Metadata=dict(metadata),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 412:  # noqa: PLR2004
                return False
            raise
        return True

    def _open(self, location: Location) -> OpenObject | None:
        found = self._client.get_object(Bucket=location.bucket, Key=location.key)
        head = ObjectHead(media_type=found["ContentType"], metadata=found["Metadata"], size=found["ContentLength"])
        return OpenObject(head=head, read=found["Body"].read)

    def _head(self, location: Location) -> ObjectHead | None:
        raise NotImplementedError

    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one request, in milliseconds."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked, and by how many at once."""

    requests: int
    threads: ThreadPoolExecutor

    def cost_of(self, request: Callable[[int], object]) -> Cost:
        """Do the request for every number from 0 and measure."""
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in self.threads.map(request, range(self.requests)):
            pass
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return Cost(cpu=1000 * cpu / self.requests, wall=1000 * wall / self.requests)


def measure(stores: Mapping[str, ObjectStore], load: Load, rounds: int) -> dict[tuple[str, str], list[Cost]]:
    """Measure every request kind for every store in every round; the first round warms up and is not counted."""
    costs: dict[tuple[str, str], list[Cost]] = {}
    for turn, (size_name, size) in itertools.product(range(rounds + 1), SIZES.items()):
        body = os.urandom(size)
        in_turn = list(stores.items()) if turn % 2 else list(stores.items())[::-1]
        for name, store in in_turn:
            create, get = _requests(store, f"{name}/{size}/{turn}", body)
            for kind, request in ((f"create {size_name}", create), (f"get {size_name}", get)):
                cost = load.cost_of(request)
                if turn:
                    costs.setdefault((kind, name), []).append(cost)
    return costs


def _requests(store: ObjectStore, place: str, body: bytes) -> tuple[Callable[[int], object], Callable[[int], object]]:
    def create(number: int) -> None:
        if not store.create(Location(BUCKET, f"{place}/{number}"), body, media_type="application/octet-stream"):
            raise AssertionError("a new object was there already")

    def get(number: int) -> None:
        if store.require(Location(BUCKET, f"{place}/{number}")).body != body:
            raise AssertionError("an object came back changed")

    return create, get


def show(costs: Mapping[tuple[str, str], list[Cost]], title: str) -> None:
    """Print the medians."""
    table = Table("request", "client", "CPU ms", "wall ms", title=title)
    for (kind, name), measured in sorted(costs.items()):
        cpu = [cost.cpu for cost in measured]
        spread = f"{statistics.median(cpu):.2f} ({min(cpu):.2f} to {max(cpu):.2f})"
        table.add_row(kind, name, spread, f"{statistics.median(cost.wall for cost in measured):.2f}")
    Console().print(table)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--threads", type=int, default=8)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        SeaweedServer(Path(directory)) as server,
        ThreadPoolExecutor(asked.threads) as threads,
    ):
        os.environ.update(server.environment())
        connection = connect()
        connection.client.create_bucket(Bucket=BUCKET)
        stores = {"boto3": Boto3Store(asked.threads), "obstore": S3ObjectStore(connection)}
        costs = measure(stores, Load(requests=asked.requests, threads=threads), asked.rounds)
        show(costs, f"{asked.requests} requests, {asked.threads} threads, {asked.rounds} rounds")


if __name__ == "__main__":
    main()
