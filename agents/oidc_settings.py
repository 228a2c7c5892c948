"""What can be configured of logins by OpenID Connect: which provider, who we are to it, whom it vouches for."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from agents.settings import is_loopback
from pipeline.errors import OperatorError
from pipeline.settings import Settings

__all__ = ["OidcSettings", "require_issuer"]

_SHORTEST_KEY = 16


def require_issuer(text: str) -> str:
    """See that a provider is named as one can be that is believed: by https, or on this machine.

    Raises:
        ValueError: it is not.
    """
    parts = urlsplit(text)
    if parts.hostname is None or parts.query or parts.fragment:
        raise ValueError("write it as https://HOST or https://HOST/PATH, as the provider calls itself")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("beyond this machine it has to be https, or anybody between could pose as it")
    return text


class OidcSettings(Settings):
    """The provider of OpenID Connect people log in by; the prefix is `SEALSTREAM_CONSOLE_OIDC_`."""

    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_CONSOLE_OIDC_")

    issuer: Annotated[str | None, AfterValidator(lambda text: text and require_issuer(text))] = None
    """The provider, exactly as it calls itself, such as https://login.example/realms/office."""

    client_id: str | None = None
    """What the provider calls the console."""

    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    """How the console proves to the provider that it is the console: the secret, or a file that holds it. Without
    either it is a public client; the code is bound to the login by PKCE in any case."""

    scopes: str = "openid"
    """What the provider is asked for, separated by blanks; `openid` is always asked for."""

    claim: str = Field(default="sub", min_length=1)
    """Which claim of the ID token, or of the userinfo endpoint, says who somebody is."""

    pseudonym_key_file: Path | None = None
    """A file with a secret of 16 bytes or more, by which the pseudonym is made of the claim: `p-` and 20 hex digits of
    an HMAC with SHA-256 over issuer, one NUL byte and claim. Without it the claim is the pseudonym as it stands."""

    skew_seconds: int = Field(default=60, ge=0, le=600)
    """How far the provider's clock may be from ours."""

    def require(self) -> tuple[str, str]:
        """The issuer and what it calls the console.

        Raises:
            OperatorError: one of them is not said.
        """
        if self.issuer is None or self.client_id is None:
            missing = "ISSUER" if self.issuer is None else "CLIENT_ID"
            raise OperatorError(
                what=f"Logins by OpenID Connect need a provider, and SEALSTREAM_CONSOLE_OIDC_{missing} is empty.",
                remedy="Register the console at the provider, and set SEALSTREAM_CONSOLE_OIDC_ISSUER, _CLIENT_ID and "
                "_CLIENT_SECRET_FILE (docs/console.md).",
            )
        return self.issuer, self.client_id

    def secret(self) -> str | None:
        """The secret of the console at the provider; None for a public client.

        Raises:
            OperatorError: the file cannot be read, or is empty.
        """
        if self.client_secret is not None:
            return self.client_secret.get_secret_value()
        if self.client_secret_file is None:
            return None
        return _held_by(self.client_secret_file, "CLIENT_SECRET_FILE", 1).decode()

    def pseudonym_key(self) -> bytes | None:
        """The key by which pseudonyms are made; None where the claim is the pseudonym.

        Raises:
            OperatorError: the file cannot be read, or holds too little.
        """
        path = self.pseudonym_key_file
        return None if path is None else _held_by(path, "PSEUDONYM_KEY_FILE", _SHORTEST_KEY)


def _held_by(path: Path, name: str, least: int) -> bytes:
    variable = f"SEALSTREAM_CONSOLE_OIDC_{name}"
    try:
        held = path.expanduser().read_bytes().strip()
    except OSError as error:
        raise OperatorError(
            what=f"The file of {variable}, {path}, cannot be read: {error.strerror}.",
            remedy="Name a file that the console may read.",
        ) from error
    if len(held) < least:
        raise OperatorError(
            what=f"The file of {variable}, {path}, holds {len(held)} bytes.",
            remedy=f"Put {least} bytes or more into it.",
        )
    return held
