"""What comes in: events and reviews of contract v1 as typed values.

The JSON Schemas in `schemas/` are the contract; these are the parts of it that the pipeline reads. A field that is
None was missing, and missing means unknown, never "no".
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pipeline.events.outputs import CaseOutcome, CaseSubject, Declared, EventReference, HarmCategory, ReviewVerdict

__all__ = [
    "Access",
    "AccessAct",
    "ActivityEvent",
    "CaseAct",
    "Content",
    "Declaration",
    "ExplicitOrder",
    "FiledDocument",
    "GenerationEvent",
    "Login",
    "Model",
    "ParentReference",
    "Prompt",
    "PublicationEvent",
    "PublishedContent",
    "Review",
    "ReviewAct",
    "Reviewer",
    "Service",
    "Sidecar",
]


AccessAct = Literal["content.shown", "content.exported", "audit.exported", "report.exported"]
"""What somebody is handed: content in a page or as a file, a part of the audit log, or a report."""


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest that travels beside the asset, by reference or inline."""

    uri: str | None = None
    sha256: str | None = None
    size: int | None = None
    base64: str | None = None


class ParentReference(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that the content was made from; only its content id is certain to be known."""

    id: str
    mime: str | None = None
    uri: str | None = None
    sha256: str | None = None
    size: int | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The asset of an event: what it is, and where its bytes are (exactly one of `uri`, `text`, `base64`)."""

    id: str
    mime: str
    operation: Literal["generated", "edited", "none"] | None = None
    uri: str | None = None
    sha256: str | None = None
    size: int | None = None
    text: str | None = None
    base64: str | None = None
    parents: tuple[str | ParentReference, ...] = ()
    synthetic: Literal["yes", "no", "unknown"] | None = None
    digital_source_type: str | None = None


class PublishedContent(Content, frozen=True, kw_only=True):
    """The asset of a publication event, which may have its manifest beside it."""

    manifest: Sidecar | None = None


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The AI model that generated or edited the content, as far as the provider discloses it."""

    name: str | None = None
    version: str | None = None
    identifier: str | None = None
    type: str | None = None
    human_oversight: Literal["fully_autonomous", "prompt_guided", "human_validated"] | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """The service that provides the generation (Provisions Art. 23: deep synthesis service provider)."""

    id: str | None = None
    provider_name: str | None = None
    provider_code: str | None = None
    system_name: str | None = None
    system_version: str | None = None


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What the user declared about the content (Labeling Measures Art. 10)."""

    made: bool | None = None
    value: Literal["ai", "not_ai", "unknown"] | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for; matched against the feature database, never stored or shown."""

    text: str | None = None


class ExplicitOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The explicit label that the event asks for; what it leaves open is for the writer to choose."""

    language: Literal["zh", "en", "ko", "ja", "hi", "es", "fr", "de"] = "zh"
    corner: Literal["bottom-right", "bottom-left", "top-right", "top-left"] = "bottom-right"
    place: Literal["start", "end", "both"] = "both"
    seconds: float | None = None


class GenerationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An AI service generated or edited an asset.

    `facts` is the event's whole data, what rules are judged on, and `digest` is what a replay of it has in common with
    it (`pipeline.events.identity.event_digest`).
    """

    uid: str
    reference: EventReference
    digest: str
    content: Content
    model: Model
    service: Service
    facts: Mapping[str, object]
    prompt: Prompt = Prompt()
    explicit_order: ExplicitOrder | None = None
    event_type: str = "generation.completed"

    @property
    def declared(self) -> Declared:
        """A service that says it made or edited the content says that AI did."""
        return "ai" if self.content.operation in ("generated", "edited") else "unknown"


class PublicationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An asset is about to be published, or was seen published.

    `facts` is the event's whole data, what rules are judged on, and `digest` is what a replay of it has in common with
    it (`pipeline.events.identity.event_digest`).
    """

    uid: str
    reference: EventReference
    digest: str
    content: PublishedContent
    declaration: Declaration
    facts: Mapping[str, object]
    prompt: Prompt = Prompt()
    event_type: str = "publish.requested"

    @property
    def declared(self) -> Declared:
        """What the event says of the content's origin; where its parts contradict each other, AI wins."""
        # Every digital source type that the contract takes is one of generated or composite AI content.
        if self.content.synthetic == "yes" or self.declaration.value == "ai" or self.content.digital_source_type:
            return "ai"
        if self.content.synthetic == "no" or self.declaration.value == "not_ai":
            return "human"
        return "unknown"


class ActivityEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that law regulates and that has no asset: a service changed, a complaint came in, an app was listed.

    `facts` is the event's whole data, what rules are judged on, and `digest` is what a replay of it has in common with
    it (`pipeline.events.identity.event_digest`).
    """

    uid: str
    reference: EventReference
    event_type: str
    facts: Mapping[str, object]
    digest: str


class Reviewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who reviewed, by a pseudonym that the operator can resolve, and as what."""

    id: str
    role: str | None = None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """How a person was known to be who it is, by the word of the program that took the act."""

    issuer: str
    at: str
    acr: str | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about an event.

    Attributes:
        uid: the review's own, as are `reference` and `digest`.
        event_uid: that of the event it is about.
        auth: how the person was known; None in version 1, where nobody says so.
        seen: the decision that was in force when the person looked; None in version 1.
        case: the appeal or complaint for which a decision is looked at again; None for what is held.
        categories, jurisdictions: of a verdict illegal, what kind of content it is, and whose law is cited.
    """

    uid: str
    reference: EventReference
    digest: str
    event_uid: str
    verdict: ReviewVerdict | Literal["illegal"]
    reviewer: Reviewer
    reason: str
    auth: Login | None = None
    seen: str | None = None
    case: str | None = None
    categories: tuple[HarmCategory, ...] = ()
    jurisdictions: tuple[str, ...] = ()


class ReviewAct(msgspec.Struct, frozen=True, kw_only=True):
    """What a person does about an event without deciding; `reason` is why, or the note.

    `uid`, `reference` and `digest` are the act's own, `event_uid` is that of the event it is about.
    """

    uid: str
    reference: EventReference
    digest: str
    event_uid: str
    act: Literal["claim", "unclaim", "note"]
    actor: Reviewer
    auth: Login
    seen: str
    reason: str


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is handed something that not everybody may see: content of an event, a part of the log, or a report.

    `uid` and `reference` are its own. `sha256` is of the bytes that are handed out; `filter` and `rows` say of an
    export which part of the log it has, and how much.
    """

    uid: str
    reference: EventReference
    act: AccessAct
    sha256: str
    actor: Reviewer
    auth: Login
    event_uid: str | None = None
    reason: str | None = None
    filter: str | None = None
    rows: int | None = None


class FiledDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that comes with an act about a case: its digest, where it is kept, what it is, and to whom it went."""

    sha256: str
    uri: str
    mime: str | None = None
    addressee: str | None = None


class CaseAct(msgspec.Struct, frozen=True, kw_only=True):
    """What a person does about a case, or somebody of the public, who has no `actor`, `auth`, `seen` and `reason`.

    Attributes:
        uid: the act's own, as are `reference` and `digest`.
        act: what is done, behind the kind of the case: `complaint.answered`.
        case: the operator's own number for the case.
        at: when it was done, if that is not when the event was.
        seen: the version of the case that the person looked at; 0 for one that the act opens.
        party: whose case it is, hashed as accounts are.
        seen_decision: the decision that the person looked at, where the act decides about an event again.
        alerts: those that the person looked at, by their `alert_id`, where the act is about alerts.
        facts: the event's whole data, of which cases keep what `pipeline.duties.case_steps` names.
    """

    uid: str
    reference: EventReference
    digest: str
    act: str
    case: str
    facts: Mapping[str, object]
    at: str | None = None
    actor: Reviewer | None = None
    auth: Login | None = None
    seen: int | None = None
    reason: str | None = None
    about: CaseSubject | None = None
    party: str | None = None
    channel: str | None = None
    jurisdictions: tuple[str, ...] = ()
    documents: tuple[FiledDocument, ...] = ()
    outcome: CaseOutcome | None = None
    seen_decision: str | None = None
    alerts: tuple[str, ...] = ()


InputEvent = GenerationEvent | PublicationEvent | ActivityEvent | Review | ReviewAct | CaseAct
