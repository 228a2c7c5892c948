"""By which algorithms those sign whose tokens are believed here: providers of logins and issuers of access tokens."""

from typing import Final

__all__ = ["SIGNED_BY"]

SIGNED_BY: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""A secret that both sides know signs nothing here: keys of the provider alone do."""
