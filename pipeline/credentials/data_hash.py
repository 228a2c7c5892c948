"""The data hash of a claim (C2PA 2.4 §18.5): which bytes of a file it leaves out, and what the rest has to hash to."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pipeline.credentials.report import DetailedManifest

__all__ = ["BadBindingError", "DataHash", "Exclusion", "Json", "Make", "data_hash_binding", "data_hash_of"]

Json = Mapping[str, object]
Make = Callable[[Json], bytes]
"""Makes a manifest store with the hard binding it is given."""

_LABEL: Final = "c2pa.hash.data"
_MALFORMED: Final = "assertion.dataHash.malformed"
_UNSUPPORTED: Final = "algorithm.unsupported"
_ALGORITHMS: Final = frozenset({"sha256", "sha384", "sha512"})
_BASE64: Final = re.compile(r"b64'([A-Za-z0-9+/]*=*)'")


class BadBindingError(Exception):
    """There is no data hash that anything could be checked against.

    Args:
        code: the validation code for that.
    """

    def __init__(self, code: str = _MALFORMED) -> None:
        super().__init__(code)
        self.code = code


class Exclusion(msgspec.Struct, frozen=True):
    """Bytes that are left out."""

    start: int
    length: int

    @property
    def stop(self) -> int:
        """The first byte behind them."""
        return self.start + self.length


class _Assertion(msgspec.Struct, frozen=True):
    hash: str
    exclusions: tuple[Exclusion, ...] = ()
    alg: str | None = None


class DataHash(msgspec.Struct, frozen=True, kw_only=True):
    """A data hash, ready to be compared.

    Attributes:
        digest: the hash that was signed, in bytes; whether it is as long as it should be shows when it is compared.
        algorithm: by which it was made, as `hashlib` names it.
    """

    digest: bytes
    algorithm: str
    exclusions: tuple[Exclusion, ...]

    def fits(self, asset: bytes) -> bool:
        """Whether what is left of these bytes without the exclusions has the hash that was signed."""
        hashed = hashlib.new(self.algorithm)
        position = 0
        for exclusion in sorted(self.exclusions, key=lambda exclusion: exclusion.start):
            if not position <= exclusion.start <= exclusion.stop <= len(asset):
                return False
            hashed.update(memoryview(asset)[position : exclusion.start])
            position = exclusion.stop
        hashed.update(memoryview(asset)[position:])
        return hashed.digest() == self.digest

    def fits_any(self, heads: Iterable[Sequence[bytes]], tails: Sequence[bytes] = (b"",)) -> bool:
        """Whether any head, parts one after the other, and any tail behind it have the hash that was signed."""
        for head in heads:
            begun = hashlib.new(self.algorithm)
            for part in head:
                begun.update(part)
            for tail in tails:
                hashed = begun.copy()
                hashed.update(tail)
                if hashed.digest() == self.digest:
                    return True
        return False


def data_hash_binding(digest: bytes, *, start: int, length: int) -> Json:
    """The assertion, for a definition, that leaves out one range; the digest is SHA-256 of everything else."""
    return {
        "label": "c2pa.hash.data",
        "created": True,
        "data": {
            "name": "jumbf manifest",
            "alg": "sha256",
            "hash": list(digest),
            "exclusions": [{"start": start, "length": length}],
            "pad": [],
        },
    }


def data_hash_of(manifest: DetailedManifest | None) -> DataHash:
    """The data hash that a manifest binds its asset with.

    Raises:
        BadBindingError: it has none, or none that anything could be checked against.
    """
    if manifest is None or _LABEL not in manifest.assertions:
        raise BadBindingError
    try:
        binding = msgspec.convert(manifest.assertions[_LABEL], _Assertion)
        digest = _signed(binding.hash)
    except ValueError as error:  # what msgspec raises is one, too
        raise BadBindingError from error
    algorithm = binding.alg or manifest.claim.alg
    if algorithm is None or algorithm not in _ALGORITHMS:
        raise BadBindingError(_UNSUPPORTED)
    return DataHash(digest=digest, algorithm=algorithm, exclusions=binding.exclusions)


def _signed(value: str) -> bytes:
    quoted = _BASE64.fullmatch(value)
    if quoted is None:
        raise ValueError
    try:
        return base64.b64decode(quoted[1], validate=True)
    except binascii.Error as error:
        raise ValueError from error
