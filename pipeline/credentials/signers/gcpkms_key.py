"""`gcpkms:` — a key of Google Cloud KMS.

`gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N`. The token is read from `?token-file=` for
each signature; without one the package google-auth (extra `gcp`) finds who we are: a file of credentials, workload
identity, the machine's service account. `?endpoint=` is for private and regional addresses of the service.
"""

import base64
import re
import threading
from typing import Final

import msgspec
import urllib3

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import DIGESTS, KeyAwayError, KeyRefusedError, digest_of
from pipeline.credentials.signers.uri import Bearer, asked, endpoint, from_file, http_pool, options, signature_read

__all__ = ["GcpKey"]

_OPTIONS: Final = frozenset({"token-file", "ca-file", "endpoint"})
_NAME: Final = re.compile(
    r"projects/[^/?]+/locations/[^/?]+/keyRings/[^/?]+/cryptoKeys/[^/?]+/cryptoKeyVersions/[0-9]+"
)
_SERVICE: Final = "https://cloudkms.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/cloudkms"


class _Answer(msgspec.Struct):
    signature: str


class GcpKey:
    """A `SigningKey` of Cloud KMS.

    Raises:
        KeyRefusedError: the URI is not one of a key's version, or nobody says who we are.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:
        name, _, query = uri.removeprefix("gcpkms:").partition("?")
        if _NAME.fullmatch(name) is None:
            raise KeyRefusedError(
                "its URI is not gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N"
            )
        chosen = options(query, _OPTIONS)
        service = endpoint(chosen.get("endpoint", _SERVICE))
        self._url = f"{service.scheme}://{service.netloc}/v1/{name}:asymmetricSign"
        self._pool = http_pool(seconds, chosen.get("ca-file"))
        token_file = chosen.get("token-file")
        self._bearer = _identity(self._pool) if token_file is None else from_file(token_file)

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        if algorithm in DIGESTS:
            digest = base64.b64encode(digest_of(message, algorithm)).decode()
            question: dict[str, object] = {"digest": {DIGESTS[algorithm]: digest}}
        else:
            question = {"data": base64.b64encode(message).decode()}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._bearer()}"}
        answer = asked(self._pool, self._url, msgspec.json.encode(question), headers)
        with signature_read():
            return base64.b64decode(msgspec.json.decode(answer, type=_Answer).signature, validate=True)

    def close(self) -> None:
        """See `SigningKey.close`."""
        self._pool.clear()


def _identity(pool: urllib3.PoolManager) -> Bearer:
    """Tokens for whoever the machine says that we are, each until it ends."""
    try:
        import google.auth  # noqa: PLC0415
        from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError  # noqa: PLC0415
        from google.auth.transport.urllib3 import Request  # noqa: PLC0415
    except ImportError:
        raise KeyRefusedError("it needs sealstream[gcp], or a token in a file named with token-file") from None
    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError:
        raise KeyRefusedError("nothing on this machine says to Google who it is") from None
    renewing = threading.Lock()

    def bearer() -> str:
        try:
            with renewing:
                if not credentials.valid:
                    credentials.refresh(Request(pool))  # type: ignore[no-untyped-call]
        except RefreshError as error:
            if not error.retryable:
                raise KeyRefusedError("Google gives no token to who this machine says it is") from None
            raise KeyAwayError("no token was to be had for its service") from None
        except GoogleAuthError as error:
            raise KeyAwayError(f"no token was to be had for its service ({type(error).__name__})") from None
        return str(credentials.token)

    return bearer
