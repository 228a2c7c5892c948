"""Signers: who signs claims, with a key that is kept in a file, a module or a service.

No process that parses strangers' bytes holds a key: it asks for a signature over the claim it made.
"""

from pipeline.credentials.signers.claim_signer import ClaimSigner
from pipeline.credentials.signers.file_key import claim_signer
from pipeline.credentials.signers.key import KeyAwayError, KeyRefusedError, SigningKey

__all__ = ["ClaimSigner", "KeyAwayError", "KeyRefusedError", "SigningKey", "claim_signer"]
