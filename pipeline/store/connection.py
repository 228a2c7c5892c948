"""How to reach S3: resolved once, at start, the way every AWS tool does it, and shared by all our S3 clients.

botocore finds the endpoint, the region, the credentials and the certificate bundle: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`
or `AWSDEFAULT_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_PROFILE` with its
files, SSO, `credential_process`, web identity, container and instance metadata, `AWS_CA_BUNDLE`. So what works with
the `aws` command works here.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from pipeline.errors import OperatorError

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_s3 import S3Client
    from obstore.store import S3Credential

__all__ = ["CONNECT_SECONDS", "DEFAULT_REGION", "SILENCE_SECONDS", "CredentialProvider", "S3Connection", "connect"]

CONNECT_SECONDS: Final = 2.0
"""Longest wait for a connection: a handshake takes one round trip, and three lost packets are an outage."""

SILENCE_SECONDS: Final = 5.0
"""Longest wait for the next byte of an answer. S3 answers in tens of milliseconds; our own loop tries again."""

_AWS_HOST: Final = re.compile(r"(^|\.)(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$")
_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]+")
DEFAULT_REGION: Final = "us-east-1"
"""The one region that buckets are made in without naming it, and the one stores other than AWS pretend to be."""
_ASK_AGAIN_AFTER: Final = timedelta(minutes=1)


class CredentialProvider:
    """Lends botocore's credentials to obstore, which asks again every minute.

    botocore renews temporary credentials by itself once they have less than 10 to 15 minutes to live, and otherwise
    answers from memory. So asking often costs nothing, and no expired key is ever used.
    """

    refresh_threshold = timedelta(0)
    """Read by obstore: how long before `expires_at` it asks again."""

    def __init__(self, credentials: "Credentials") -> None:
        self._credentials = credentials

    def __call__(self) -> "S3Credential":
        """Return what to sign with for the next minute.

        Raises:
            OperatorError: the credentials cannot be sent in an HTTP header.
            BotoCoreError: they could not be renewed.
        """
        frozen = self._credentials.get_frozen_credentials()
        key_id, secret, token = frozen.access_key or "", frozen.secret_key or "", frozen.token
        if not all(_HEADER_SAFE.fullmatch(part) for part in (key_id, secret, token) if part is not None):
            raise OperatorError(
                what="The AWS credentials are empty or contain a space, a line break or another character no key has.",
                remedy="Set them again; a secret mounted from a file often ends with a line break.",
            )
        return {
            "access_key_id": key_id,
            "secret_access_key": secret,
            "token": token,
            "expires_at": datetime.now(UTC) + _ASK_AGAIN_AFTER,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Connection:
    """Everything an S3 client needs to know."""

    client: "S3Client" = field(repr=False)
    """boto3's client, for buckets and retention."""

    endpoint: str
    """Base URL without a bucket."""

    region: str

    path_style: bool
    """`endpoint/bucket/key` instead of `bucket.endpoint/key`; the rule for every endpoint that is not AWS's own."""

    on_aws: bool
    """Whether the endpoint is AWS's own."""

    checksum_everything: bool
    """Send `x-amz-checksum-sha256` with every PUT. False with `AWS_REQUEST_CHECKSUM_CALCULATION=when_required`, for
    stores that reject it; into buckets with Object Lock it is sent all the same, because S3 demands it there."""

    ca_bundle: bytes | None = field(repr=False)
    """Root certificates to trust beside the system's, as PEM."""

    credentials: CredentialProvider = field(repr=False)

    def bucket_endpoint(self, bucket: str) -> tuple[str, bool]:
        """The URL that a bucket's keys are appended to, or bucket and keys with path style, and whether the former."""
        # The wildcard certificate of AWS covers one label, so a bucket with a dot in its name needs path style.
        if self.path_style or "." in bucket:
            return self.endpoint, False
        scheme, _, host = self.endpoint.partition("://")
        return f"{scheme}://{bucket}.{host}", True


def connect() -> S3Connection:
    """Resolve how to reach S3 from the environment and AWS's configuration files. Nothing is asked of S3 yet.

    Raises:
        OperatorError: the configuration cannot work; the message names what to set.
    """
    try:
        return _connect(botocore.session.get_session())
    except (BotoCoreError, ValueError) as error:  # botocore raises a bare ValueError for an endpoint that is no URL
        raise OperatorError(
            what=f"The AWS configuration cannot be used: {_sentence(error)}",
            remedy="Correct the AWS_ variables or files; `aws s3 ls` shows whether they work.",
        ) from error


def _connect(session: botocore.session.Session) -> S3Connection:
    # Every other AWS SDK reads AWS_REGION; botocore knows AWS_DEFAULT_REGION only.
    region = os.environ.get("AWS_REGION") or session.get_config_variable("region") or DEFAULT_REGION
    client = boto3.Session(botocore_session=session, region_name=region).client(
        "s3",
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=SILENCE_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
        ),
    )
    endpoint = client.meta.endpoint_url.rstrip("/")
    on_aws = _checked_host(endpoint)
    style = (session.get_config_variable("s3") or {}).get("addressing_style")
    return S3Connection(
        client=client,
        endpoint=endpoint,
        region=region,
        path_style=style == "path" or (not on_aws and style != "virtual"),
        on_aws=on_aws,
        checksum_everything=session.get_config_variable("request_checksum_calculation") != "when_required",
        ca_bundle=_read_bundle(session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")),
        credentials=_credentials_of(session),
    )


def _credentials_of(session: botocore.session.Session) -> CredentialProvider:
    found = session.get_credentials()
    if found is None:
        raise OperatorError(
            what="No AWS credentials were found.",
            remedy="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with a role.",
        )
    provider = CredentialProvider(found)
    provider()  # so that what cannot be used stops the start, not the first event
    return provider


def _checked_host(endpoint: str) -> bool:
    """Tell whether the endpoint is AWS's own, which is never spoken to without TLS."""
    url = urlsplit(endpoint)
    on_aws = _AWS_HOST.search(url.hostname or "") is not None
    if url.scheme != "https" and (on_aws or url.scheme != "http"):
        raise OperatorError(
            what=f"The S3 endpoint {endpoint} is refused: AWS is spoken to over https only.",
            remedy="Correct or unset AWS_ENDPOINT_URL_S3; plain http is for stores of your own.",
        )
    return on_aws


def _read_bundle(path: str | None) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OperatorError(
            what=f"The certificate bundle {path} cannot be read: {error.strerror}.",
            remedy="Correct or unset AWS_CA_BUNDLE.",
        ) from error


def _sentence(error: Exception) -> str:
    """What botocore says, on one line and as a sentence."""
    return " ".join(str(error).split()).rstrip(".") + "."
