"""Credentials: C2PA 2.4 manifests made, signed, read and validated.

What is imported here is light. Signing material comes from `signer` (files of the operator's) or `development`; only
`sdk` imports the C2PA library, and only `in_process` needs it: a process that leaves the work to child processes
never loads it.
"""

from pipeline.credentials.manifest_store import active_manifest_alone
from pipeline.credentials.model import (
    Credential,
    Disclosure,
    Parent,
    SealedAsset,
    SealOrder,
    SignerIdentity,
    SigningIdentity,
    SigningMaterial,
    Software,
    Trust,
)
from pipeline.credentials.service import CredentialService
from pipeline.credentials.status_codes import AlertKind, alert_kinds, kinds_of_trouble
from pipeline.credentials.traces import embeds

__all__ = [
    "AlertKind",
    "Credential",
    "CredentialService",
    "Disclosure",
    "Parent",
    "SealOrder",
    "SealedAsset",
    "SignerIdentity",
    "SigningIdentity",
    "SigningMaterial",
    "Software",
    "Trust",
    "active_manifest_alone",
    "alert_kinds",
    "embeds",
    "kinds_of_trouble",
]
