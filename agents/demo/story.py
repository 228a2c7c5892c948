"""The demo's story: which events are sent, in which order, and why each is worth watching."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = ["BROKEN", "FIRST_ACT", "SECOND_ACT", "BrokenScene", "Scene"]

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One event about a sample.

    Args:
        title: what a person reads.
        file: the sample.
        kind: generation or publication.
        content: more members of the event's `content`.
        facts: more members of the event's data.
        asset: the sample as it is, the same inline in the event, or what an earlier scene sealed it into.
        change: what happens to the bytes on the way.
        parent: the sample it was made from.
    """

    title: str
    file: str
    kind: Literal["generation", "publication"]
    content: Facts = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    asset: Literal["sample", "inline", "sealed"] = "sample"
    change: Callable[[bytes], bytes] = bytes
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenScene:
    """An input that can never succeed.

    Args:
        title: what a person reads.
        content: all of the event's `content`; None where there is no event at all.
        raw: what is sent instead of an event.
    """

    title: str
    content: Facts | None = None
    raw: bytes = b""


def _flip_in_the_middle(body: bytes) -> bytes:
    """Change one bit where the picture is: a manifest lies at the beginning or at the end."""
    return _flip(body, len(body) // 2)


def _flip_in_the_claim(body: bytes) -> bytes:
    """Change one bit of what the claim says, so that the signature fits no more."""
    return _flip(body, body.index(b"sealstream", body.index(b"claim_generator_info")))


def _flip_in_the_structure(body: bytes) -> bytes:
    """Change one bit of a name the specification asks for, so that the claim is none any more."""
    return _flip(body, body.index(b"claim_generator_info") + 3)


def _flip(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def _generated(title: str, file: str, content: Facts | None = None, **facts: Facts) -> Scene:
    service: Facts = {"id": "studio", "provider_name": "Example Studio", "system_name": "Studio One"}
    return Scene(
        title=title,
        file=file,
        kind="generation",
        content={"operation": "generated", **(content or {})},
        facts={"service": service, "user": _VERIFIED, **facts},
    )


def _published(
    title: str,
    file: str,
    content: Facts | None = None,
    *,
    asset: Literal["sample", "sealed"] = "sealed",
    change: Callable[[bytes], bytes] = bytes,
    user: Facts | None = None,
) -> Scene:
    return Scene(
        title=title,
        file=file,
        kind="publication",
        content={"synthetic": "yes", **(content or {})},
        facts={"user": user or _VERIFIED},
        asset=asset,
        change=change,
    )


_VERIFIED: Final[Facts] = {"identity": {"status": "verified", "method": "mobile"}}
_UNVERIFIED: Final[Facts] = {"identity": {"status": "unverified", "method": "none"}}
_CONSENT: Final[Facts] = {"status": "granted", "separate": True, "prompted": True, "ref": "consent-0001"}
_NO_CONSENT: Final[Facts] = {"status": "missing"}

FIRST_ACT: Final = (
    _generated("a portrait, with consent", "portrait.jpg", {"biometric": ["face"]}, consent=_CONSENT),
    _generated("a photo", "harbour.jpg"),
    _generated("a still life", "still-life.png"),
    _generated("a garden", "garden.webp"),
    _generated("a spoken announcement", "announcement.wav"),
    _generated("a cloned voice, no consent", "voice-note.mp3", {"biometric": ["voice"]}, consent=_NO_CONSENT),
    _generated("spoken news", "news-zh.wav"),
    _generated("a video", "clip.mp4"),
    _generated("a report", "report.pdf"),
    _generated("a diagram", "diagram.svg"),
    _generated("a letter", "letter.docx"),
    Scene(
        title="an article, inside the event",
        file="article.txt",
        kind="generation",
        content={"operation": "generated"},
        asset="inline",
    ),
    _generated("an article in Chinese", "article-zh.txt"),
    _generated("meeting notes", "notes.md"),
    _generated("a chat answer", "answer.json"),
)
"""What an AI service generates; every one is sealed."""

SECOND_ACT: Final = (
    Scene(
        title="the photo, edited",
        file="harbour-edited.jpg",
        kind="generation",
        content={"operation": "edited"},
        parent="harbour.jpg",
    ),
    _published("the sealed photo", "harbour.jpg"),
    _published("the sealed article", "article.txt"),
    _published("a picture never sealed", "still-life.png", asset="sample"),
    _published("a picture changed after sealing", "garden.webp", change=_flip_in_the_middle),
    _published("a forged manifest", "portrait.jpg", change=_flip_in_the_claim),
    _published("a broken manifest", "still-life.png", change=_flip_in_the_structure),
    _published("AI video, declared human", "clip.mp4", {"synthetic": "no"}),
    _published(
        "news from an unlisted source", "newsroom.txt", {"is_news": True, "news_source_listed": False}, asset="sample"
    ),
    _published("a report by an unverified user", "report.pdf", user=_UNVERIFIED),
)
"""What is edited and published afterwards, honestly and otherwise; it needs what the first act sealed."""

_REFERENCE: Final[Facts] = {"mime": "image/jpeg", "operation": "generated", "sha256": "0" * 64, "size": 1000}

BROKEN: Final = (
    BrokenScene(title="an asset that never arrives", content={**_REFERENCE, "uri": "s3://sealstream-inbox/never.jpg"}),
    BrokenScene(title="bytes not as declared", content={**_REFERENCE, "uri": "s3://sealstream-inbox/harbour.jpg"}),
    BrokenScene(title="an address outside the store", content={**_REFERENCE, "uri": "file:///etc/hostname"}),
    BrokenScene(title="a bucket that is not allowed", content={**_REFERENCE, "uri": "s3://somebody-elses/photo.jpg"}),
    BrokenScene(title="an event without an asset", content={"mime": "image/jpeg", "operation": "generated"}),
    BrokenScene(title="no JSON at all", raw=b'{"specversion": "1.0", "id": '),
)
"""What producers send by mistake or in bad faith; every one becomes a dead letter."""
