"""Putting a manifest into files whose shape the C2PA library would change: only what is needed is added.

The library writes such files anew: a PDF document without its earlier revisions, its signatures and its encryption, a
TIFF file with a page more, an ID3 tag in another version. Here the file stays, and the manifest goes where a reader
looks for it.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from pipeline.credentials.data_hash import Make, data_hash_binding
from pipeline.credentials.placing.id3 import place_in_id3
from pipeline.credentials.placing.pdf import place_in_pdf
from pipeline.credentials.placing.place import ManifestPlace, UnplaceableError
from pipeline.credentials.placing.tiff import place_in_tiff
from pipeline.media_types import canonical

__all__ = ["Placer", "UnplaceableError"]

_PLACES: Final[Mapping[str, Callable[[bytes, int], ManifestPlace]]] = {
    "application/pdf": place_in_pdf,
    "audio/mpeg": place_in_id3,
    "image/tiff": place_in_tiff,
}
_ATTEMPTS: Final = 4
_A_DIGEST: Final = bytes(hashlib.sha256().digest_size)
_A_LENGTH: Final = 0x2000


class Placer:
    """Places manifests of one signer, and learns how long they get when they are signed. Threads may share it."""

    def __init__(self) -> None:
        self._growth = 0

    def places(self, media_type: str) -> bool:
        """Whether files of this type take their manifest in this way."""
        return canonical(media_type) in _PLACES

    def embed(self, asset: bytes, media_type: str, *, blank: Make, sign: Make) -> tuple[bytes, bytes]:
        """A file with a signed manifest in it, and that manifest's store.

        Args:
            asset: the file; a manifest that is in it is left out, or replaced by a newer revision.
            media_type: its type.
            blank: makes a manifest store with the given hard binding, nearly as long as a signed one, without signing.
            sign: makes the signed one. Called once for a file, and twice for the first one.

        Raises:
            UnplaceableError: this file takes none in this way.
        """
        place = _PLACES[canonical(media_type)]
        # The claim says where the manifest begins and how long it is, and is longer itself for larger numbers.
        start = len(place(asset, _A_LENGTH).head)
        unsigned = len(blank(data_hash_binding(_A_DIGEST, start=start, length=_A_LENGTH)))
        length = unsigned + self._growth
        for _ in range(_ATTEMPTS):
            head, tail = place(asset, length)
            store = sign(data_hash_binding(_digest(head, tail), start=len(head), length=length))
            if len(store) == length:
                return head + store + tail, store
            length = len(store)
            self._growth = length - unsigned
        raise UnplaceableError


def _digest(*pieces: bytes) -> bytes:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()
