"""The demo's story: what happens at a service, in which order, and why each of it is worth watching."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Literal

from agents.demo.circumstances import CALIFORNIA, CHINA, EUROPE, INDIA, KOREA, UNVERIFIED, merged
from agents.demo.damage import flip_in_the_claim, flip_in_the_middle, flip_in_the_structure
from agents.demo.scenes import Act, ActivityScene, BrokenScene, CaseScene, EntryScene, ReviewScene, Scene, SceneFacts

__all__ = ["STORY"]


def _generated(title: str, file: str, where: SceneFacts, *more: SceneFacts) -> Scene:
    return Scene(title=title, file=file, kind="generation", facts=merged(where, *more))


def _published(
    title: str,
    file: str,
    where: SceneFacts,
    *more: SceneFacts,
    asset: Literal["sample", "sealed"] = "sealed",
    change: Callable[[bytes], bytes] = bytes,
    **options: Any,
) -> Scene:
    facts = merged(where, *more)
    return Scene(title=title, file=file, kind="publication", facts=facts, asset=asset, change=change, **options)


def _reposted_news(title: str, source: str) -> Scene:
    more = {
        "event_type": "repost.requested",
        "content": {"is_news": True, "news_source": source},
        "notice": {"shown": "confirmed"},
    }
    return _published(title, "newsroom.txt", CHINA, more)


# Salted hashes, as a service would send them.
_REPEATER: Final[SceneFacts] = {"user": {"id_hash": "5d9b1c0f6a7e"}}
_FORGETFUL: Final[SceneFacts] = {"user": {"id_hash": "c27e4410d3ba"}}

_WITH_CONSENT: Final[SceneFacts] = {
    "content": {"operation": "edited", "biometric": ["face"]},
    "consent": {"ref": "consent-0001"},
}
_NO_CONSENT: Final[SceneFacts] = {"content": {"biometric": ["voice"]}, "consent": {"status": "missing"}}
_NO_LABEL: Final[SceneFacts] = {"explicit": {"present": False}}
_DEEPFAKE: Final[SceneFacts] = {"content": {"deepfake": True}, "consent": {"ref": "consent-0001"}, **_NO_LABEL}
_PROHIBITED_PROMPT: Final[SceneFacts] = {"prompt": {"text": "Praise the GLIMMER\u200bWOCK  Elixir."}}

_NEWCOMER: Final[SceneFacts] = {"public_opinion": True, "biometric_tool": False, "sensitive_scene_tool": False}
_LABELED: Final[SceneFacts] = {"explicit_order": {"language": "zh"}}
"""Asks for the words that readers see; what an event only claims of a text is looked for in vain."""

_NO_MARK: Final[SceneFacts] = {"implicit": {"present": False, "count": 0}, "watermark": {"present": False}}

_KNOWN: Final = Act(
    title="What the operator knows: reference sets",
    scenes=(
        EntryScene(
            title="somebody may review",
            name="operators",
            entry_id="reviewer-17",
            entry={"version": 1, "roles": ["reviewer"]},
        ),
        EntryScene(
            title="somebody may look at decisions again",
            name="operators",
            entry_id="officer-2",
            entry={"version": 1, "roles": ["second-reviewer", "complaints-officer"]},
        ),
        EntryScene(
            title="somebody may look after all of it",
            name="operators",
            entry_id="auditor-1",
            entry={"version": 1, "roles": ["auditor"]},
        ),
        EntryScene(
            title="the studio is filed and assessed",
            name="services",
            entry_id="studio",
            entry={
                "version": 1,
                "service": {
                    "public_opinion": True,
                    "filing_no": "example-filing-1",
                    "filing_displayed": True,
                    "security_assessment": "done",
                    "suspended_by_order": False,
                    "label_function_offered": True,
                    "label_prompted": True,
                    "monthly_users": 2_400_000,
                    "detector": {"available": True, "free": True, "reports_basis": True},
                },
            },
        ),
        EntryScene(
            title="a newcomer is not assessed yet",
            name="services",
            entry_id="newcomer",
            entry={"version": 1, "service": {**_NEWCOMER, "security_assessment": "pending"}},
        ),
        *(
            EntryScene(
                title=f"{name} may bring news",
                name="news-sources",
                entry_id=name.lower().replace(" ", "-"),
                entry={"version": 1, "name": name, "status": "licensed"},
            )
            for name in ("Brenlow Gazette", "Osk Herald")
        ),
        EntryScene(
            title="a phrase that is prohibited",
            name="features",
            entry_id="phrase-1",
            entry={"version": 1, "verdict": "illegal", "phrase": "glimmerwock elixir"},
        ),
        EntryScene(
            title="a picture that is prohibited",
            name="features",
            entry_id="picture-1",
            entry={
                "version": 1,
                "verdict": "harmful",
                "iscc": "ISCC:EEDY3K4GXDTJZQHUHELCLTWL5DUOE47U4OLRE6DERGZLKXQ4OQ3JJGI",
            },
        ),
        EntryScene(
            title="the person in the portrait agreed",
            name="consents",
            entry_id="consent-0001",
            entry={"version": 1, "status": "granted", "separate": True, "prompted": True, "biometric": ["face"]},
        ),
    ),
)
"""Harmless words and a garden stand for what is prohibited."""

_GENERATION: Final = Act(
    title="What AI services generate: every asset is sealed, and judged",
    scenes=(
        _generated("a portrait edited with consent", "portrait.jpg", CHINA, _WITH_CONSENT),
        _generated("a photo", "harbour.jpg", INDIA),
        _generated("a still life", "still-life.png", KOREA),
        _generated("a garden", "garden.webp", KOREA),
        _generated("a spoken announcement", "announcement.wav", INDIA),
        _generated("a cloned voice, no consent", "voice-note.mp3", KOREA, _NO_CONSENT),
        _generated("spoken news without a mark", "news-zh.wav", CHINA, {"content": {"art17_scenario": 2}}, _NO_LABEL),
        _generated("a video", "clip.mp4", KOREA),
        _generated("a report", "report.pdf", CHINA),
        _generated("a diagram, no watermark", "diagram.svg", EUROPE, {"watermark": {"present": False}}),
        _generated("a letter", "letter.docx", KOREA),
        Scene(
            title="an article, inside the event",
            file="article.txt",
            kind="generation",
            facts=merged(EUROPE, {"content": {"containerised": False, "tokens": 330}}),
            asset="inline",
        ),
        _generated("an article in Chinese, labeled", "article-zh.txt", CHINA, _LABELED),
        _generated("a news item", "newsroom.txt", CHINA, _LABELED),
        _generated("meeting notes, for nobody knows where", "notes.md", {"content": {"operation": "generated"}}),
        _generated("a chat answer", "answer.json", KOREA),
    ),
)

_PUBLICATION: Final = Act(
    title="What is published and done, honestly and otherwise",
    scenes=(
        _published("an article with everything in order", "article-zh.txt", CHINA),
        _published("a report by an unverified user", "report.pdf", CHINA, UNVERIFIED),
        _published("a prompt with a prohibited phrase", "article.txt", CHINA, _PROHIBITED_PROMPT, _REPEATER),
        _published("a prohibited picture, sealed anew", "garden.webp", CHINA),
        _published("AI content not declared", "letter.docx", CHINA, _FORGETFUL, {"declaration": {"made": False}}),
        _published("a photo without implicit mark", "harbour.jpg", CHINA, _NO_MARK),
        _published("a video whose review is pending", "clip.mp4", CHINA, {"review": {"verdict": "pending"}}),
        _reposted_news("licensed news, reposted", "brenlow-gazette"),
        _published("a deepfake without a label", "portrait.jpg", EUROPE, _DEEPFAKE),
        _published("the same before the law applied", "portrait.jpg", EUROPE, _DEEPFAKE, time="2026-07-31T09:00:00Z"),
        _published("a photo like life, no label", "harbour.jpg", KOREA, {"content": {"photoreal": True}}, _NO_LABEL),
        _published("audio without latent disclosure", "announcement.wav", CALIFORNIA),
        Scene(
            title="the photo, edited: a mark got lost",
            file="harbour-edited.jpg",
            kind="generation",
            facts=merged(
                INDIA,
                {
                    "event_type": "transform.completed",
                    "content": {"operation": "edited"},
                    "transform": {"lost": 1, "intent": "routine"},
                },
            ),
            parent="harbour.jpg",
        ),
        _published("a picture without its labels", "still-life.png", KOREA, asset="sample"),
        _published("a picture changed after sealing", "garden.webp", KOREA, change=flip_in_the_middle),
        _published("a forged manifest", "portrait.jpg", KOREA, change=flip_in_the_claim),
        _published("a broken manifest", "still-life.png", KOREA, change=flip_in_the_structure),
        _published("AI video, declared human", "clip.mp4", KOREA, {"content": {"synthetic": "no"}}),
        ActivityScene(
            title="the newcomer changes, not assessed",
            facts={"event_type": "service.changed", "jurisdictions": ["CN"], "service": {"id": "newcomer"}},
        ),
        ActivityScene(
            title="a complaint waits too long",
            facts={"event_type": "complaint.updated", "jurisdictions": ["CN"], "complaint": {"overdue": True}},
        ),
        ActivityScene(
            title="content taken down after five hours",
            facts={
                "event_type": "takedown.updated",
                "jurisdictions": ["IN"],
                "takedown": {"kind": "order", "elapsed_hours": 5.0},
            },
        ),
    ),
)

_PEOPLE: Final = Act(
    title="What people decide, and what changes while the workers run",
    scenes=(
        ReviewScene(
            title="the video is released",
            about="a video whose review is pending",
            verdict="release",
            reason="The review is done, and found nothing.",
        ),
        ReviewScene(
            title="what was not declared is refused",
            about="AI content not declared",
            verdict="refuse",
            reason="The user was asked twice.",
        ),
        EntryScene(
            title="the person takes the consent back",
            name="consents",
            entry_id="consent-0001",
            entry={"version": 2, "status": "revoked"},
        ),
        EntryScene(title="Brenlow Gazette is struck off", name="news-sources", entry_id="brenlow-gazette", entry=None),
        EntryScene(
            title="a phrase with an old version number",
            name="features",
            entry_id="phrase-1",
            entry={"version": 1, "verdict": "rumour", "phrase": "another phrase"},
            is_good=False,
        ),
        _published(
            "false news by the same user",
            "newsroom.txt",
            CHINA,
            _REPEATER,
            {"content": {"is_news": True}, "review": {"verdict": "rumour", "mode": "human"}},
        ),
    ),
)

_REFERENCE: Final[SceneFacts] = {"mime": "image/jpeg", "operation": "generated", "sha256": "0" * 64, "size": 1000}

_AFTERWARDS: Final = Act(
    title="What follows, and what can never succeed",
    scenes=(
        _generated("the portrait again, consent revoked", "portrait.jpg", CHINA, _WITH_CONSENT),
        _reposted_news("the same news, reposted again", "brenlow-gazette"),
        _generated(
            "the same user has the mark removed",
            "still-life.png",
            CHINA,
            _REPEATER,
            {"event_type": "transform.completed", "transform": {"lost": 2, "intent": "requested_removal"}},
        ),
        ReviewScene(
            title="somebody else reviews the video",
            about="a video whose review is pending",
            verdict="refuse",
            reason="I do not like it.",
            by="officer-2",
            role="second-reviewer",
        ),
        ReviewScene(
            title="somebody who may not reviews it",
            about="the video is released",
            verdict="refuse",
            reason="I do not like it either.",
            by="viewer-1",
            case="complaint-1",
        ),
        CaseScene(
            title="somebody complains of the refusal",
            act="complaint.received",
            number="K-17",
            about="what was not declared is refused",
            facts={"jurisdictions": ["CN"], "party": {"id_hash": "c27e4410d3ba"}, "channel": "web"},
            due=timedelta(days=15),
        ),
        CaseScene(
            title="an order of a court that is forgotten",
            act="takedown.requested",
            number="T-31",
            facts={"jurisdictions": ["IN"], "takedown": {"kind": "order"}, "channel": "authority"},
            ago=timedelta(hours=3, seconds=-3),
            is_missed=True,
            by="officer-2",
            reason="A letter came in.",
        ),
        CaseScene(
            title="an article is reported: an incident",
            act="incident.opened",
            number="N-5",
            about="an article with everything in order",
            facts={"jurisdictions": ["CN"], "incident": {"kind": "illegal"}, "channel": "web"},
            ago=timedelta(minutes=20),
            by="officer-2",
            reason="It praises what is prohibited, in words that no list has.",
        ),
        BrokenScene(
            title="an asset that never arrives", content={**_REFERENCE, "uri": "s3://sealstream-inbox/never.jpg"}
        ),
        BrokenScene(title="bytes not as declared", content={**_REFERENCE, "uri": "s3://sealstream-inbox/harbour.jpg"}),
        BrokenScene(title="an address outside the store", content={**_REFERENCE, "uri": "file:///etc/hostname"}),
        BrokenScene(
            title="a bucket that is not allowed", content={**_REFERENCE, "uri": "s3://somebody-elses/photo.jpg"}
        ),
        BrokenScene(title="an event without an asset", content={"mime": "image/jpeg", "operation": "generated"}),
        BrokenScene(title="no JSON at all", raw=b'{"specversion": "1.0", "id": '),
    ),
)

_ANSWERED: Final = Act(
    title="The complaint is answered, and the article retracted",
    scenes=(
        CaseScene(
            title="the complaint is right: it is allowed",
            act="complaint.answered",
            number="K-17",
            about="what was not declared is refused",
            outcome="overturned",
            by="officer-2",
            reason="The declaration was there, in a field that nobody read.",
        ),
        ReviewScene(
            title="the article is illegal after all",
            about="an article with everything in order",
            verdict="illegal",
            reason="The reader is right.",
        ),
        CaseScene(
            title="the incident is dealt with",
            act="incident.disposed",
            number="N-5",
            about="an article with everything in order",
            by="officer-2",
            reason="The article is retracted, and its bytes are blocked.",
        ),
    ),
)

_REPORTED: Final = Act(
    title="The authority is told",
    scenes=(
        CaseScene(
            title="the incident is reported",
            act="incident.reported",
            number="N-5",
            about="an article with everything in order",
            by="officer-2",
            reason="The report went to the cyberspace administration.",
        ),
    ),
)

STORY: Final = (_KNOWN, _GENERATION, _PUBLICATION, _PEOPLE, _AFTERWARDS, _ANSWERED, _REPORTED)
"""Every act needs what was done in those before it."""
