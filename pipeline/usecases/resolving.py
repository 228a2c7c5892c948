"""Soft bindings resolved: which manifests belong to a fingerprint, or to a file that has lost its manifest.

What the C2PA Soft Binding Resolution API asks, without HTTP. A fingerprint only says what comes near; of a file, a
second look tells copies from that (`pipeline.evidence.removal`).
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, get_args

import msgspec

from pipeline.assets import Asset
from pipeline.credentials import active_manifest_alone
from pipeline.errors import AssetRefusedError, WorldError
from pipeline.fingerprints import Fingerprint, Kind
from pipeline.fingerprints.fingerprint import BITS
from pipeline.fingerprints.port import Fingerprinter, KnownFingerprints
from pipeline.fingerprints.traits import SAME
from pipeline.usecases.disclosing import OpenSeal, PublicView

__all__ = ["ManifestLabels", "ManifestMatch", "Resolution", "fingerprints_in"]

_WRITTEN: Final = re.compile(r"(?:ISCC:)?([A-Z2-7]{55})")
_DIGEST: Final = BITS // 8
_WITHHELD: Final = 2
"""So many times as many events are looked at as are wanted: of some nothing is told."""
_CERTAIN: Final = 100
_HEADER, _STEP, _LENGTH = 2, 4, 0b111
_LONGER: Final = 0b1000_1000
"""The bits that say that a header is longer than two bytes: of no code that is made here."""
_MOST_CODES: Final = 8
"""So many codes are looked for in one go at most: each is a search of its own."""


class ManifestLabels(Protocol):
    """Knows which event sealed what has a manifest of this label. Safe to ask from several threads."""

    def event_of(self, label: str) -> str | None:
        """The `event_uid`; None where no manifest of this label is known.

        Raises:
            WorldError: nothing can be said now.
        """
        ...


class ManifestMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest that may belong to what was asked.

    Attributes:
        score: from 0 to 100: 100 where the bytes, or all bits of the fingerprints, are the same.
    """

    manifest_id: str
    event_uid: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Finds manifests; safe to call from several threads.

    Args:
        view: says what anybody may be told.
        known: the fingerprints of what was sealed.
        labels: knows manifests by their label.
        fingerprinter: finds out what a file is recognised by.
    """

    view: PublicView
    known: KnownFingerprints
    labels: ManifestLabels
    fingerprinter: Fingerprinter

    def by_fingerprints(self, codes: Sequence[Fingerprint], most: int) -> tuple[ManifestMatch, ...]:
        """The manifests of what comes near one of these, the nearest first.

        Raises:
            WorldError: the store does not answer, or not everything that was sealed could be asked about.
        """
        found = []
        for seal, score in self._near(codes, _WITHHELD * most):
            found.append(_match(seal, score))
            if len(found) == most:
                break
        return tuple(found)

    def by_content(self, asset: Asset, most: int) -> tuple[ManifestMatch, ...]:
        """The manifests of what a file is, byte for byte, or is a copy of; the nearest first.

        What comes near and turns out to be something else at a second look is left out.

        Raises:
            WorldError: as above, or no process to look into the file could be started.
        """
        same = [
            ManifestMatch(manifest_id=content.seal.manifest_id, event_uid=content.seal.event_uid, score=_CERTAIN)
            for content in self.view.of_bytes(asset.sha256)
            if content.seal is not None
        ]
        codes = self.fingerprinter.traits(asset.body, asset.media_type, asked=True).all_codes
        copies = self._copies(asset, list(self._near(codes, _WITHHELD * most)))
        best = {match.event_uid: match for match in (*reversed(copies), *same)}
        return tuple(sorted(best.values(), key=lambda match: (-match.score, match.event_uid))[:most])

    def manifest(self, label: str, *, active_only: bool = False) -> bytes | None:
        """The manifest store that was made with the manifest of this label; None where none is known, or is told of.

        Where that manifest got a time stamp later, the update that holds it is in the store, too.

        Args:
            label: `urn:c2pa:…`.
            active_only: whether it is this manifest alone, without ingredients and updates.

        Raises:
            WorldError: the store does not answer.
        """
        uid = self.labels.event_of(label)
        found = None if uid is None else self.view.manifest(uid, as_sealed=active_only)
        if found is None or found[0] != label:
            return None
        return active_manifest_alone(found[1]) if active_only else found[1]

    def _copies(self, asset: Asset, near: Sequence[tuple[OpenSeal, int]]) -> list[ManifestMatch]:
        """What a second look takes a file for a copy of; where there is nothing to look at, it is taken for one."""
        if not near:
            return []
        alike = self.fingerprinter.likenesses(asset.body, asset.media_type, [seal.looks for seal, _ in near])
        return [
            _match(seal, score)
            for (seal, score), likeness in zip(near, alike, strict=True)
            if not seal.looks or likeness >= SAME
        ]

    def _near(self, codes: Sequence[Fingerprint], most: int) -> Iterator[tuple[OpenSeal, int]]:
        """What is told of events whose assets come near, with how near they come, the nearest first."""
        answers = self.known.nearest(codes, limit=most)
        if not all(answer.complete for answer in answers):
            raise WorldError(
                what="A part of the fingerprints of what was sealed cannot be asked.",
                remedy="Ask again in a while.",
            )
        distances: dict[str, int] = {}
        for match in (match for answer in answers for match in answer.matches):
            uid = match.key.hex()
            distances[uid] = min(match.distance, distances.get(uid, BITS))
        for uid, distance in sorted(distances.items(), key=lambda pair: (pair[1], pair[0]))[:most]:
            told = self.view.of_event(uid)
            if told is not None:
                yield told, round(_CERTAIN * (1 - distance / BITS))


def fingerprints_in(value: str) -> tuple[Fingerprint, ...]:
    """The fingerprints that the value of a soft binding `io.iscc.v0` may stand for, as clients send it.

    Base64 of what the assertion says, the string `ISCC:…`; of the same without its scheme; of codes in bytes, one after
    the other, each with its header (ISCC-SEQ, as the ISCC Foundation's draft IEP-0020 has it), of which those are
    taken that are made here, too; or of one code without its header, when it may be of any kind. The string itself is
    taken, too.

    Raises:
        AssetRefusedError: it is none of these.
    """
    if (written := _WRITTEN.fullmatch(value)) is not None:
        return (_parsed(written[1]),)
    try:
        raw = base64.b64decode(_padded(value), validate=True)
    except (binascii.Error, ValueError):
        raise _refused("is no Base64") from None
    if (written := _WRITTEN.fullmatch(raw.decode("ascii", errors="replace"))) is not None:
        return (_parsed(written[1]),)
    if len(raw) == _DIGEST:
        return tuple(Fingerprint.of(kind, raw) for kind in get_args(Kind))
    return _in_sequence(raw)


def _in_sequence(raw: bytes) -> tuple[Fingerprint, ...]:
    """The content codes in a sequence of codes, each once; those of metadata or bytes, and shorter ones, say nothing.

    Two bytes are before each (ISO 24138): what it is of, and in the last four bits how many times 32 bits it has.
    """
    found: list[Fingerprint] = []
    rest = raw
    while rest:
        size = _HEADER + _STEP * ((rest[1] & _LENGTH) + 1) if len(rest) >= _HEADER else len(rest) + 1
        if len(rest) < size or rest[0] & _LONGER or rest[1] & ~_LENGTH:
            raise _refused("is no ISCC of 256 bits of a text, an image, a sound or a video")
        code = Fingerprint.parse(f"ISCC:{base64.b32encode(rest[:size]).decode().rstrip('=')}")
        found += [] if code is None or code in found else [code]
        rest = rest[size:]
    if not 0 < len(found) <= _MOST_CODES:
        raise _refused(f"is no ISCC with one to {_MOST_CODES} Content-Codes of 256 bits")
    return tuple(found)


def _padded(value: str) -> str:
    """Base64 in its first alphabet; a plus sign that a client did not encode has come as a space."""
    plain = value.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    return plain + "=" * (-len(plain) % 4)


def _parsed(written: str) -> Fingerprint:
    fingerprint = Fingerprint.parse(f"ISCC:{written}")
    if fingerprint is None:
        raise _refused("is no ISCC of 256 bits of a text, an image, a sound or a video")
    return fingerprint


def _refused(why: str) -> AssetRefusedError:
    return AssetRefusedError(
        what=f"The value {why}.", remedy="Send Base64 of what the soft-binding assertion says, a string ISCC:…"
    )


def _match(seal: OpenSeal, score: int) -> ManifestMatch:
    return ManifestMatch(manifest_id=seal.seal.manifest_id, event_uid=seal.seal.event_uid, score=score)
