"""What looks into untrusted bytes, one step at a time or the whole of an event in one go.

All that is done to the asset of an event is done where it is parsed: it crosses to a child process once, and comes back
once. The way out, where an asset kills, stalls or starves that child, are the single steps: each in a child, so that
one that does not work out costs only what it would have told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from pipeline.credentials.model import Credential, SealedAsset, SealOrder, Trust
from pipeline.credentials.service import CredentialService, Stamping
from pipeline.fingerprints.coder import ImageCoder
from pipeline.fingerprints.port import Fingerprinter
from pipeline.fingerprints.traits import Traits
from pipeline.isolation.confinement import UNCONFINED, Confinement
from pipeline.labels.explicit.model import Checked, LabelClaim, LabelOrder, Written
from pipeline.labels.explicit.port import Labeled, Labeler
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitLabeler, ImplicitlyLabeled

__all__ = ["Examined", "Examining", "Made", "Making", "Parsers", "UnderWay", "is_marked"]


class Making(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to a generated asset.

    Attributes:
        label: the explicit label to put on it; None for none.
        claim: the explicit label that it is said to have already; looked for at the end, as one that was put there is.
        labels: the implicit label to write into it; None for none.
        reads_labels: whether its format has a place for one.
        compares: whether its fingerprints are compared with what is known of others, too.
        order: what its manifest shall say, but for the fingerprint, which is taken of the labeled asset.
    """

    asset: bytes
    media_type: str
    label: LabelOrder | None
    claim: LabelClaim | None
    labels: LabelsToWrite | None
    reads_labels: bool
    order: SealOrder
    compares: bool = False


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a generated asset.

    Attributes:
        inherited: the credential that it came with.
        written: the explicit label that was put on it; None where there is none.
        label_refused: why there is none; None where there is one, or none was asked for.
        labels_refused: why no implicit label could be written; None where one was, or none had to be.
        traits: what it is recognised by, with its labels.
        compared: what it is compared by with what is known of others, where those are not the same.
        sealed: the asset and its manifest.
        found: the implicit labels in the sealed asset; None of a format that has no place for them.
        checked: the explicit label in the sealed asset; None where none was looked for.
    """

    inherited: Credential
    written: Written | None
    label_refused: str | None
    labels_refused: str | None
    traits: Traits
    sealed: SealedAsset
    found: FoundLabels | None
    checked: Checked | None
    compared: Traits | None = None


class Examining(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be found out about a published asset.

    Attributes:
        claim: the explicit label that it is said to have; None for none.
        reads_labels: whether its format has a place for an implicit label.
        recognises: whether, where nothing in it speaks for it, it is to be said what it would be recognised by.
        compares: whether that is to be said whatever speaks for it.
    """

    asset: bytes
    media_type: str
    claim: LabelClaim | None
    reads_labels: bool
    recognises: bool
    compares: bool = False


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about a published asset.

    Attributes:
        credential: what it says of itself.
        found: its implicit labels; None of a format that has no place for them.
        checked: its explicit label; None where none was looked for.
        traits: what it would be recognised by; None where that was not asked for, or not needed.
    """

    credential: Credential
    found: FoundLabels | None
    checked: Checked | None
    traits: Traits | None


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A long job that is being done.

    Attributes:
        media_type: of its asset.
        size: of its asset, in bytes.
        seconds: how long ago it was begun.
        share: how much of it is done, from 0 to 1; None before that is known.
    """

    media_type: str
    size: int
    seconds: float
    share: float | None

    def __str__(self) -> str:
        """What a person wants to know of it."""
        done = "begun" if self.share is None else f"{self.share:.0%} labeled"
        return f"{self.media_type} of {self.size / 1_000_000:.1f} MB: {done}, for {self.seconds:.0f} s"


def is_marked(credential: Credential, found: FoundLabels | None) -> bool:
    """Whether something in an asset speaks for it.

    A manifest that does not hold speaks for nothing, and neither does the rest of a label: a stub of one would be the
    cheapest way past.
    """
    return credential.state == "valid" or (found is not None and found.label is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsers:
    """The single steps, and what is made of them. Safe to use from several threads.

    Args:
        credentials: signs and reads manifests.
        image_coder: computes the codes that pictures are compared by.
        labeler: writes and checks explicit labels.
        implicit_labeler: writes and finds implicit labels.
        fingerprinter: says what an asset is recognised by.
        confinement: what the processes that do it gave up before.
        stamps: where they ask for time stamps; None for manifests without.
        renew_trust: has others believed from now on.
        under_way: says of each recording that is being worked on how far it is.
    """

    credentials: CredentialService
    image_coder: ImageCoder
    labeler: Labeler
    implicit_labeler: ImplicitLabeler
    fingerprinter: Fingerprinter
    confinement: Confinement = UNCONFINED
    stamps: Stamping | None = None
    renew_trust: Callable[[Trust], None] = lambda _: None
    under_way: Callable[[], Sequence[UnderWay]] = tuple

    def make(self, making: Making) -> Made:
        """Label, seal and read back a generated asset.

        An asset that came with a manifest is sealed as it is: that manifest is bound to these bytes, and is to be an
        ingredient that can still be validated.

        Raises:
            SealRefusedError: the asset can be signed in no way.
            OperatorError: validators do not accept the signing certificate.
            WorldError: the time-stamp authority did not answer.
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        media_type = making.media_type
        inherited = self.credentials.read(making.asset, media_type)
        labeled = self._labeled(making, inherited)
        implicit = ImplicitlyLabeled(asset=labeled.asset)
        if making.labels is not None and making.reads_labels and inherited.state == "absent":
            implicit = self.implicit_labeler.label(labeled.asset, media_type, making.labels)
        traits = self.fingerprinter.traits(implicit.asset, media_type)
        # A video is known by its key frames; another one that it is a copy of had its own elsewhere.
        looks_through = making.compares and media_type.startswith("video/")
        order = msgspec.structs.replace(making.order, fingerprint=traits.fingerprint)
        sealed = self.credentials.seal(implicit.asset, order, inherits=inherited.state != "absent")
        claim = LabelClaim() if labeled.written is not None else making.claim
        return Made(
            inherited=inherited,
            written=labeled.written,
            label_refused=labeled.refused,
            labels_refused=implicit.refused,
            traits=traits,
            compared=self.fingerprinter.traits(implicit.asset, media_type, asked=True) if looks_through else None,
            sealed=sealed,
            found=self.implicit_labeler.read(sealed.asset, media_type) if making.reads_labels else None,
            checked=None if claim is None else self.labeler.check(sealed.asset, media_type, claim),
        )

    def _labeled(self, making: Making, inherited: Credential) -> Labeled:
        if making.label is None:
            return Labeled(asset=making.asset)
        if inherited.state != "absent":
            return Labeled(asset=making.asset, refused="The asset carries a manifest, which a label would break.")
        return self.labeler.label(making.asset, making.media_type, making.label)

    def examine(self, examining: Examining) -> Examined:
        """Find out what a published asset says of itself, and by what it would be recognised where it says nothing.

        Raises:
            HostileAssetError: the asset killed, stalled or starved what parsed it.
        """
        asset, media_type = examining.asset, examining.media_type
        credential = self.credentials.read(asset, media_type)
        found = self.implicit_labeler.read(asset, media_type) if examining.reads_labels else None
        needs_traits = examining.compares or (examining.recognises and not is_marked(credential, found))
        return Examined(
            credential=credential,
            found=found,
            checked=None if examining.claim is None else self.labeler.check(asset, media_type, examining.claim),
            traits=self.fingerprinter.traits(asset, media_type, asked=True) if needs_traits else None,
        )
