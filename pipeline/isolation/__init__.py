"""Isolation: untrusted bytes are parsed in child processes with limits of memory and time.

Aborts of a native parser on hostile input cannot be caught; a process can be lost.
"""

from pipeline.isolation.parsers import Parsers, UnderWay
from pipeline.isolation.pool import AssetStalledError, WorkerPool
from pipeline.isolation.services import (
    IsolatedCredentialService,
    IsolatedFingerprinter,
    IsolatedImageCoder,
    IsolatedImplicitLabeler,
    IsolatedLabeler,
    isolated_parsers,
)

__all__ = [
    "AssetStalledError",
    "IsolatedCredentialService",
    "IsolatedFingerprinter",
    "IsolatedImageCoder",
    "IsolatedImplicitLabeler",
    "IsolatedLabeler",
    "Parsers",
    "UnderWay",
    "WorkerPool",
    "isolated_parsers",
]
