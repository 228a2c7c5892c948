"""Observing: what an asset shows to whoever looks at its bytes. Nothing here believes what an event says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.assets import Asset
from pipeline.fingerprints import ImageCoder, is_picture
from pipeline.policy.reference import Observed, ReferenceSets
from pipeline.policy.vocabulary import FactValue

__all__ = ["Observer", "content_facts", "media_facts", "text_of"]

_TEXTS: Final = frozenset({"application/json", "application/xml", "application/xhtml+xml", "image/svg+xml"})
"""Media types beside `text/*` whose bytes are text that people read or hear."""

_MEDIA: Final = {"text": "text", "image": "image", "audio": "audio", "video": "video"}


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
    """The text of an asset that is text: in UTF-8, what is not UTF-8 replaced; None of one that is not."""
    bare = _bare(asset.media_type)
    if bare.startswith("text/") or bare in _TEXTS:
        return asset.body.decode("utf-8", errors="replace")
    return None


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
    media = _MEDIA.get(_bare(media_type).partition("/")[0])
    return {} if media is None else {"content.media": media}


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
