"""What every format can carry, found out by doing it: labelled, marked, sealed, read back from the final bytes, copied.

Where the code says that a format can, it must; an assertion stops everything where it does not. Where it says that a
format cannot, it must refuse, and the cell has the reason it gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import c2pa
import msgspec

from pipeline.assets.promises import broken_promise
from pipeline.credentials import Credential, Disclosure, SealedAsset, SealOrder, Software, embeds
from pipeline.credentials.definition import manifest_definition
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService, manifest_signer
from pipeline.fingerprints import NEAR, Fingerprint, NoFingerprint
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.fingerprint import NoFingerprintReason
from pipeline.fingerprints.traits import SAME
from pipeline.labels.explicit import ExplicitRefusedError, LabelClaim, LabelOrder
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.explicit.model import Written
from pipeline.labels.explicit.writing import reason_against, write_label
from pipeline.labels.implicit import row_of
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.media.conftest import AI
from tests.media.exhibits import EXHIBITS, Exhibit
from tests.media.harm.unusual import UNUSUAL
from tests.unit.labels.implicit.makers import LABELS

__all__ = ["Cell", "Outcome", "Whole", "outcome", "whole"]

NO_CODE: Final[Mapping[NoFingerprintReason, str]] = {"not-supported": "Data that programs read has no code."}
"""What the reason for having no fingerprint means where it holds for a whole format."""

MARKER: Final = InProcessImplicitLabeler()
LABELER: Final = InProcessLabeler()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Whether a format can, and how, or why not."""

    can: bool
    how: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What becomes of the unusual files of a format: by their names, those that carry their manifest inside and are as
    whole as they came, and those that have it beside them, with the reason.
    """

    inside: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One row: everything about one format."""

    embed: Cell
    sidecar: Cell
    implicit: Cell
    others: Cell
    explicit: Cell
    fingerprint: Cell
    survives: Cell
    whole: Whole


class Services:
    """What seals and reads; its key lives as long as the process."""

    def __init__(self) -> None:
        with TemporaryDirectory() as directory:
            chain = development_chain(Path(directory))
        self.credentials = InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)
        self.signer = manifest_signer(chain.material)


@cache
def services() -> Services:
    return Services()


@cache
def outcome(name: str) -> Outcome:
    """What is so of the format with this name in `EXHIBITS`."""
    exhibit = EXHIBITS[name]
    body = exhibit.make()
    found = examine(body, exhibit.media_type)
    marked = MARKER.label(body, exhibit.media_type, LABELS)
    sealed = services().credentials.seal(marked.asset, order(exhibit, found))
    must_be_sound(sealed.credential)
    must_be_sound(read_back(sealed.asset, exhibit, sealed))
    return Outcome(
        embed=embedding(exhibit, sealed),
        sidecar=beside(exhibit, marked.asset),
        implicit=implicit(exhibit, sealed.asset, marked.refused),
        others=others(exhibit),
        explicit=explicit(exhibit, body),
        fingerprint=recognisable(exhibit, found, sealed),
        survives=recognised(exhibit, found, sealed.asset),
        whole=whole(name),
    )


@cache
def whole(name: str) -> Whole:
    """Seal every unusual file of the format with this name; `tests/media/harm` opens them with programs of others."""
    inside: list[str] = []
    beside: list[tuple[str, str]] = []
    for kind, make in UNUSUAL.get(name, {}).items():
        body = make()
        sealed = services().credentials.seal(body, order(EXHIBITS[name], NoFingerprint(reason="not-supported")))
        must_be_sound(sealed.credential)
        if sealed.binding == "embedded":
            assert broken_promise(body, sealed.asset, EXHIBITS[name].media_type) is None
            inside.append(kind)
        else:
            assert sealed.asset == body
            assert sealed.sidecar_because is not None
            beside.append((kind, sealed.sidecar_because))
    return Whole(inside=tuple(inside), beside=tuple(beside))


def order(exhibit: Exhibit, found: Fingerprint | NoFingerprint) -> SealOrder:
    return SealOrder(
        media_type=exhibit.media_type,
        operation="generated",
        digital_source_type=AI,
        when="2026-05-01T12:00:00Z",
        claim_generator=Software(name="sealstream", version="0.1.0"),
        disclosure=Disclosure(model_type="c2pa.types.model.generic", human_oversight="prompt_guided"),
        fingerprint=found if isinstance(found, Fingerprint) else None,
    )


def read_back(asset: bytes, exhibit: Exhibit, sealed: SealedAsset) -> Credential:
    sidecar = sealed.manifest if sealed.binding == "sidecar" else None
    return services().credentials.read(asset, exhibit.media_type, manifest=sidecar)


def must_be_sound(credential: Credential) -> None:
    assert (credential.state, credential.trust, credential.ai_generated) == ("valid", "trusted", True), credential


def embedding(exhibit: Exhibit, sealed: SealedAsset) -> Cell:
    inside = services().credentials.extract(sealed.asset, exhibit.media_type)
    if embeds(exhibit.media_type):
        assert sealed.binding == "embedded"
        assert inside == sealed.manifest
        return Cell(can=True)
    assert (sealed.binding, sealed.sidecar_because, inside) == ("sidecar", None, None)
    if exhibit.media_type in c2pa.Builder.get_supported_mime_types():
        return Cell(
            can=False,
            why_not="In a ZIP container only stored entries can be embedded, and another validator rejects what is.",
        )
    if exhibit.media_type.startswith(("text/", "application/")):
        return Cell(can=False, why_not="Programs read it, and stumble over characters that people do not see.")
    return Cell(can=False, why_not="The C2PA library cannot embed in this container.")


def beside(exhibit: Exhibit, asset: bytes) -> Cell:
    """The way of files that cannot be embedded in, and of all in formats that cannot."""
    definition = manifest_definition(order(exhibit, NoFingerprint(reason="not-supported")))
    same, manifest = services().signer.sign(definition, asset, exhibit.media_type, embed=False)
    assert same == asset
    must_be_sound(services().credentials.read(asset, exhibit.media_type, manifest=manifest))
    return Cell(can=True)


def implicit(exhibit: Exhibit, sealed: bytes, refused: str | None) -> Cell:
    row = row_of(exhibit.media_type)
    found = MARKER.read(sealed, exhibit.media_type)
    if row.embeds:
        assert refused is None
        assert found.show(LABELS)
        return Cell(can=True, how=row.place or "")
    assert refused is not None
    assert not found.aigc
    return Cell(can=False, why_not=row.reason or "")


def others(exhibit: Exhibit) -> Cell:
    """Of the digital source type and the latent disclosure; `implicit` has read all three back."""
    row = row_of(exhibit.media_type)
    return Cell(can=row.embeds, how=row.others or "", why_not=row.reason or "")


def explicit(exhibit: Exhibit, body: bytes) -> Cell:
    """Labelled first, then marked and sealed: the label must be found in what comes out."""
    reason = reason_against(exhibit.media_type)
    try:
        label = write_label(body, exhibit.media_type, LabelOrder())
    except ExplicitRefusedError as refused:
        # Of the kind of file, or of this one.
        return Cell(can=False, why_not=refused.what if reason is None else f"{reason[0].upper()}{reason[1:]}.")
    assert reason is None
    marked = MARKER.label(label.body, exhibit.media_type, LABELS)
    sealed = services().credentials.seal(marked.asset, order(exhibit, NoFingerprint(reason="not-supported")))
    checked = LABELER.check(sealed.asset, exhibit.media_type, LabelClaim(kind=label.written.kind))
    assert checked.present is True, checked
    assert checked.found is not None
    assert checked.found.kind == label.written.kind
    assert not row_of(exhibit.media_type).embeds or MARKER.read(sealed.asset, exhibit.media_type).show(LABELS)
    return Cell(can=True, how=in_words(label.written, kept=label.kept))


def in_words(label: Written, *, kept: bool) -> str:
    form = {"corner": "plate in a corner", "rhythm": "rhythm at the start", "text": "words"}[label.kind]
    return f"{form}; {'everything else stays' if kept else 'compressed once more'}"


def recognisable(exhibit: Exhibit, found: Fingerprint | NoFingerprint, sealed: SealedAsset) -> Cell:
    again = examine(sealed.asset, exhibit.media_type)
    assert again == found, "marking and sealing changed what is seen or heard"
    if isinstance(found, NoFingerprint):
        return Cell(can=False, why_not=f"`{found.reason}`: {NO_CODE[found.reason]}")
    assert found.code.encode() in sealed.manifest
    return Cell(can=True, how=found.kind)


def recognised(exhibit: Exhibit, found: Fingerprint | NoFingerprint, sealed: bytes) -> Cell:
    """A copy of what was sealed has lost every mark, and is known all the same."""
    if isinstance(found, NoFingerprint):
        assert exhibit.copy is None, "a format that has a fingerprint now: tell what becomes of it"
        return Cell(can=False, why_not=f"`{found.reason}`: {NO_CODE[found.reason]}")
    assert exhibit.copy is not None
    copy = exhibit.copy.make(sealed)
    assert services().credentials.read(copy, exhibit.copy.media_type).state == "absent"
    assert not msgspec.structs.asdict(MARKER.read(copy, exhibit.copy.media_type))["aigc"]
    known, asked = traits(sealed, exhibit.media_type), traits(copy, exhibit.copy.media_type, asked=True)
    pairs = [(code, other) for code in known.all_codes for other in asked.all_codes if code.kind == other.kind]
    assert min(code.distance(other) for code, other in pairs) <= NEAR[found.kind]
    assert likenesses(copy, exhibit.copy.media_type, [known.looks])[0] >= SAME
    return Cell(can=True, how=exhibit.copy.words)
