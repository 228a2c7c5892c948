"""Isolation: untrusted bytes are parsed in child processes with limits of memory and time.

Aborts of a native parser on hostile input cannot be caught; a process can be lost.
"""

from pipeline.isolation.fingerprinter import IsolatedFingerprinter
from pipeline.isolation.image_coder import IsolatedImageCoder
from pipeline.isolation.labeler import IsolatedLabeler
from pipeline.isolation.marker import IsolatedMarker
from pipeline.isolation.pool import AssetStalledError, WorkerPool
from pipeline.isolation.service import IsolatedCredentialService

__all__ = [
    "AssetStalledError",
    "IsolatedCredentialService",
    "IsolatedFingerprinter",
    "IsolatedImageCoder",
    "IsolatedLabeler",
    "IsolatedMarker",
    "WorkerPool",
]
