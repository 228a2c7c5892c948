"""`vault:` — a key of the transit engine of HashiCorp Vault or OpenBao.

`vault:https://host:8200/transit/KEY?version=3&token-file=/run/secrets/token`. The version is part of the address: an
engine whose key was rotated would sign with the new one, under the old one's certificate. The token is read from its
file for each signature, or taken from VAULT_TOKEN.
"""

import base64
import os
from typing import Final

import msgspec

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import DIGESTS, KeyRefusedError, digest_of
from pipeline.credentials.signers.uri import asked, endpoint, http_pool, options, secret, signature_read

__all__ = ["VaultKey"]

_OPTIONS: Final = frozenset({"version", "token-file", "ca-file", "namespace"})
_HASHES: Final = {"sha256": "sha2-256", "sha384": "sha2-384", "sha512": "sha2-512"}


class _Data(msgspec.Struct):
    signature: str


class _Answer(msgspec.Struct):
    data: _Data


class VaultKey:
    """A `SigningKey` of a transit engine.

    Raises:
        KeyRefusedError: the URI is not one of a key.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:
        parts = endpoint(uri.removeprefix("vault:"))
        mount, _, name = parts.path.strip("/").rpartition("/")
        chosen = options(parts.query, _OPTIONS)
        if not mount or not name or not chosen.get("version", "").isdigit():
            raise KeyRefusedError("its URI is not vault:https://HOST:PORT/MOUNT/KEY?version=N")
        self._url = f"{parts.scheme}://{parts.netloc}/v1/{mount}/sign/{name}"
        self._version = int(chosen["version"])
        self._token_file = chosen.get("token-file")
        self._namespace = chosen.get("namespace")
        self._pool = http_pool(seconds, chosen.get("ca-file"))

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        prehashed = algorithm in DIGESTS
        question: dict[str, object] = {
            "input": base64.b64encode(digest_of(message, algorithm) if prehashed else message).decode(),
            "key_version": self._version,
        }
        url = self._url
        if prehashed:
            question |= {"prehashed": True, "marshaling_algorithm": "asn1"}
            url = f"{url}/{_HASHES[DIGESTS[algorithm]]}"
        if algorithm.startswith("ps"):
            # Its default is the longest salt, which no claim may have (RFC 8230).
            question |= {"signature_algorithm": "pss", "salt_length": "hash"}
        answer = asked(self._pool, url, msgspec.json.encode(question), self._headers())
        with signature_read():
            signature = msgspec.json.decode(answer, type=_Answer).data.signature
            return base64.b64decode(signature.rpartition(":")[2], validate=True)

    def close(self) -> None:
        """See `SigningKey.close`."""
        self._pool.clear()

    def _headers(self) -> dict[str, str]:
        token = os.environ.get("VAULT_TOKEN", "") if self._token_file is None else secret(self._token_file)
        if not token:
            raise KeyRefusedError("there is no token for its service: name a file with token-file, or set VAULT_TOKEN")
        namespace = {} if self._namespace is None else {"X-Vault-Namespace": self._namespace}
        return {"X-Vault-Token": token, "Content-Type": "application/json", **namespace}
