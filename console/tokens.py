"""Tokens of forms: what is sent by one form is one act, however often it is sent."""

import re
import secrets
from typing import Final

from starlette.datastructures import FormData

from console.refusing import Refusal

__all__ = ["new_token", "token_of"]

_BYTES: Final = 16
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_UNUSABLE: Final = 422


def new_token() -> str:
    """A token for a form that is shown: 32 hex digits."""
    return secrets.token_hex(_BYTES)


def token_of(form: FormData) -> str:
    """The token of a form that was sent.

    Raises:
        Refusal: it has none.
    """
    token = str(form.get("token", ""))
    if not _TOKEN.fullmatch(token):
        raise Refusal("refused.token", _UNUSABLE)
    return token
