"""`azurekms:` — a key of Azure Key Vault or a Managed HSM.

`azurekms:https://NAME.vault.azure.net/keys/KEY/VERSION`. The version is part of the address, for the reason that
`vault:` has. The token is read from `?token-file=` for each signature; without one the package azure-identity (extra
`azure`) finds who we are: environment, workload identity, managed identity.
"""

import base64
from typing import Final
from urllib.parse import SplitResult

import msgspec

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import DIGESTS, KeyAwayError, KeyRefusedError, digest_of
from pipeline.credentials.signers.uri import Bearer, asked, endpoint, from_file, http_pool, options, signature_read

__all__ = ["AzureKey"]

_OPTIONS: Final = frozenset({"token-file", "ca-file", "scope"})
_VERSION: Final = "7.4"
"""Of the service's interface, sent with each question."""
_PLACES: Final = 3


class _Answer(msgspec.Struct):
    value: str


class AzureKey:
    """A `SigningKey` of a vault.

    Raises:
        KeyRefusedError: the URI is not one of a key, or nobody says who we are.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:
        parts = endpoint(uri.removeprefix("azurekms:"))
        places = parts.path.strip("/").split("/")
        if len(places) != _PLACES or places[0] != "keys" or not all(places):
            raise KeyRefusedError("its URI is not azurekms:https://NAME.vault.azure.net/keys/KEY/VERSION")
        chosen = options(parts.query, _OPTIONS)
        self._url = f"{parts.scheme}://{parts.netloc}/{'/'.join(places)}/sign?api-version={_VERSION}"
        token_file = chosen.get("token-file")
        scope = chosen.get("scope") or _scope_of(parts)
        self._bearer = _identity(scope) if token_file is None else from_file(token_file)
        self._pool = http_pool(seconds, chosen.get("ca-file"))

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        if algorithm not in DIGESTS:
            raise KeyRefusedError(f"its service makes no signatures by {algorithm}")
        digest = base64.urlsafe_b64encode(digest_of(message, algorithm)).decode().rstrip("=")
        question = msgspec.json.encode({"alg": algorithm.upper(), "value": digest})
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._bearer()}"}
        answer = asked(self._pool, self._url, question, headers)
        with signature_read():
            value = msgspec.json.decode(answer, type=_Answer).value
            return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)

    def close(self) -> None:
        """See `SigningKey.close`."""
        self._pool.clear()


def _scope_of(parts: SplitResult) -> str:
    """What a token has to be for: the service that a vault belongs to, in whichever cloud."""
    return f"https://{(parts.hostname or '').partition('.')[2]}/.default"


def _identity(scope: str) -> Bearer:
    """Tokens for whoever the machine says that we are; the package keeps each until it ends."""
    try:
        from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415
    except ImportError:
        raise KeyRefusedError("it needs sealstream[azure], or a token in a file named with token-file") from None
    credential = DefaultAzureCredential()

    def bearer() -> str:
        try:
            return credential.get_token(scope).token
        except ClientAuthenticationError:
            raise KeyRefusedError("nothing on this machine says to Azure who it is") from None
        except AzureError as error:
            raise KeyAwayError(f"no token was to be had for its service ({type(error).__name__})") from None

    return bearer
