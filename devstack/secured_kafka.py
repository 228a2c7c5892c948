"""Kafka as companies run it: TLS, passwords, client certificates, tokens, and rights that have to be granted.

One broker with a listener for each way in, which tests take as an operator would. The plain listener is for whoever
runs the tests: nobody is anybody there, and may do everything.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from devstack.certificates import TlsAuthority
from devstack.kafka import KafkaServer
from devstack.ports import LOOPBACK, free_ports

__all__ = ["SecuredKafkaServer"]

_SCRAM: Final = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES: Final = "org.apache.kafka.common.security"


class SecuredKafkaServer(KafkaServer):
    """A Kafka broker that wants to know who somebody is, and lets nobody do anything that was not granted.

    Args:
        directory: where its configuration, certificates, data and log go.
        users: names and passwords, which PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 take alike; SCRAM knows those of the
            first start only.
        token_keys: public keys of whom tokens (OAUTHBEARER) are believed, as a JSON Web Key Set; without it none are.
        audience: whom tokens have to be for.
    """

    def __init__(
        self,
        directory: Path,
        *,
        users: Mapping[str, str],
        token_keys: str | None = None,
        audience: str = "kafka",
    ) -> None:
        super().__init__(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.authority = TlsAuthority(self.directory)
        self._users, self._token_keys, self._audience = dict(users), token_keys, audience
        self._password_port, self._certificate_port, self._untold_port = free_ports(3)

    @property
    def with_password(self) -> str:
        """Where a client connects by TLS with a password or a token (SASL_SSL)."""
        return f"{LOOPBACK}:{self._password_port}"

    @property
    def with_password_in_the_clear(self) -> str:
        """Where a client connects with a password and without TLS (SASL_PLAINTEXT)."""
        return f"{LOOPBACK}:{self._untold_port}"

    @property
    def with_certificate(self) -> str:
        """Where a client connects with a certificate of its own (SSL); it is `User:` and the name in it."""
        return f"{LOOPBACK}:{self._certificate_port}"

    def _prepare(self) -> Sequence[str]:
        if self._token_keys is not None:
            (self.directory / "token-keys.json").write_text(self._token_keys, encoding="utf-8")
        return super()._prepare()

    def _jvm_options(self) -> Sequence[str]:
        return (f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self._keys_url}",)

    def _format_options(self) -> Sequence[str]:
        return [
            option
            for user, password in self._users.items()
            for mechanism in _SCRAM
            for option in ("--add-scram", f"{mechanism}=[name={user},password={password}]")
        ]

    @property
    def _keys_url(self) -> str:
        return f"file://{os.fspath(self.directory / 'token-keys.json')}"

    def _settings(self) -> Mapping[str, str | int]:
        plain = super()._settings()
        listeners = (
            f"SASL_SSL://{self.with_password},SSL://{self.with_certificate},"
            f"SASL_PLAINTEXT://{self.with_password_in_the_clear}"
        )
        return {
            **plain,
            "listeners": f"{plain['listeners']},{listeners}",
            "advertised.listeners": f"{plain['advertised.listeners']},{listeners}",
            "listener.security.protocol.map": (
                f"{plain['listener.security.protocol.map']},SASL_SSL:SASL_SSL,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT"
            ),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": "User:ANONYMOUS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": os.fspath(self.authority.issue_in_one_file("broker")),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": os.fspath(self.authority.file),
            "listener.name.ssl.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            **self._passwords("sasl_ssl"),
            **self._passwords("sasl_plaintext"),
            **(self._tokens("sasl_ssl") if self._token_keys is not None else {}),
        }

    def _passwords(self, listener: str) -> Mapping[str, str]:
        users = "".join(f' user_{user}="{password}"' for user, password in self._users.items())
        tokens = [] if self._token_keys is None or listener != "sasl_ssl" else ["OAUTHBEARER"]
        of = f"listener.name.{listener}"
        return {
            f"{of}.sasl.enabled.mechanisms": ",".join(["PLAIN", *_SCRAM, *tokens]),
            f"{of}.plain.sasl.jaas.config": f"{_MODULES}.plain.PlainLoginModule required{users};",
            **{
                f"{of}.{mechanism.lower()}.sasl.jaas.config": f"{_MODULES}.scram.ScramLoginModule required;"
                for mechanism in _SCRAM
            },
        }

    def _tokens(self, listener: str) -> Mapping[str, str]:
        of, module = f"listener.name.{listener}.oauthbearer", f"{_MODULES}.oauthbearer"
        return {
            f"{of}.sasl.jaas.config": f"{module}.OAuthBearerLoginModule required;",
            f"{of}.sasl.server.callback.handler.class": f"{module}.OAuthBearerValidatorCallbackHandler",
            f"{of}.sasl.oauthbearer.jwks.endpoint.url": self._keys_url,
            f"{of}.sasl.oauthbearer.expected.audience": self._audience,
        }
