"""`pkcs11:` — a key of a hardware module, or of one in software (RFC 7512). Needs the extra `pkcs11`.

`pkcs11:token=TOKEN;object=LABEL?module-path=/usr/lib/...so&pin-source=file:/run/secrets/pin`. The module is loaded into
this process, which parses nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote

from pipeline.credentials.model import Algorithm
from pipeline.credentials.signers.key import DIGESTS, KeyAwayError, KeyRefusedError, digest_of
from pipeline.credentials.signers.uri import options, secret

__all__ = ["Pkcs11Key"]

_OPTIONS: Final = frozenset({"module-path", "pin-source"})
_ONE_AT_A_TIME: Final = threading.Lock()
"""The package lets modules be called from one thread at a time: with more, SoftHSM answered with errors, and ended the
process once."""


class Pkcs11Key:
    """A `SigningKey` of a module.

    Raises:
        KeyRefusedError: the URI is not one of a key, the package is not installed, or the module has no such key.
        KeyAwayError: the module or its token is not there.
    """

    is_local = False

    def __init__(self, uri: str, seconds: float) -> None:  # noqa: ARG002 (the wrapper keeps the time)
        path, _, query = uri.removeprefix("pkcs11:").partition("?")
        chosen = options(query, _OPTIONS)
        named = {name: unquote(value) for name, _, value in (part.partition("=") for part in path.split(";"))}
        unknown = sorted(named.keys() - {"token", "object"})
        if unknown or not named.get("token") or not named.get("object") or "module-path" not in chosen:
            raise KeyRefusedError("its URI is not pkcs11:token=T;object=K?module-path=/LIB.so&pin-source=file:/PIN")
        self._token_label, self._label = named["token"], named["object"]
        self._pin_source = chosen.get("pin-source", "").removeprefix("file:")
        self._open: tuple[Any, Any] | None = None
        try:
            import pkcs11  # noqa: PLC0415 (an extra)
        except ImportError:
            raise KeyRefusedError(
                "the package python-pkcs11 is not installed: pip install sealstream[pkcs11]"
            ) from None
        self._pkcs11: Any = pkcs11
        try:
            self._library = pkcs11.lib(chosen["module-path"])
        except (pkcs11.exceptions.PKCS11Error, RuntimeError):
            raise KeyRefusedError(f"the module {chosen['module-path']} cannot be loaded") from None
        with self._session() as _:
            pass  # The key is there.

    def sign(self, message: bytes, algorithm: Algorithm) -> bytes:
        """See `SigningKey.sign`."""
        mechanisms, masks = self._pkcs11.Mechanism, self._pkcs11.MGF
        parameters = None
        if algorithm not in DIGESTS:
            body, mechanism = message, mechanisms.EDDSA
        else:
            body, mechanism = digest_of(message, algorithm), mechanisms.ECDSA
            if algorithm.startswith("ps"):
                name = DIGESTS[algorithm].upper()
                mechanism, parameters = mechanisms.RSA_PKCS_PSS, (mechanisms[name], masks[name], len(body))
        with self._session() as key:
            return bytes(key.sign(body, mechanism=mechanism, mechanism_param=parameters))

    def close(self) -> None:
        """See `SigningKey.close`."""
        with _ONE_AT_A_TIME:
            if self._open is not None:
                self._open[0].close()
                self._open = None

    @contextmanager
    def _session(self) -> Iterator[Any]:
        errors = self._pkcs11.exceptions
        with _ONE_AT_A_TIME:
            self._open = self._open or self._opened()
            try:
                yield self._open[1]
            except (errors.KeyTypeInconsistent, errors.MechanismInvalid, errors.ArgumentsBad) as error:
                raise KeyRefusedError(f"the module says {type(error).__name__}") from None
            except errors.PKCS11Error as error:
                # The session may be lost, and is not used again.
                self._open = None
                raise KeyAwayError(f"the module says {type(error).__name__}") from None

    def _opened(self) -> tuple[Any, Any]:
        errors = self._pkcs11.exceptions
        try:
            token = self._library.get_token(token_label=self._token_label)
            try:
                session = token.open(user_pin=secret(self._pin_source) if self._pin_source else None)
            except errors.UserAlreadyLoggedIn:
                # Who logs in once does so for all sessions of the process.
                session = token.open()
            key = session.get_key(object_class=self._pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
        except errors.NoSuchKey:
            raise KeyRefusedError(f"the token {self._token_label} has no private key {self._label}") from None
        except (errors.PinIncorrect, errors.PinInvalid, errors.PinLocked, errors.MultipleObjectsReturned) as error:
            raise KeyRefusedError(f"the module says {type(error).__name__}") from None
        except errors.PKCS11Error as error:
            raise KeyAwayError(f"the module says {type(error).__name__}") from None
        return session, key
