"""A file that somebody holds: is it known, does it carry a credential or a label, does it resemble what was sealed?

Nothing is written and nothing is decided. That nothing is found says nothing about who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from pipeline.assets import Asset
from pipeline.credentials import Credential, alert_kinds
from pipeline.credentials.traces import embeds
from pipeline.errors import HostileAssetError
from pipeline.events.outputs import CredentialSummary
from pipeline.evidence.credential import summary_of
from pipeline.evidence.implicit import carries_labels, in_words
from pipeline.evidence.removal import RESEMBLES, Recognition
from pipeline.isolation.parsers import Examined, Examining, Parsers, is_marked
from pipeline.labels.implicit.aigc import Label
from pipeline.labels.implicit.model import FoundLabels
from pipeline.policy.seen import Observation
from pipeline.store.records import manifests_for
from pipeline.usecases.ancestry import Ancestor, Ancestry
from pipeline.usecases.disclosing import DisclosedSeal, KnownBytes, PublicView

__all__ = ["AnswerWord", "CredentialWord", "Lineage", "Resembled", "Verification", "Verified", "VerifiedLabel"]

CredentialWord = Literal[
    "absent",
    "trusted",
    "untrusted",
    "expired",
    "revoked",
    "changed",
    "rewritten",
    "malformed",
    "invalid",
    "remote",
    "unreadable",
]
"""What a credential comes to, for people: none; valid, by a signer who is trusted, whom nobody here trusts, whose
certificate ended or was revoked; the file was changed after signing, or put together anew by a program; the manifest is
broken, or does not hold for another reason; it is elsewhere, where nobody looks; or the file cannot be taken apart."""

AnswerWord = Literal["known", "credential", "label", "resembles", "nothing"]

_CHANGED: Final = frozenset({"content-tampered", "line-ends-changed", "partial-coverage"})
_REWRITTEN: Final = frozenset({"container-rewritten"})


class VerifiedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """Labels inside a file (GB 45438-2025), and signs that generators leave.

    Attributes:
        says: 1 AI-generated, 2 perhaps, 3 suspected; null where no label says anything that can be used.
        problems: what is missing in labels, or does not conform.
        signs: signs of generators' own, which are no labels.
        unreadable: the file's labels could not be read.
    """

    says: Label | None
    problems: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    unreadable: bool = False


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that was sealed here, and what it was made from; null is what is not told or not known."""

    manifest_id: str | None
    media_type: str | None
    sealed_at: str | None
    signer: str | None
    parents: tuple["Lineage", ...] = ()


class Resembled(msgspec.Struct, frozen=True, kw_only=True):
    """What a file comes near that was sealed here.

    Attributes:
        is_copy: whether a second look takes it for a copy; otherwise it only comes near, which says little.
        similarity: of the fingerprints, from 0 to 1.
        seal: what is told of the sealed asset; null where nothing is.
        lineage: what that was made from; empty where nothing is told.
    """

    is_copy: bool
    similarity: float
    seal: DisclosedSeal | None
    lineage: tuple[Lineage, ...]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What is found about a file.

    Attributes:
        answers: which of the answers there are; `nothing` alone where there is no other.
        known: the events that know it byte for byte.
        word: what its credential comes to.
        credential: the same at length.
        label: labels in it; null of a format that has no place for them.
        resembles: what it comes near; null where nothing does, and where that was not asked.
        resemblance_asked: False where that it is known, or something in it that holds, says what it is.
    """

    sha256: str
    size: int
    media_type: str
    answers: tuple[AnswerWord, ...]
    known: tuple[KnownBytes, ...]
    word: CredentialWord
    credential: CredentialSummary
    label: VerifiedLabel | None
    resembles: Resembled | None
    resemblance_asked: bool


_UNREADABLE: Final = Credential(state="malformed", trust="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Finds out about files; safe to call from several threads.

    Args:
        view: says what anybody may be told.
        parsers: look into the file.
        recognition: finds what it is a copy of.
    """

    view: PublicView
    parsers: Parsers
    recognition: Recognition

    def __call__(self, asset: Asset) -> Verified:
        """Find out about a file.

        Raises:
            WorldError: the store does not answer, or what was sealed cannot be asked about.
        """
        known = self.view.of_bytes(asset.sha256)
        examined = self._examined(asset)
        credential = _UNREADABLE if examined is None else self._credential(asset, examined.credential)
        found = None if examined is None else examined.found
        resembles = None
        asked = examined is not None and not known and not is_marked(credential, found)
        if asked and examined is not None:
            resembles = self._resembled(self.recognition(asset, credential, found, examined.traits))
        label = _label(found)
        word: CredentialWord = "unreadable" if examined is None else _word(credential)
        return Verified(
            sha256=asset.sha256,
            size=len(asset.body),
            media_type=asset.media_type,
            answers=_answers(known, word, label, resembles),
            known=known,
            word=word,
            credential=summary_of(credential),
            label=label,
            resembles=resembles,
            resemblance_asked=asked,
        )

    def _examined(self, asset: Asset) -> Examined | None:
        """What the file says of itself; None where it kills, stalls or starves whoever looks into it."""
        try:
            return self.parsers.examine(
                Examining(
                    asset=asset.body,
                    media_type=asset.media_type,
                    claim=None,
                    reads_labels=carries_labels(asset.media_type),
                    recognises=embeds(asset.media_type),
                )
            )
        except HostileAssetError:
            return None

    def _credential(self, asset: Asset, found: Credential) -> Credential:
        """The file's own credential; else the manifest that is stored for these very bytes."""
        if found.state != "absent":
            return found
        for manifest in manifests_for(self.view.store, self.view.layout, asset.sha256):
            return self.parsers.credentials.read(asset.body, asset.media_type, manifest=manifest)
        return found

    def _resembled(self, seen: Sequence[Observation]) -> Resembled | None:
        for observation in seen:
            uid, similarity = observation.evidence.get("event_uid"), observation.evidence.get("similarity")
            if isinstance(uid, str) and isinstance(similarity, float):
                told = self.view.of_event(uid)
                return Resembled(
                    is_copy=observation.name != RESEMBLES,
                    similarity=similarity,
                    seal=None if told is None else told.seal,
                    lineage=() if told is None else self._lineage(told.seal.sealed_sha256),
                )
        return None

    def _lineage(self, sha256: str) -> tuple[Lineage, ...]:
        trees = Ancestry(store=self.view.store, layout=self.view.layout).of_bytes(sha256)
        return tuple(_told(parent) for tree in trees for parent in tree.parents)


def _word(credential: Credential) -> CredentialWord:
    kinds = {alert_kind.kind for alert_kind in alert_kinds(credential)}
    match credential.state:
        case "absent":
            return "unreadable" if "asset-unreadable" in kinds else "absent"
        case "remote" | "malformed":
            return credential.state
        case "invalid":
            return "changed" if kinds & _CHANGED else "rewritten" if kinds & _REWRITTEN else "invalid"
        case "valid":
            return credential.trust if credential.trust in ("trusted", "expired", "revoked") else "untrusted"


def _label(found: FoundLabels | None) -> VerifiedLabel | None:
    if found is None:
        return None
    problems = (in_words(fault) for label in found.aigc for fault in label.faults)
    return VerifiedLabel(
        says=found.label,
        problems=tuple(dict.fromkeys(problems)),
        signs=tuple(dict.fromkeys(f"{sign.vendor}: {sign.said}" for sign in found.signs if sign.ai)),
        unreadable=found.refused is not None,
    )


def _answers(
    known: Sequence[KnownBytes], word: CredentialWord, label: VerifiedLabel | None, resembles: Resembled | None
) -> tuple[AnswerWord, ...]:
    found: dict[AnswerWord, bool] = {
        "known": bool(known),
        "credential": word not in ("absent", "unreadable"),
        "label": label is not None and bool(label.says or label.problems or label.signs),
        "resembles": resembles is not None,
    }
    return tuple(answer for answer, is_there in found.items() if is_there) or ("nothing",)


def _told(asset: Ancestor) -> Lineage:
    """An ancestor without what its maker called it; of one that may not be handed on, only that there is one."""
    is_open = asset.standing == "known" and (asset.review or asset.decision) == "allow"
    return Lineage(
        manifest_id=asset.manifest_label if is_open else None,
        media_type=asset.media_type if is_open else None,
        sealed_at=asset.sealed_at if is_open else None,
        signer=asset.signer if is_open else None,
        parents=tuple(map(_told, asset.parents)),
    )
