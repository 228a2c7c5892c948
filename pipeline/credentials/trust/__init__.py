"""Trust: whose signatures and time stamps are believed, by which list."""

from pipeline.credentials.trust.shelf import LIST_NAMES, lists_at_hand, put_list, shipped_lists, update_files
from pipeline.credentials.trust.trust_list import TrustList, TrustListError, Use, certificates_of, read_list

__all__ = [
    "LIST_NAMES",
    "TrustList",
    "TrustListError",
    "Use",
    "certificates_of",
    "lists_at_hand",
    "put_list",
    "read_list",
    "shipped_lists",
    "update_files",
]
