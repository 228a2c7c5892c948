"""`awskms:` — a key of AWS KMS.

`awskms:KEY-ID`, `awskms:alias/NAME` or `awskms:arn:aws:kms:...`, with `?region=R`; credentials and endpoint are looked
for where every AWS tool looks (`AWS_PROFILE`, `AWS_ENDPOINT_URL_KMS`, ...). The digest is sent: KMS takes 4,096 bytes,
and a claim with its certificates is longer.
"""

from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError, NoCredentialsError

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError, digest_of
from pipeline.credentials.signers.uri import options

__all__ = ["AwsKmsKey"]

_ALGORITHMS: Final = {
    "es256": "ECDSA_SHA_256",
    "es384": "ECDSA_SHA_384",
    "es512": "ECDSA_SHA_512",
    "ps256": "RSASSA_PSS_SHA_256",
    "ps384": "RSASSA_PSS_SHA_384",
    "ps512": "RSASSA_PSS_SHA_512",
}
_OPTIONS: Final = frozenset({"region"})
_WAITS: Final = frozenset(
    {
        *("ThrottlingException", "LimitExceededException", "KMSInternalException", "DependencyTimeoutException"),
        *("KeyUnavailableException", "ServiceUnavailable", "InternalFailure", "RequestTimeout"),
    }
)
"""What KMS says when it is to be asked again; all else is for a person."""


class AwsKmsKey:
    """A `SigningKey` of KMS.

    Raises:
        KeyRefusedError: the URI names no key, or no region is known.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:
        self._name, _, query = uri.removeprefix("awskms:").partition("?")
        if not self._name:
            raise KeyRefusedError("its URI names no key")
        config = Config(
            connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1}, max_pool_connections=32
        )
        try:
            # KMS's operations are not among the typed ones.
            self._client: Any = boto3.session.Session(region_name=options(query, _OPTIONS).get("region")).client(
                "kms", config=config
            )
        except BotoCoreError as error:
            raise KeyRefusedError(f"KMS cannot be asked ({type(error).__name__})") from None

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        if algorithm not in _ALGORITHMS:
            raise KeyRefusedError(f"KMS is not asked for {algorithm} here")
        try:
            answer = self._client.sign(
                KeyId=self._name,
                Message=digest_of(message, algorithm),
                MessageType="DIGEST",
                SigningAlgorithm=_ALGORITHMS[algorithm],
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _WAITS or status >= 500:  # noqa: PLR2004 (a status code)
                raise KeyAwayError(f"KMS says {code}") from None
            raise KeyRefusedError(f"KMS says {code}") from None
        except (EndpointConnectionError, HTTPClientError) as error:
            raise KeyAwayError(f"KMS cannot be reached ({type(error).__name__})") from None
        except (NoCredentialsError, BotoCoreError) as error:
            raise KeyRefusedError(f"KMS cannot be asked ({type(error).__name__})") from None
        return bytes(answer["Signature"])

    def close(self) -> None:
        """See `SigningKey.close`."""
        self._client.close()
