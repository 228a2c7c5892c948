"""`https:` — any service that signs digests, spoken to in two lines of JSON.

`https://host/path?token-file=/run/secrets/token&ca-file=/etc/ca.pem`. It is sent `{"algorithm": "es256", "digest":
BASE64}` (for Ed25519 `"message"` instead), with the token as bearer where one is named, and answers `{"signature":
BASE64}`, in DER or as r and s side by side.
"""

import base64
from typing import Final

import msgspec

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import DIGESTS, digest_of
from pipeline.credentials.signers.uri import asked, endpoint, http_pool, options, secret, signature_read

__all__ = ["HttpsKey"]

_OPTIONS: Final = frozenset({"token-file", "ca-file"})


class _Answer(msgspec.Struct):
    signature: str


class HttpsKey:
    """A `SigningKey` of a service.

    Raises:
        KeyRefusedError: the URI is not one of a service.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:
        parts = endpoint(uri)
        chosen = options(parts.query, _OPTIONS)
        self._url = parts._replace(query="", fragment="").geturl()
        self._token_file = chosen.get("token-file")
        self._pool = http_pool(seconds, chosen.get("ca-file"))

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        field, body = ("digest", digest_of(message, algorithm)) if algorithm in DIGESTS else ("message", message)
        question = msgspec.json.encode({"algorithm": algorithm, field: base64.b64encode(body).decode()})
        bearer = {} if self._token_file is None else {"Authorization": f"Bearer {secret(self._token_file)}"}
        answer = asked(self._pool, self._url, question, {"Content-Type": "application/json", **bearer})
        with signature_read():
            return base64.b64decode(msgspec.json.decode(answer, type=_Answer).signature, validate=True)

    def close(self) -> None:
        """See `SigningKey.close`."""
        self._pool.clear()
