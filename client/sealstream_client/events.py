"""The events that producers send, and what they are made of.

Written by tools/make_client_events.py from the schemas. A field that is left out means unknown, never no. Times
are datetimes with a time zone, or RFC 3339.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

__all__ = [
    "ActivityContent",
    "ActivityEvent",
    "Actor",
    "App",
    "Appeal",
    "Complaint",
    "Consent",
    "Declaration",
    "Detection",
    "DutyReview",
    "Emergency",
    "Explicit",
    "ExplicitOrder",
    "GenerationContent",
    "GenerationEvent",
    "Implicit",
    "ImplicitAigc",
    "Incident",
    "Latent",
    "Licence",
    "Log",
    "ManagementDocument",
    "Model",
    "Notice",
    "Order",
    "Parent",
    "Prompt",
    "PublicationContent",
    "PublicationEvent",
    "Review",
    "Service",
    "ServiceDetector",
    "ServiceDocuments",
    "SidecarManifest",
    "SignedMeta",
    "Takedown",
    "Transform",
    "User",
    "UserIdentity",
    "Watermark",
]


class Parent(Struct, frozen=True, kw_only=True):
    """An asset that went into this one: its content id alone, or an object that also says where it is, so that it can
    be read and its credential checked.

    Attributes:
        id: The producer's own id of an asset, without control characters. It is the Kafka key of every message
            about that asset.
        mime: The media type of the parent.
        uri: The parent in an object store the pipeline may read. Needs `mime`, `sha256` and `size`.
        sha256: The digest of the parent's bytes.
        size: The length of the parent in bytes.
    """

    id: str
    mime: str | UnsetType = UNSET
    uri: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    size: int | UnsetType = UNSET


class GenerationContent(Struct, frozen=True, kw_only=True):
    """The asset the event is about, where its bytes are, and what the producer knows of it. Exactly one of `uri`,
    `text` and `base64` says where the bytes are.

    Attributes:
        id: The producer's own id of an asset, without control characters. It is the Kafka key of every message
            about that asset.
        mime: The media type of the bytes.
        operation: What the AI service did: made the asset, changed an existing one, or neither.
        uri: The asset in an object store the pipeline may read. Needs `sha256` and `size`, which the bytes found
            are checked against.
        text: The asset itself when it is text: its bytes are this string in UTF-8.
        base64: The asset itself when it is small: its bytes in Base64.
        sha256: The digest of the asset's bytes. With inline content it may be left out; given, it is checked.
        size: The length of the asset in bytes. With inline content it may be left out; given, it is checked.
        parents: The assets this one was made from. They become the ingredients of its manifest.
        digital_source_type: How the asset came to be, as the first action of its manifest says it. Left out, it
            follows from `operation`.
        media: The medium people meet. Left out, it follows from `mime`.
        containerised: The file format can carry metadata.
        width: The width in pixels.
        height: The height in pixels.
        duration_ms: The playing time in milliseconds.
        tokens: The length of a text in tokens of the model that wrote it.
        synthetic: AI made or changed the asset.
        ds_category: The deep synthesis technology used, by Deep Synthesis Provisions Art. 23: 1 text, 2 voice, 3
            other audio, 4 biometric features in image or video, 5 other image or video, 6 digital characters and
            virtual scenes; 0 none.
        art17_scenario: The scenario that calls for a prominent mark, by Deep Synthesis Provisions Art. 17: 1 text
            as if by a person, 2 voice, 3 faces and persons, 4 immersive scenes, 5 other services that markedly
            change content; 0 none of them.
        confusion_risk: The public may take the asset for something it is not (Deep Synthesis Provisions Art. 17). A
            person's judgement, never guessed by the pipeline.
        photoreal: It looks like a real person, place or event.
        deepfake: It is a deepfake as AI Act Art. 3(60) defines it. A person's judgement, never guessed by the
            pipeline.
        public_interest_text: It is text that informs the public on a matter of public interest (AI Act Art. 50(4)).
        editorial_responsible: Who answers for the text after human review (AI Act Art. 50(4)); null when nobody
            does.
        artistic: It belongs to an evidently artistic, creative, satirical or fictional work (AI Act Art. 50(4)).
        standard_edit: It was only edited in a standard way, and that is documented (the exclusion of AI Act Art.
            50(2) and of India's rules).
        biometric: The biometric features of people that were generated or edited (Deep Synthesis Provisions Art.
            14).
        subject_ids: The people shown or heard, by salted hashes; never names.
        is_news: It is presented as news (Deep Synthesis Provisions Art. 6).
        advertisement: It is an advertisement for a commercial purpose (N.Y. Gen. Bus. Law 396-b).
        synthetic_performer: A performer in it was made by AI to look human, and is no person who can be identified
            (N.Y. Gen. Bus. Law 396-b).
        expressive_work: It advertises an expressive work in which the performer is used in the same way (N.Y. Gen.
            Bus. Law 396-b).
        news_source_listed: The news comes from a licensed news source unit (Deep Synthesis Provisions Art. 6).
            Where `news_source` is given and news sources are listed on their topic, the list decides.
        news_source: The news source unit the news comes from, by its id on the topic of news sources.
        has_file: A file leaves the service's user interface: it is downloaded, copied or exported (Labeling
            Measures Art. 4).
    """

    id: str
    mime: str
    operation: Literal["generated", "edited", "none"]
    uri: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    parents: Sequence[str | Parent] | UnsetType = UNSET
    digital_source_type: (
        Literal[
            "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
            "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData",
        ]
        | UnsetType
    ) = UNSET
    media: Literal["text", "image", "audio", "video", "virtual_scene"] | UnsetType = UNSET
    containerised: bool | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    duration_ms: int | UnsetType = UNSET
    tokens: int | UnsetType = UNSET
    synthetic: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    ds_category: int | UnsetType = UNSET
    art17_scenario: int | UnsetType = UNSET
    confusion_risk: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    photoreal: bool | UnsetType = UNSET
    deepfake: bool | UnsetType = UNSET
    public_interest_text: bool | UnsetType = UNSET
    editorial_responsible: str | None | UnsetType = UNSET
    artistic: bool | UnsetType = UNSET
    standard_edit: bool | UnsetType = UNSET
    biometric: Sequence[Literal["face", "voice", "gesture", "other"]] | UnsetType = UNSET
    subject_ids: Sequence[str] | UnsetType = UNSET
    is_news: bool | UnsetType = UNSET
    advertisement: bool | UnsetType = UNSET
    synthetic_performer: bool | UnsetType = UNSET
    expressive_work: bool | UnsetType = UNSET
    news_source_listed: bool | UnsetType = UNSET
    news_source: str | UnsetType = UNSET
    has_file: bool | UnsetType = UNSET


class Model(Struct, frozen=True, kw_only=True):
    """The model that did the work, for the manifest's AI disclosure (C2PA 2.4, 18.28).

    Attributes:
        name: The model's name as people know it.
        version: The model's version.
        identifier: One identifier for the model, such as a package URL (pkg:...) or the URI of its model card.
        type: The kind of model, by a C2PA model type such as c2pa.types.model.pytorch or a dotted name of your own.
        human_oversight: How much a person had to do with it: nothing, the prompt, or an approval of the result.
    """

    name: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    identifier: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    human_oversight: Literal["fully_autonomous", "prompt_guided", "human_validated"] | UnsetType = UNSET


class Prompt(Struct, frozen=True, kw_only=True):
    """What the user asked the service for. It is matched against the feature database, and is in nothing that is stored
    or sent, but for a dead letter, which is the event as it came.

    Attributes:
        text: The prompt itself. The empty text means that there was none.
    """

    text: str | UnsetType = UNSET


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts in this event.

    Attributes:
        role: What the actor is in the eyes of the law.
        id: The actor by an id that is no personal data.
    """

    role: (
        Literal["provider", "technical_supporter", "user", "platform", "app_store", "deployer", "licensee"] | UnsetType
    ) = UNSET
    id: str | UnsetType = UNSET


class ServiceDetector(Struct, frozen=True, kw_only=True):
    """The provider's public means of detection (AI Act Art. 50(2), Cal. BPC 22757.2).

    Attributes:
        available: There is a public means of detection.
        free: Using it costs nothing.
        url_or_upload: It takes a file or the address of one.
        api: It can be called by programs.
        reports_basis: It says what its answer rests on: metadata, watermark or forensics.
    """

    available: bool | UnsetType = UNSET
    free: bool | UnsetType = UNSET
    url_or_upload: bool | UnsetType = UNSET
    api: bool | UnsetType = UNSET
    reports_basis: bool | UnsetType = UNSET


class ManagementDocument(Struct, frozen=True, kw_only=True):
    """Its management rules (Deep Synthesis Provisions Art. 8).

    Attributes:
        uri: Where it is published or kept: https://… or s3://…; it is never fetched.
        sha256: The digest of its bytes.
        published_at: Since when this version is published.
        reviewed_at: When it was last looked through, at the latest when this version was made.
    """

    uri: str
    sha256: str
    published_at: datetime | str | UnsetType = UNSET
    reviewed_at: datetime | str


class ServiceDocuments(Struct, frozen=True, kw_only=True):
    """The documents by which it is managed. Unknown members are ignored.

    Attributes:
        management_rules: Its management rules (Deep Synthesis Provisions Art. 8).
        platform_conventions: The conventions of its platform (Deep Synthesis Provisions Art. 8).
        service_agreement: Its service agreement (Deep Synthesis Provisions Art. 8).
        emergency_plan: What is done in an emergency (Deep Synthesis Provisions Art. 7).
        data_security_system: How data are kept secure (Deep Synthesis Provisions Art. 7).
        personal_information_system: How personal information is protected (Deep Synthesis Provisions Art. 7).
        anti_fraud_system: What is done against telecom and online fraud (Deep Synthesis Provisions Art. 7).
    """

    management_rules: ManagementDocument | UnsetType = UNSET
    platform_conventions: ManagementDocument | UnsetType = UNSET
    service_agreement: ManagementDocument | UnsetType = UNSET
    emergency_plan: ManagementDocument | UnsetType = UNSET
    data_security_system: ManagementDocument | UnsetType = UNSET
    personal_information_system: ManagementDocument | UnsetType = UNSET
    anti_fraud_system: ManagementDocument | UnsetType = UNSET


class DutyReview(Struct, frozen=True, kw_only=True):
    """What came of the review at mechanism_reviewed_at.

    Attributes:
        by: Who made it: an office, a body, or a pseudonym; never a name.
        outcome: What came of it; with anything but passed there is something to mend.
        sha256: The digest of its record.
        uri: Where that is kept.
        recorded_at: When the record was signed off: not before the review.
        mended_at: When all that it found was mended: not before the review.
    """

    by: str
    outcome: Literal["passed", "conditional", "failed"]
    sha256: str
    uri: str | UnsetType = UNSET
    recorded_at: datetime | str
    mended_at: datetime | str | UnsetType = UNSET


class Service(Struct, frozen=True, kw_only=True):
    """The AI service or platform the event comes from.

    Attributes:
        id: The service's id at its provider.
        provider_name: The provider's name.
        provider_code: The provider's code of 27 characters after TC260-PG-20252A; null when it has none.
        system_name: The name of the AI system (Cal. BPC 22757.3(b)).
        system_version: The version of the AI system (Cal. BPC 22757.3(b)).
        public_opinion: The service can shape public opinion or mobilise society (Deep Synthesis Provisions Art. 19,
            20).
        filing_no: The number of its algorithm filing (Deep Synthesis Provisions Art. 19); null when it has none.
        filing_displayed: The filing number is shown where users see it (Deep Synthesis Provisions Art. 19).
        security_assessment: The state of the security assessment (Deep Synthesis Provisions Art. 15, 20).
        biometric_tool: It is a tool that generates or edits faces, voices or other biometric features (Deep
            Synthesis Provisions Art. 15(1)).
        sensitive_scene_tool: It is a tool for objects or scenes that touch national security or the public interest
            (Deep Synthesis Provisions Art. 15(2)).
        label_function_offered: Users are offered a function that adds a prominent mark (Deep Synthesis Provisions
            Art. 17(2)).
        label_prompted: Users are told of that function (Deep Synthesis Provisions Art. 17(2)).
        monthly_users: Users in a month (Cal. BPC 22757.1).
        market_date: The day the system was first placed on the Union market (AI Act Art. 111(4)).
        suspended_by_order: An authority ordered the service to stop (Deep Synthesis Provisions Art. 21).
        ai_notice_shown: People are told, at or before their first interaction, that it is an AI (AI Act Art.
            50(1)).
        ai_obvious: That it is an AI is obvious, and that is documented (AI Act Art. 50(1)).
        detector: The provider's public means of detection (AI Act Art. 50(2), Cal. BPC 22757.2).
        manifest_option: Users may choose a visible disclosure that stays with the asset (Cal. BPC 22757.3(a)).
        ssmi: It is a significant social media intermediary under India's rules.
        anthropomorphic: It imitates a human personality for lasting emotional interaction (China, Order No. 21 of
            2026, Art. 2).
        virtual_relatives: It offers virtual relatives, partners or other intimate relationships (China, Order No.
            21 of 2026).
        break_reminder_minutes: After how many minutes without a break it reminds users to pause; 0: never (China,
            Order No. 21 of 2026).
        easy_exit: Users can leave easily (China, Order No. 21 of 2026).
        crisis_response: It notices users in danger, reassures them, and reaches a guardian or emergency contact
            (China, Order No. 21 of 2026, Art. 13).
        emotion_recognition: It recognises emotions of people by their biometric data (AI Act Art. 3(39), 50(3)).
        biometric_categorisation: It sorts people by their biometric data (AI Act Art. 3(40), 50(3)).
        exposure_notice_shown: The people exposed to emotion recognition or biometric categorisation are told of it
            (AI Act Art. 50(3)).
        crime_exemption: The law permits it to detect, prevent or investigate criminal offences (AI Act Art. 50(3)).
        provenance_disclosed: Its users are shown whether content has provenance data, which system or device made
            it, and whether it is signed (Cal. BPC 22757.3.1(a)(2)).
        provenance_inspectable: Its users can inspect all provenance data: in the interface, by download or through
            a link (Cal. BPC 22757.3.1(a)(3)).
        security_assessment_scope: Which services and models its last security assessment covered: each by its
            service.id, model.name or model.identifier. Left out, it covers the service as it is; given, it does not
            count for a service and a model that are not in it.
        offered_since: When it began to be offered, from which the time for its filing runs.
        security_assessed_at: When its security assessment was last done (Deep Synthesis Provisions Art. 15, 20).
        mechanism_reviewed_at: When the mechanism of its algorithms was last reviewed, assessed and verified (Deep
            Synthesis Provisions Art. 15).
        ethics_reviewed_at: When its last review of science and technology ethics was done (Deep Synthesis
            Provisions Art. 7).
        management_reviewed_at: When its management systems for data security, personal information and fraud were
            last reviewed (Deep Synthesis Provisions Art. 7).
        drilled_at: When emergency response was last drilled (Deep Synthesis Provisions Art. 7).
        rules_published_at: When its management rules, platform conventions and service agreement were last
            published (Deep Synthesis Provisions Art. 8).
        documents: The documents by which it is managed. Unknown members are ignored.
        mechanism_review: What came of the review at mechanism_reviewed_at.
        ethics_review: What came of the review at ethics_reviewed_at.
        filing_link: The link to the public information about its filing that is shown beside the number (Deep
            Synthesis Provisions Art. 19). It is compared, never followed.
        filing_link_checked_at: When somebody last looked where number and link are shown, and what the link leads
            to.
        filed_at: When its algorithm was filed (Deep Synthesis Provisions Art. 19).
        filing_changed_at: When something changed last that its filing says.
        filing_change_filed_at: When that change was filed.
        ended_at: When it ceased to be offered: its filing is cancelled then, and its periodic duties end.
        filing_cancelled_at: When its filing was cancelled.
    """

    id: str | UnsetType = UNSET
    provider_name: str | UnsetType = UNSET
    provider_code: str | None | UnsetType = UNSET
    system_name: str | UnsetType = UNSET
    system_version: str | UnsetType = UNSET
    public_opinion: bool | UnsetType = UNSET
    filing_no: str | None | UnsetType = UNSET
    filing_displayed: bool | UnsetType = UNSET
    security_assessment: Literal["done", "pending", "none", "not_required"] | UnsetType = UNSET
    biometric_tool: bool | UnsetType = UNSET
    sensitive_scene_tool: bool | UnsetType = UNSET
    label_function_offered: bool | UnsetType = UNSET
    label_prompted: bool | UnsetType = UNSET
    monthly_users: int | UnsetType = UNSET
    market_date: str | UnsetType = UNSET
    suspended_by_order: bool | UnsetType = UNSET
    ai_notice_shown: bool | UnsetType = UNSET
    ai_obvious: bool | UnsetType = UNSET
    detector: ServiceDetector | UnsetType = UNSET
    manifest_option: bool | UnsetType = UNSET
    ssmi: bool | UnsetType = UNSET
    anthropomorphic: bool | UnsetType = UNSET
    virtual_relatives: bool | UnsetType = UNSET
    break_reminder_minutes: int | UnsetType = UNSET
    easy_exit: bool | UnsetType = UNSET
    crisis_response: bool | UnsetType = UNSET
    emotion_recognition: bool | UnsetType = UNSET
    biometric_categorisation: bool | UnsetType = UNSET
    exposure_notice_shown: bool | UnsetType = UNSET
    crime_exemption: bool | UnsetType = UNSET
    provenance_disclosed: bool | UnsetType = UNSET
    provenance_inspectable: bool | UnsetType = UNSET
    security_assessment_scope: Sequence[str] | UnsetType = UNSET
    offered_since: datetime | str | UnsetType = UNSET
    security_assessed_at: datetime | str | UnsetType = UNSET
    mechanism_reviewed_at: datetime | str | UnsetType = UNSET
    ethics_reviewed_at: datetime | str | UnsetType = UNSET
    management_reviewed_at: datetime | str | UnsetType = UNSET
    drilled_at: datetime | str | UnsetType = UNSET
    rules_published_at: datetime | str | UnsetType = UNSET
    documents: ServiceDocuments | UnsetType = UNSET
    mechanism_review: DutyReview | UnsetType = UNSET
    ethics_review: DutyReview | UnsetType = UNSET
    filing_link: str | UnsetType = UNSET
    filing_link_checked_at: datetime | str | UnsetType = UNSET
    filed_at: datetime | str | UnsetType = UNSET
    filing_changed_at: datetime | str | UnsetType = UNSET
    filing_change_filed_at: datetime | str | UnsetType = UNSET
    ended_at: datetime | str | UnsetType = UNSET
    filing_cancelled_at: datetime | str | UnsetType = UNSET


class UserIdentity(Struct, frozen=True, kw_only=True):
    """The real-identity check (Deep Synthesis Provisions Art. 9).

    Attributes:
        status: What the check came to.
        method: How it was done.
    """

    status: Literal["verified", "unverified", "expired"] | UnsetType = UNSET
    method: Literal["mobile", "id_card", "uscc", "national_netid", "none"] | UnsetType = UNSET


class User(Struct, frozen=True, kw_only=True):
    """The user the content is made or published for.

    Attributes:
        id_hash: The user by a salted hash; never a name or an account number.
        is_minor: The user is known, or taken, to be a minor (China, Order No. 21 of 2026).
        identity: The real-identity check (Deep Synthesis Provisions Art. 9).
    """

    id_hash: str | UnsetType = UNSET
    is_minor: bool | UnsetType = UNSET
    identity: UserIdentity | UnsetType = UNSET


class Consent(Struct, frozen=True, kw_only=True):
    """The consent of the people whose face or voice was edited (Deep Synthesis Provisions Art. 14).

    Attributes:
        status: Where the consent stands.
        separate: It was given separately, for this purpose.
        prompted: The service told its user to inform the edited person and obtain consent.
        ref: Where the evidence is kept; never the evidence itself.
    """

    status: Literal["granted", "missing", "revoked", "unknown", "not_needed"] | UnsetType = UNSET
    separate: bool | UnsetType = UNSET
    prompted: bool | UnsetType = UNSET
    ref: str | UnsetType = UNSET


class Explicit(Struct, frozen=True, kw_only=True):
    """The explicit label: what a person sees or hears (Labeling Measures Art. 3, 4; GB 45438-2025 cl. 5, 6).

    Attributes:
        present: There is an explicit label.
        kind: The form it takes.
        icon: Which of the icons of the European Union it shows: AI generated, AI modified, or AI alone (Code of
            Practice on Transparency of AI-Generated Content, annex).
        text: The words it uses.
        has_ai_token: The wording names AI: 人工智能 or AI.
        has_gen_token: The wording says generated or synthesised: 生成 or 合成.
        position: Where it is.
        at_start: It is there at the start or on the first frame.
        height_ratio: The height of its text over the shortest side of the picture.
        visible_ms: How long it can be seen, in milliseconds at normal speed.
        waived_on_request: The user asked for content without it and took on the duties that follow (Labeling
            Measures Art. 9).
    """

    present: bool | UnsetType = UNSET
    kind: Literal["text", "corner", "voice", "rhythm", "ui", "icon"] | UnsetType = UNSET
    icon: Literal["generated", "modified", "ai"] | UnsetType = UNSET
    text: str | UnsetType = UNSET
    has_ai_token: bool | UnsetType = UNSET
    has_gen_token: bool | UnsetType = UNSET
    position: Literal["start", "end", "middle", "edge_corner", "around_player", "ui_persistent"] | UnsetType = UNSET
    at_start: bool | UnsetType = UNSET
    height_ratio: float | UnsetType = UNSET
    visible_ms: int | UnsetType = UNSET
    waived_on_request: bool | UnsetType = UNSET


class ExplicitOrder(Struct, frozen=True, kw_only=True):
    """The explicit label that is to be put on the asset before it is sealed: words that people see (image, video, text,
    PDF, DOCX) or a rhythm that they hear (audio). Left out, none is put there.

    Attributes:
        language: The language of the words, such as AI生成 or AI-generated.
        corner: Where in a picture or video, as it is shown.
        place: Where in a text.
        seconds: How long a video shows it, from the first frame on (GB 45438-2025: two seconds at least). Left out,
            all the time.
    """

    language: Literal["zh", "en", "ko", "ja", "hi", "es", "fr", "de"] | UnsetType = UNSET
    corner: Literal["bottom-right", "bottom-left", "top-right", "top-left"] | UnsetType = UNSET
    place: Literal["start", "end", "both"] | UnsetType = UNSET
    seconds: float | UnsetType = UNSET


class ImplicitAigc(Struct, frozen=True, kw_only=True):
    """The label itself, with the member names of GB 45438-2025 App. E.

    Attributes:
        Label: 1 it is AI-generated, 2 it may be, 3 it is suspected to be.
        ContentProducer: The provider that generated it, by name or code.
        ProduceID: The producer's number of the content.
        ReservedCode1: The producer's own integrity protection; may be empty.
        ContentPropagator: The platform that spread it, by name or code.
        PropagateID: The propagator's number of the content.
        ReservedCode2: The propagator's own integrity protection; may be empty.
    """

    Label: str | UnsetType = UNSET
    ContentProducer: str | UnsetType = UNSET
    ProduceID: str | UnsetType = UNSET
    ReservedCode1: str | UnsetType = UNSET
    ContentPropagator: str | UnsetType = UNSET
    PropagateID: str | UnsetType = UNSET
    ReservedCode2: str | UnsetType = UNSET


class Implicit(Struct, frozen=True, kw_only=True):
    """The implicit label: what the file's metadata says (Labeling Measures Art. 5; GB 45438-2025 cl. 6.1, App. E).

    Attributes:
        present: There is an implicit label.
        readback_ok: It was read back from the final bytes.
        count: How many the file holds; one is right.
        carrier: Where the file holds it, such as xmp, moov.udta.meta, id3.TXXX, riff.AIGC, ooxml.custom, pdf.info
            or md.frontmatter.
        schema_ok: It has the seven members, all strings, a Label of 1, 2 or 3, and only allowed characters (GB
            45438-2025 App. E).
        code_ok: The provider is named by a code of 27 characters whose check digit is right (GB 32100), or by its
            plain name.
        first_write: This label was written first by this service, not carried over.
        aigc: The label itself, with the member names of GB 45438-2025 App. E.
    """

    present: bool | UnsetType = UNSET
    readback_ok: bool | UnsetType = UNSET
    count: int | UnsetType = UNSET
    carrier: str | UnsetType = UNSET
    schema_ok: bool | UnsetType = UNSET
    code_ok: bool | UnsetType = UNSET
    first_write: bool | UnsetType = UNSET
    aigc: ImplicitAigc | UnsetType = UNSET


class SignedMeta(Struct, frozen=True, kw_only=True):
    """Signed metadata such as a C2PA manifest, as the producer knows it. What the pipeline reads itself takes
    precedence.

    Attributes:
        present: There is some, such as a C2PA manifest.
        valid: It validates without an error.
        timestamped: It carries a trusted time stamp.
        ai_asserted: The active manifest itself says that AI made or changed the asset.
    """

    present: bool | UnsetType = UNSET
    valid: bool | UnsetType = UNSET
    timestamped: bool | UnsetType = UNSET
    ai_asserted: bool | UnsetType = UNSET


class Watermark(Struct, frozen=True, kw_only=True):
    """A watermark people do not notice (AI Act Art. 50(2); Code of Practice M1.1.2).

    Attributes:
        present: There is a watermark.
        detector_ok: The detector finds it in the final bytes.
        payload_id: What the watermark says, by id.
    """

    present: bool | UnsetType = UNSET
    detector_ok: bool | UnsetType = UNSET
    payload_id: str | UnsetType = UNSET


class Latent(Struct, frozen=True, kw_only=True):
    """The latent disclosure (Cal. BPC 22757.3(b)).

    Attributes:
        provider_name: The provider it names.
        system_name: The system it names.
        system_version: The system version it names.
        created_at: The time of creation or change it states.
        unique_id: The identifier it gives the content.
        permanent_url: A permanent address that says all this instead; null when there is none.
    """

    provider_name: str | UnsetType = UNSET
    system_name: str | UnsetType = UNSET
    system_version: str | UnsetType = UNSET
    created_at: datetime | str | UnsetType = UNSET
    unique_id: str | UnsetType = UNSET
    permanent_url: str | None | UnsetType = UNSET


class Detection(Struct, frozen=True, kw_only=True):
    """What a detector said of the asset (Labeling Measures Art. 6).

    Attributes:
        verdict: AI-generated for certain, possibly, by suspicion, not, or the detector failed.
        basis: What the verdict rests on.
        score: The detector's own confidence.
        tool: The detector, as name@version.
    """

    verdict: Literal["confirmed", "possible", "suspected", "none", "error"] | UnsetType = UNSET
    basis: (
        Sequence[Literal["metadata", "declaration", "explicit_label", "watermark", "fingerprint", "forensic"]]
        | UnsetType
    ) = UNSET
    score: float | UnsetType = UNSET
    tool: str | UnsetType = UNSET


class Declaration(Struct, frozen=True, kw_only=True):
    """What the user says of the asset (Labeling Measures Art. 6(2), 10).

    Attributes:
        made: The user said something.
        value: What the user said.
    """

    made: bool | UnsetType = UNSET
    value: Literal["ai", "not_ai", "unknown"] | UnsetType = UNSET


class Notice(Struct, frozen=True, kw_only=True):
    """The notice a platform shows beside the asset (Labeling Measures Art. 6).

    Attributes:
        shown: Which notice is shown.
        provenance: People are shown beside the asset that it has provenance data, and can inspect it (Cal. BPC
            22757.3.1(a)).
    """

    shown: Literal["none", "confirmed", "possible", "suspected"] | UnsetType = UNSET
    provenance: bool | UnsetType = UNSET


class Transform(Struct, frozen=True, kw_only=True):
    """What an edit, conversion or upload did to the marks (Deep Synthesis Provisions Art. 18; Labeling Measures Art.
    10).

    Attributes:
        markings_before: The marks the asset carried before.
        lost: How many fewer marks there are after it than before, counted after re-marking.
        intent: Why it was done.
    """

    markings_before: Sequence[str] | UnsetType = UNSET
    lost: int | UnsetType = UNSET
    intent: Literal["routine", "requested_removal", "unknown"] | UnsetType = UNSET


class Review(Struct, frozen=True, kw_only=True):
    """The review of inputs and outputs (Deep Synthesis Provisions Art. 10).

    Attributes:
        input_checked: What the user put in was reviewed.
        output_checked: What came out was reviewed.
        mode: Who did the reviewing.
        verdict: What the review came to.
        categories: What the review found, where law names it: images of sexual abuse of children (csam), intimate
            images of a person without consent (ncii), or something else.
        feature_db_version: The version of the feature database used.
    """

    input_checked: bool | UnsetType = UNSET
    output_checked: bool | UnsetType = UNSET
    mode: Literal["auto", "human", "both"] | UnsetType = UNSET
    verdict: Literal["ok", "illegal", "harmful", "rumour", "pending"] | UnsetType = UNSET
    categories: Sequence[Literal["csam", "ncii", "other"]] | UnsetType = UNSET
    feature_db_version: str | UnsetType = UNSET


class Incident(Struct, frozen=True, kw_only=True):
    """What was done about illegal or harmful content and rumours (Deep Synthesis Provisions Art. 10, 11).

    Attributes:
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        kind: What it is about: illegal or harmful content, a rumour, network security, or something else.
        found_at: When it was found; null when nobody knows.
        disposed_at: When it was disposed of: stopped, removed, refused; null when it was not.
        user_action: What was done to the account.
        reported_at: When it was reported to the authority; null when it was not.
        refuted_at: When the rumour was refuted; null when it was not.
        record_ref: Where the record of it is kept; null when there is none.
        age_hours: How long it has been known, in hours.
    """

    id: str | UnsetType = UNSET
    kind: Literal["illegal", "harmful", "rumour", "security", "other"] | UnsetType = UNSET
    found_at: datetime | str | None | UnsetType = UNSET
    disposed_at: datetime | str | None | UnsetType = UNSET
    user_action: Literal["none", "warn", "restrict", "suspend", "close"] | UnsetType = UNSET
    reported_at: datetime | str | None | UnsetType = UNSET
    refuted_at: datetime | str | None | UnsetType = UNSET
    record_ref: str | None | UnsetType = UNSET
    age_hours: float | UnsetType = UNSET


class Complaint(Struct, frozen=True, kw_only=True):
    """A complaint or appeal (Deep Synthesis Provisions Art. 12).

    Attributes:
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        urgent: It is about content that the law wants removed faster (India, rule 3(2)(a)(i), proviso).
        received_at: When it came in.
        acknowledged_at: When its receipt was confirmed; null when it was not.
        asked_back_at: When the complainant was asked for something without which there is no answer; null when not.
        replied_at: When the complainant replied to that; null when not.
        due_at: Until when it has to be answered by the time limit that the operator published.
        answered_at: When it was answered with a result; null when it was not.
        overdue: The published time limit has passed. Send the dates instead: then the clock says it.
    """

    id: str | UnsetType = UNSET
    urgent: bool | UnsetType = UNSET
    received_at: datetime | str | None | UnsetType = UNSET
    acknowledged_at: datetime | str | None | UnsetType = UNSET
    asked_back_at: datetime | str | None | UnsetType = UNSET
    replied_at: datetime | str | None | UnsetType = UNSET
    due_at: datetime | str | None | UnsetType = UNSET
    answered_at: datetime | str | None | UnsetType = UNSET
    overdue: bool | UnsetType = UNSET


class Takedown(Struct, frozen=True, kw_only=True):
    """A demand to take content down (India's rules).

    Attributes:
        kind: An order of a court or authority, intimate images without consent, or another.
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        received_at: When the demand came in.
        done_at: When the content was taken down; null when it was not.
        reasons_told_at: When the person whose content it is was told the reasons (Regulation (EU) 2022/2065, Art.
            17); null when that was not done.
        reasons_submitted_at: When the statement of reasons was submitted to the database of the European Commission
            (Regulation (EU) 2022/2065, Art. 24(5)); null when that was not done.
        reasons_due_at: Until when it is to be submitted there by the platform's own limit, as the law writes
            "without undue delay".
        elapsed_hours: Hours from the demand until now or until it was met. Send the dates instead: then the clock
            says it.
    """

    kind: Literal["order", "ncii", "other"] | UnsetType = UNSET
    id: str | UnsetType = UNSET
    received_at: datetime | str | None | UnsetType = UNSET
    done_at: datetime | str | None | UnsetType = UNSET
    reasons_told_at: datetime | str | None | UnsetType = UNSET
    reasons_submitted_at: datetime | str | None | UnsetType = UNSET
    reasons_due_at: datetime | str | None | UnsetType = UNSET
    elapsed_hours: float | UnsetType = UNSET


class Order(Struct, frozen=True, kw_only=True):
    """An order of an authority or a court to the operator.

    Attributes:
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        kind: What it demands: that updates, registration of users or the service stop, that something is mended,
            that a report is made, that an inspection is supported, or something else.
        received_at: When it came in.
        due_at: Until when it has to be carried out, as the order says; null where it does not.
        done_at: When it was carried out; null when it was not.
        contested_at: When it was contested; null when it was not.
    """

    id: str | UnsetType = UNSET
    kind: (
        Literal["suspend-updates", "suspend-registration", "suspend-service", "rectify", "report", "inspect", "other"]
        | UnsetType
    ) = UNSET
    received_at: datetime | str | None | UnsetType = UNSET
    due_at: datetime | str | None | UnsetType = UNSET
    done_at: datetime | str | None | UnsetType = UNSET
    contested_at: datetime | str | None | UnsetType = UNSET


class Appeal(Struct, frozen=True, kw_only=True):
    """An appeal against a decision.

    Attributes:
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        received_at: When it came in.
        due_at: Until when it has to be decided by the time limit that the operator published.
        decided_at: When it was decided; null when it was not.
    """

    id: str | UnsetType = UNSET
    received_at: datetime | str | None | UnsetType = UNSET
    due_at: datetime | str | None | UnsetType = UNSET
    decided_at: datetime | str | None | UnsetType = UNSET


class Emergency(Struct, frozen=True, kw_only=True):
    """An emergency at a service.

    Attributes:
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        found_at: When it was found; null when nobody knows.
        reported_at: When it was reported to the authority; null when it was not.
        ended_at: When it was over; null when it is not.
    """

    id: str | UnsetType = UNSET
    found_at: datetime | str | None | UnsetType = UNSET
    reported_at: datetime | str | None | UnsetType = UNSET
    ended_at: datetime | str | None | UnsetType = UNSET


class App(Struct, frozen=True, kw_only=True):
    """An app submitted to an app store (Deep Synthesis Provisions Art. 13; Labeling Measures Art. 7).

    Attributes:
        id: The app, by the id of its item in the inventory: what that says of its assessment and filing wins.
        ai_declared: The developer says that it generates content with AI.
        label_material_checked: The store checked its labeling material.
        assessment_checked: The store checked its security assessment.
        filing_checked: The store checked its filing.
        discloses_provenance: The AI system that it offers puts the disclosures of Cal. BPC 22757.3 into what it
            makes (22757.3.2).
    """

    id: str | UnsetType = UNSET
    ai_declared: bool | UnsetType = UNSET
    label_material_checked: bool | UnsetType = UNSET
    assessment_checked: bool | UnsetType = UNSET
    filing_checked: bool | UnsetType = UNSET
    discloses_provenance: bool | UnsetType = UNSET


class Licence(Struct, frozen=True, kw_only=True):
    """A licensee's use of the system (Cal. BPC 22757.3(c)).

    Attributes:
        licensee_broke_latent: The licensee removed the system's ability to include a latent disclosure.
        id: Which case: the operator's own number for it, one for each of its kind. Without it, nothing that is sent
            later is about the same case.
        known_at: When the provider came to know that the licensee broke its duty; null when it does not.
        revoked_at: When the licence was revoked; null when it was not.
        hours_since_known: Hours since the provider knew. Send the dates instead: then the clock says it.
        revoked: The licence was revoked.
    """

    licensee_broke_latent: bool | UnsetType = UNSET
    id: str | UnsetType = UNSET
    known_at: datetime | str | None | UnsetType = UNSET
    revoked_at: datetime | str | None | UnsetType = UNSET
    hours_since_known: float | UnsetType = UNSET
    revoked: bool | UnsetType = UNSET


class Log(Struct, frozen=True, kw_only=True):
    """The logs kept about the asset (Deep Synthesis Provisions Art. 16; Labeling Measures Art. 9).

    Attributes:
        present: Logs are kept.
        retain_days: For how many days they are kept at least.
        recipient_recorded: Who received the content without an explicit label is recorded.
        agreement_ref: The agreement in which the user took on the duties; null when there is none.
    """

    present: bool | UnsetType = UNSET
    retain_days: int | UnsetType = UNSET
    recipient_recorded: bool | UnsetType = UNSET
    agreement_ref: str | None | UnsetType = UNSET


class GenerationEvent(Struct, frozen=True, kw_only=True):
    """Data of a CloudEvent of type sealstream.generation.v1: an AI service made or edited an asset, and wants it
    sealed. Unknown members are ignored; a member left out means unknown.

    Attributes:
        event_type: What happened: the asset was made, left the service as a file, or was changed.
        content: The asset the event is about, where its bytes are, and what the producer knows of it. Exactly one
            of `uri`, `text` and `base64` says where the bytes are.
        model: The model that did the work, for the manifest's AI disclosure (C2PA 2.4, 18.28).
        prompt: What the user asked the service for. It is matched against the feature database, and is in nothing
            that is stored or sent, but for a dead letter, which is the event as it came.
        jurisdictions: Where the service is offered or the audience is, which decides which law packs apply: codes
            of ISO 3166-1 and ISO 3166-2 such as DE or US-CA, EU for the European Union, * for everywhere. What is
            no such place is taken, and found.
        actor: Who acts in this event.
        service: The AI service or platform the event comes from.
        user: The user the content is made or published for.
        consent: The consent of the people whose face or voice was edited (Deep Synthesis Provisions Art. 14).
        explicit: The explicit label: what a person sees or hears (Labeling Measures Art. 3, 4; GB 45438-2025 cl. 5,
            6).
        explicit_order: The explicit label that is to be put on the asset before it is sealed: words that people see
            (image, video, text, PDF, DOCX) or a rhythm that they hear (audio). Left out, none is put there.
        implicit: The implicit label: what the file's metadata says (Labeling Measures Art. 5; GB 45438-2025 cl.
            6.1, App. E).
        signed_meta: Signed metadata such as a C2PA manifest, as the producer knows it. What the pipeline reads
            itself takes precedence.
        watermark: A watermark people do not notice (AI Act Art. 50(2); Code of Practice M1.1.2).
        latent: The latent disclosure (Cal. BPC 22757.3(b)).
        detection: What a detector said of the asset (Labeling Measures Art. 6).
        declaration: What the user says of the asset (Labeling Measures Art. 6(2), 10).
        notice: The notice a platform shows beside the asset (Labeling Measures Art. 6).
        transform: What an edit, conversion or upload did to the marks (Deep Synthesis Provisions Art. 18; Labeling
            Measures Art. 10).
        review: The review of inputs and outputs (Deep Synthesis Provisions Art. 10).
        incident: What was done about illegal or harmful content and rumours (Deep Synthesis Provisions Art. 10,
            11).
        complaint: A complaint or appeal (Deep Synthesis Provisions Art. 12).
        takedown: A demand to take content down (India's rules).
        order: An order of an authority or a court to the operator.
        appeal: An appeal against a decision.
        emergency: An emergency at a service.
        app: An app submitted to an app store (Deep Synthesis Provisions Art. 13; Labeling Measures Art. 7).
        licence: A licensee's use of the system (Cal. BPC 22757.3(c)).
        log: The logs kept about the asset (Deep Synthesis Provisions Art. 16; Labeling Measures Art. 9).
    """

    event_type: Literal["generation.completed", "export.completed", "transform.completed"] | UnsetType = UNSET
    content: GenerationContent
    model: Model | UnsetType = UNSET
    prompt: Prompt | UnsetType = UNSET
    jurisdictions: Sequence[str] | UnsetType = UNSET
    actor: Actor | UnsetType = UNSET
    service: Service | UnsetType = UNSET
    user: User | UnsetType = UNSET
    consent: Consent | UnsetType = UNSET
    explicit: Explicit | UnsetType = UNSET
    explicit_order: ExplicitOrder | UnsetType = UNSET
    implicit: Implicit | UnsetType = UNSET
    signed_meta: SignedMeta | UnsetType = UNSET
    watermark: Watermark | UnsetType = UNSET
    latent: Latent | UnsetType = UNSET
    detection: Detection | UnsetType = UNSET
    declaration: Declaration | UnsetType = UNSET
    notice: Notice | UnsetType = UNSET
    transform: Transform | UnsetType = UNSET
    review: Review | UnsetType = UNSET
    incident: Incident | UnsetType = UNSET
    complaint: Complaint | UnsetType = UNSET
    takedown: Takedown | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    appeal: Appeal | UnsetType = UNSET
    emergency: Emergency | UnsetType = UNSET
    app: App | UnsetType = UNSET
    licence: Licence | UnsetType = UNSET
    log: Log | UnsetType = UNSET


class SidecarManifest(Struct, frozen=True, kw_only=True):
    """A C2PA manifest that travels beside the asset: `base64`, or `uri` with `sha256` and `size`.

    Attributes:
        base64: The manifest itself.
        uri: The manifest in an object store the pipeline may read. Needs `sha256` and `size`.
        sha256: The digest of the manifest.
        size: The length of the manifest in bytes.
    """

    base64: str | UnsetType = UNSET
    uri: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    size: int | UnsetType = UNSET


class PublicationContent(Struct, frozen=True, kw_only=True):
    """The asset the event is about, where its bytes are, and what the producer knows of it. Exactly one of `uri`,
    `text` and `base64` says where the bytes are.

    Attributes:
        id: The producer's own id of an asset, without control characters. It is the Kafka key of every message
            about that asset.
        mime: The media type of the bytes.
        operation: What the AI service did: made the asset, changed an existing one, or neither.
        uri: The asset in an object store the pipeline may read. Needs `sha256` and `size`, which the bytes found
            are checked against.
        text: The asset itself when it is text: its bytes are this string in UTF-8.
        base64: The asset itself when it is small: its bytes in Base64.
        sha256: The digest of the asset's bytes. With inline content it may be left out; given, it is checked.
        size: The length of the asset in bytes. With inline content it may be left out; given, it is checked.
        parents: The assets this one was made from. They become the ingredients of its manifest.
        digital_source_type: How the asset came to be, as the first action of its manifest says it. Left out, it
            follows from `operation`.
        media: The medium people meet. Left out, it follows from `mime`.
        containerised: The file format can carry metadata.
        width: The width in pixels.
        height: The height in pixels.
        duration_ms: The playing time in milliseconds.
        tokens: The length of a text in tokens of the model that wrote it.
        synthetic: AI made or changed the asset.
        ds_category: The deep synthesis technology used, by Deep Synthesis Provisions Art. 23: 1 text, 2 voice, 3
            other audio, 4 biometric features in image or video, 5 other image or video, 6 digital characters and
            virtual scenes; 0 none.
        art17_scenario: The scenario that calls for a prominent mark, by Deep Synthesis Provisions Art. 17: 1 text
            as if by a person, 2 voice, 3 faces and persons, 4 immersive scenes, 5 other services that markedly
            change content; 0 none of them.
        confusion_risk: The public may take the asset for something it is not (Deep Synthesis Provisions Art. 17). A
            person's judgement, never guessed by the pipeline.
        photoreal: It looks like a real person, place or event.
        deepfake: It is a deepfake as AI Act Art. 3(60) defines it. A person's judgement, never guessed by the
            pipeline.
        public_interest_text: It is text that informs the public on a matter of public interest (AI Act Art. 50(4)).
        editorial_responsible: Who answers for the text after human review (AI Act Art. 50(4)); null when nobody
            does.
        artistic: It belongs to an evidently artistic, creative, satirical or fictional work (AI Act Art. 50(4)).
        standard_edit: It was only edited in a standard way, and that is documented (the exclusion of AI Act Art.
            50(2) and of India's rules).
        biometric: The biometric features of people that were generated or edited (Deep Synthesis Provisions Art.
            14).
        subject_ids: The people shown or heard, by salted hashes; never names.
        is_news: It is presented as news (Deep Synthesis Provisions Art. 6).
        advertisement: It is an advertisement for a commercial purpose (N.Y. Gen. Bus. Law 396-b).
        synthetic_performer: A performer in it was made by AI to look human, and is no person who can be identified
            (N.Y. Gen. Bus. Law 396-b).
        expressive_work: It advertises an expressive work in which the performer is used in the same way (N.Y. Gen.
            Bus. Law 396-b).
        news_source_listed: The news comes from a licensed news source unit (Deep Synthesis Provisions Art. 6).
            Where `news_source` is given and news sources are listed on their topic, the list decides.
        news_source: The news source unit the news comes from, by its id on the topic of news sources.
        has_file: A file leaves the service's user interface: it is downloaded, copied or exported (Labeling
            Measures Art. 4).
        manifest: A C2PA manifest that travels beside the asset: `base64`, or `uri` with `sha256` and `size`.
    """

    id: str
    mime: str
    operation: Literal["generated", "edited", "none"] | UnsetType = UNSET
    uri: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    size: int | UnsetType = UNSET
    parents: Sequence[str | Parent] | UnsetType = UNSET
    digital_source_type: (
        Literal[
            "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
            "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData",
        ]
        | UnsetType
    ) = UNSET
    media: Literal["text", "image", "audio", "video", "virtual_scene"] | UnsetType = UNSET
    containerised: bool | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    duration_ms: int | UnsetType = UNSET
    tokens: int | UnsetType = UNSET
    synthetic: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    ds_category: int | UnsetType = UNSET
    art17_scenario: int | UnsetType = UNSET
    confusion_risk: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    photoreal: bool | UnsetType = UNSET
    deepfake: bool | UnsetType = UNSET
    public_interest_text: bool | UnsetType = UNSET
    editorial_responsible: str | None | UnsetType = UNSET
    artistic: bool | UnsetType = UNSET
    standard_edit: bool | UnsetType = UNSET
    biometric: Sequence[Literal["face", "voice", "gesture", "other"]] | UnsetType = UNSET
    subject_ids: Sequence[str] | UnsetType = UNSET
    is_news: bool | UnsetType = UNSET
    advertisement: bool | UnsetType = UNSET
    synthetic_performer: bool | UnsetType = UNSET
    expressive_work: bool | UnsetType = UNSET
    news_source_listed: bool | UnsetType = UNSET
    news_source: str | UnsetType = UNSET
    has_file: bool | UnsetType = UNSET
    manifest: SidecarManifest | UnsetType = UNSET


class PublicationEvent(Struct, frozen=True, kw_only=True):
    """Data of a CloudEvent of type sealstream.publication.v1: an asset is about to be published, or was seen published,
    and a decision is wanted. Unknown members are ignored; a member left out means unknown.

    Attributes:
        event_type: What happened: a user wants to publish the asset, wants to repost it, or a platform took it in.
        content: The asset the event is about, where its bytes are, and what the producer knows of it. Exactly one
            of `uri`, `text` and `base64` says where the bytes are.
        model: The model that did the work, for the manifest's AI disclosure (C2PA 2.4, 18.28).
        prompt: What the user asked the service for. It is matched against the feature database, and is in nothing
            that is stored or sent, but for a dead letter, which is the event as it came.
        jurisdictions: Where the service is offered or the audience is, which decides which law packs apply: codes
            of ISO 3166-1 and ISO 3166-2 such as DE or US-CA, EU for the European Union, * for everywhere. What is
            no such place is taken, and found.
        actor: Who acts in this event.
        service: The AI service or platform the event comes from.
        user: The user the content is made or published for.
        consent: The consent of the people whose face or voice was edited (Deep Synthesis Provisions Art. 14).
        explicit: The explicit label: what a person sees or hears (Labeling Measures Art. 3, 4; GB 45438-2025 cl. 5,
            6).
        implicit: The implicit label: what the file's metadata says (Labeling Measures Art. 5; GB 45438-2025 cl.
            6.1, App. E).
        signed_meta: Signed metadata such as a C2PA manifest, as the producer knows it. What the pipeline reads
            itself takes precedence.
        watermark: A watermark people do not notice (AI Act Art. 50(2); Code of Practice M1.1.2).
        latent: The latent disclosure (Cal. BPC 22757.3(b)).
        detection: What a detector said of the asset (Labeling Measures Art. 6).
        declaration: What the user says of the asset (Labeling Measures Art. 6(2), 10).
        notice: The notice a platform shows beside the asset (Labeling Measures Art. 6).
        transform: What an edit, conversion or upload did to the marks (Deep Synthesis Provisions Art. 18; Labeling
            Measures Art. 10).
        review: The review of inputs and outputs (Deep Synthesis Provisions Art. 10).
        incident: What was done about illegal or harmful content and rumours (Deep Synthesis Provisions Art. 10,
            11).
        complaint: A complaint or appeal (Deep Synthesis Provisions Art. 12).
        takedown: A demand to take content down (India's rules).
        order: An order of an authority or a court to the operator.
        appeal: An appeal against a decision.
        emergency: An emergency at a service.
        app: An app submitted to an app store (Deep Synthesis Provisions Art. 13; Labeling Measures Art. 7).
        licence: A licensee's use of the system (Cal. BPC 22757.3(c)).
        log: The logs kept about the asset (Deep Synthesis Provisions Art. 16; Labeling Measures Art. 9).
    """

    event_type: Literal["publish.requested", "repost.requested", "ingest.completed"] | UnsetType = UNSET
    content: PublicationContent
    model: Model | UnsetType = UNSET
    prompt: Prompt | UnsetType = UNSET
    jurisdictions: Sequence[str] | UnsetType = UNSET
    actor: Actor | UnsetType = UNSET
    service: Service | UnsetType = UNSET
    user: User | UnsetType = UNSET
    consent: Consent | UnsetType = UNSET
    explicit: Explicit | UnsetType = UNSET
    implicit: Implicit | UnsetType = UNSET
    signed_meta: SignedMeta | UnsetType = UNSET
    watermark: Watermark | UnsetType = UNSET
    latent: Latent | UnsetType = UNSET
    detection: Detection | UnsetType = UNSET
    declaration: Declaration | UnsetType = UNSET
    notice: Notice | UnsetType = UNSET
    transform: Transform | UnsetType = UNSET
    review: Review | UnsetType = UNSET
    incident: Incident | UnsetType = UNSET
    complaint: Complaint | UnsetType = UNSET
    takedown: Takedown | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    appeal: Appeal | UnsetType = UNSET
    emergency: Emergency | UnsetType = UNSET
    app: App | UnsetType = UNSET
    licence: Licence | UnsetType = UNSET
    log: Log | UnsetType = UNSET


class ActivityContent(Struct, frozen=True, kw_only=True):
    """The asset an activity is about, where it is about one: what is known of it, never its bytes.

    Attributes:
        id: The producer's own id of an asset, without control characters. It is the Kafka key of every message
            about that asset.
        mime: The media type of the asset.
        sha256: The digest of the asset's bytes, as far as known; they are not looked at.
        operation: What the AI service did: made the asset, changed an existing one, or neither.
        digital_source_type: How the asset came to be, as the first action of its manifest says it. Left out, it
            follows from `operation`.
        media: The medium people meet. Left out, it follows from `mime`.
        containerised: The file format can carry metadata.
        width: The width in pixels.
        height: The height in pixels.
        duration_ms: The playing time in milliseconds.
        tokens: The length of a text in tokens of the model that wrote it.
        synthetic: AI made or changed the asset.
        ds_category: The deep synthesis technology used, by Deep Synthesis Provisions Art. 23: 1 text, 2 voice, 3
            other audio, 4 biometric features in image or video, 5 other image or video, 6 digital characters and
            virtual scenes; 0 none.
        art17_scenario: The scenario that calls for a prominent mark, by Deep Synthesis Provisions Art. 17: 1 text
            as if by a person, 2 voice, 3 faces and persons, 4 immersive scenes, 5 other services that markedly
            change content; 0 none of them.
        confusion_risk: The public may take the asset for something it is not (Deep Synthesis Provisions Art. 17). A
            person's judgement, never guessed by the pipeline.
        photoreal: It looks like a real person, place or event.
        deepfake: It is a deepfake as AI Act Art. 3(60) defines it. A person's judgement, never guessed by the
            pipeline.
        public_interest_text: It is text that informs the public on a matter of public interest (AI Act Art. 50(4)).
        editorial_responsible: Who answers for the text after human review (AI Act Art. 50(4)); null when nobody
            does.
        artistic: It belongs to an evidently artistic, creative, satirical or fictional work (AI Act Art. 50(4)).
        standard_edit: It was only edited in a standard way, and that is documented (the exclusion of AI Act Art.
            50(2) and of India's rules).
        biometric: The biometric features of people that were generated or edited (Deep Synthesis Provisions Art.
            14).
        subject_ids: The people shown or heard, by salted hashes; never names.
        is_news: It is presented as news (Deep Synthesis Provisions Art. 6).
        advertisement: It is an advertisement for a commercial purpose (N.Y. Gen. Bus. Law 396-b).
        synthetic_performer: A performer in it was made by AI to look human, and is no person who can be identified
            (N.Y. Gen. Bus. Law 396-b).
        expressive_work: It advertises an expressive work in which the performer is used in the same way (N.Y. Gen.
            Bus. Law 396-b).
        news_source_listed: The news comes from a licensed news source unit (Deep Synthesis Provisions Art. 6).
            Where `news_source` is given and news sources are listed on their topic, the list decides.
        news_source: The news source unit the news comes from, by its id on the topic of news sources.
        has_file: A file leaves the service's user interface: it is downloaded, copied or exported (Labeling
            Measures Art. 4).
    """

    id: str | UnsetType = UNSET
    mime: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    operation: Literal["generated", "edited", "none"] | UnsetType = UNSET
    digital_source_type: (
        Literal[
            "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
            "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
            "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData",
        ]
        | UnsetType
    ) = UNSET
    media: Literal["text", "image", "audio", "video", "virtual_scene"] | UnsetType = UNSET
    containerised: bool | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    duration_ms: int | UnsetType = UNSET
    tokens: int | UnsetType = UNSET
    synthetic: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    ds_category: int | UnsetType = UNSET
    art17_scenario: int | UnsetType = UNSET
    confusion_risk: Literal["yes", "no", "unknown"] | UnsetType = UNSET
    photoreal: bool | UnsetType = UNSET
    deepfake: bool | UnsetType = UNSET
    public_interest_text: bool | UnsetType = UNSET
    editorial_responsible: str | None | UnsetType = UNSET
    artistic: bool | UnsetType = UNSET
    standard_edit: bool | UnsetType = UNSET
    biometric: Sequence[Literal["face", "voice", "gesture", "other"]] | UnsetType = UNSET
    subject_ids: Sequence[str] | UnsetType = UNSET
    is_news: bool | UnsetType = UNSET
    advertisement: bool | UnsetType = UNSET
    synthetic_performer: bool | UnsetType = UNSET
    expressive_work: bool | UnsetType = UNSET
    news_source_listed: bool | UnsetType = UNSET
    news_source: str | UnsetType = UNSET
    has_file: bool | UnsetType = UNSET


class ActivityEvent(Struct, frozen=True, kw_only=True):
    """Data of a CloudEvent of type sealstream.activity.v1: something that law regulates happened, and no asset comes
    with it. Unknown members are ignored; a member left out means unknown.

    Attributes:
        event_type: What happened: someone began to use the service, a review ended, a consent was withdrawn, an
            identity was checked, an incident, complaint, takedown or appeal moved on, a rumour was refuted, an
            authority gave an order, the service changed, an app is to be listed, or a licence changed.
        content: The asset an activity is about, where it is about one: what is known of it, never its bytes.
        model: The model that did the work, for the manifest's AI disclosure (C2PA 2.4, 18.28).
        jurisdictions: Where the service is offered or the audience is, which decides which law packs apply: codes
            of ISO 3166-1 and ISO 3166-2 such as DE or US-CA, EU for the European Union, * for everywhere. What is
            no such place is taken, and found.
        actor: Who acts in this event.
        service: The AI service or platform the event comes from.
        user: The user the content is made or published for.
        consent: The consent of the people whose face or voice was edited (Deep Synthesis Provisions Art. 14).
        explicit: The explicit label: what a person sees or hears (Labeling Measures Art. 3, 4; GB 45438-2025 cl. 5,
            6).
        implicit: The implicit label: what the file's metadata says (Labeling Measures Art. 5; GB 45438-2025 cl.
            6.1, App. E).
        signed_meta: Signed metadata such as a C2PA manifest, as the producer knows it. What the pipeline reads
            itself takes precedence.
        watermark: A watermark people do not notice (AI Act Art. 50(2); Code of Practice M1.1.2).
        latent: The latent disclosure (Cal. BPC 22757.3(b)).
        detection: What a detector said of the asset (Labeling Measures Art. 6).
        declaration: What the user says of the asset (Labeling Measures Art. 6(2), 10).
        notice: The notice a platform shows beside the asset (Labeling Measures Art. 6).
        transform: What an edit, conversion or upload did to the marks (Deep Synthesis Provisions Art. 18; Labeling
            Measures Art. 10).
        review: The review of inputs and outputs (Deep Synthesis Provisions Art. 10).
        incident: What was done about illegal or harmful content and rumours (Deep Synthesis Provisions Art. 10,
            11).
        complaint: A complaint or appeal (Deep Synthesis Provisions Art. 12).
        takedown: A demand to take content down (India's rules).
        order: An order of an authority or a court to the operator.
        appeal: An appeal against a decision.
        emergency: An emergency at a service.
        app: An app submitted to an app store (Deep Synthesis Provisions Art. 13; Labeling Measures Art. 7).
        licence: A licensee's use of the system (Cal. BPC 22757.3(c)).
        log: The logs kept about the asset (Deep Synthesis Provisions Art. 16; Labeling Measures Art. 9).
    """

    event_type: Literal[
        "interaction.started",
        "review.completed",
        "consent.revoked",
        "identity.verified",
        "incident.updated",
        "complaint.updated",
        "takedown.updated",
        "appeal.updated",
        "refutation.published",
        "order.received",
        "service.changed",
        "app.listing",
        "licence.updated",
    ]
    content: ActivityContent | UnsetType = UNSET
    model: Model | UnsetType = UNSET
    jurisdictions: Sequence[str] | UnsetType = UNSET
    actor: Actor | UnsetType = UNSET
    service: Service | UnsetType = UNSET
    user: User | UnsetType = UNSET
    consent: Consent | UnsetType = UNSET
    explicit: Explicit | UnsetType = UNSET
    implicit: Implicit | UnsetType = UNSET
    signed_meta: SignedMeta | UnsetType = UNSET
    watermark: Watermark | UnsetType = UNSET
    latent: Latent | UnsetType = UNSET
    detection: Detection | UnsetType = UNSET
    declaration: Declaration | UnsetType = UNSET
    notice: Notice | UnsetType = UNSET
    transform: Transform | UnsetType = UNSET
    review: Review | UnsetType = UNSET
    incident: Incident | UnsetType = UNSET
    complaint: Complaint | UnsetType = UNSET
    takedown: Takedown | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    appeal: Appeal | UnsetType = UNSET
    emergency: Emergency | UnsetType = UNSET
    app: App | UnsetType = UNSET
    licence: Licence | UnsetType = UNSET
    log: Log | UnsetType = UNSET
