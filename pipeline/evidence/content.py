"""Observing: what an asset shows to whoever looks at its bytes. Nothing here believes what an event says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Final

from pipeline.assets import Asset
from pipeline.assets.characters import BYTE_ORDER_MARKS
from pipeline.credentials.text.wrapper import BrokenWrapperError, unwrapped
from pipeline.fingerprints import ImageCoder, is_picture
from pipeline.media_types import canonical, format_of
from pipeline.policy.reference import Observed, ReferenceSets
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import FactValue

__all__ = [
    "LONGEST_MATCHED_TEXT",
    "Observer",
    "content_facts",
    "media_facts",
    "text_of",
    "type_facts",
    "type_observations",
]

_LONGEST_CLAIM: Final = 128

LONGEST_MATCHED_TEXT: Final = 8 * 2**20
"""Bytes of a text that is matched; beyond that it takes seconds, and somebody should look at it."""

_MEDIA: Final = frozenset({"text", "image", "audio", "video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Looks at assets the way the feature database does; safe to call from several threads.

    Args:
        image_coder: computes the codes that pictures are compared by.
        references: the reference sets as they are now; pictures are decoded only where the set has image codes.
    """

    image_coder: ImageCoder
    references: Callable[[], ReferenceSets]

    def __call__(self, asset: Asset, prompt: str | None) -> Observed:
        """What of an asset, and of the prompt behind it, is matched against the feature database."""
        wants_code = self.references().index.knows_pictures and is_picture(asset.media_type)
        return Observed(
            prompt=prompt,
            text=text_of(asset),
            sha256=asset.sha256,
            image_code=self.image_coder.code(asset.body, asset.media_type) if wants_code else None,
        )


def text_of(asset: Asset) -> str | None:
    """The text of an asset that is text.

    It is read as its media type or its byte order mark says, as UTF-8 otherwise. None of an asset that is no text, that
    is not written as it says, or that is longer than `LONGEST_MATCHED_TEXT`: what was not read was not checked either.
    """
    if not _is_text(asset.media_type) or len(asset.body) > LONGEST_MATCHED_TEXT:
        return None
    try:
        # A manifest inside the text is written in characters that nobody sees.
        return unwrapped(asset.body).decode(_encoding(asset))
    except (UnicodeDecodeError, LookupError, BrokenWrapperError):
        return None


def _encoding(asset: Asset) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if asset.body.startswith(mark):
            return encoding
    declared = Message()
    declared["content-type"] = asset.media_type
    return declared.get_content_charset("utf-8")


def content_facts(asset: Asset) -> dict[str, FactValue]:
    """The facts that follow from the bytes and the media type of an asset."""
    facts: dict[str, FactValue] = {
        "content.mime": asset.media_type,
        "content.sha256": asset.sha256,
        "content.size": len(asset.body),
    }
    return {**facts, **media_facts(asset.media_type)}


def media_facts(media_type: str) -> dict[str, FactValue]:
    """The medium people meet, where the media type tells it."""
    known = format_of(media_type)
    media = canonical(media_type).partition("/")[0] if known is None else known.medium
    if known is not None and media is None and known.is_text:
        media = "text"  # Written for programs, and what people meet in it is what it says.
    return {"content.media": media} if media in _MEDIA else {}


def _is_text(media_type: str) -> bool:
    known = format_of(media_type)
    return media_type.startswith("text/") or (known is not None and known.is_text)


def type_facts(asset: Asset) -> dict[str, FactValue]:
    """What an asset is, where its event says something else: these facts overrule the claim."""
    return {} if asset.claimed is None else {"content.mime": asset.media_type, **media_facts(asset.media_type)}


def type_observations(asset: Asset) -> tuple[Observation, ...]:
    """What is seen of an asset that is something else than its event declares."""
    if asset.claimed is None:
        return ()
    return (
        Observation(
            name="content.type-mismatch",
            severity="medium",
            evidence={"declared": asset.claimed[:_LONGEST_CLAIM], "found": asset.media_type},
        ),
    )
