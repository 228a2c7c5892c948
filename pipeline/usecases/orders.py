"""What is written for a generation event: its manifest, its implicit and its explicit label, as pure mappings from it.

Nothing personal goes into a manifest, neither the user nor the prompt: manifests are public for good.
"""

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.credentials import Disclosure, Parent, SealOrder, Software
from pipeline.events.inputs import Content, GenerationEvent
from pipeline.evidence.explicit import claim_of
from pipeline.fingerprints import Fingerprint
from pipeline.labels.explicit.model import LabelOrder
from pipeline.labels.explicit.wording import LabelLanguage
from pipeline.labels.implicit.aigc import first_write
from pipeline.labels.implicit.model import LabelsToWrite, Latent
from pipeline.labels.refused import ImplicitRefusedError
from pipeline.policy.judging import Evidence, Policy
from pipeline.policy.places import lies_in
from pipeline.policy.vocabulary import Facts

__all__ = ["IdentityFor", "default_identity", "labels_of", "order_of", "required_order", "seal_order", "source_type_of"]

_GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_EDITED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_MODEL_TYPE: Final = "c2pa.types.model"
"""The type of a model of which the event does not say more (C2PA 2.4, asset types)."""


_LANGUAGES: Final[Mapping[str, LabelLanguage]] = {"CN": "zh", "KR": "ko", "ES": "es"}
"""The language of a label by jurisdiction; English for others."""

IdentityFor = Callable[[GenerationEvent], str | None]
"""Says by its name which of several identities signs the manifest of an event; None for the default."""


def default_identity(_: GenerationEvent) -> None:
    """The one that there is, or the default, whatever the event."""


def source_type_of(content: Content) -> str:
    """How content came to be, by its IPTC digital source type: as the event says, or as its operation has it."""
    return content.digital_source_type or (_EDITED if content.operation == "edited" else _GENERATED)


def seal_order(
    event: GenerationEvent,
    media_type: str,
    parents: tuple[Parent, ...],
    claim_generator: Software,
    fingerprint: Fingerprint | None = None,
) -> SealOrder:
    """What the manifest of the event's asset shall say.

    Args:
        event: the event.
        media_type: what its asset is.
        parents: the event's parents, resolved.
        claim_generator: who we are.
        fingerprint: of the asset that is to be sealed.
    """
    content, model, service = event.content, event.model, event.service
    edited = content.operation == "edited"
    name, version = model.name or service.system_name, model.version or service.system_version
    return SealOrder(
        media_type=media_type,
        operation="edited" if edited else "generated",
        digital_source_type=source_type_of(content),
        claim_generator=claim_generator,
        when=event.reference.time,
        software_agent=None if name is None else Software(name=name, version=version),
        disclosure=Disclosure(
            model_type=model.type or _MODEL_TYPE,
            model_name=name,
            model_identifier=model.identifier,
            human_oversight=model.human_oversight,
        ),
        parents=parents,
        fingerprint=fingerprint,
    )


def labels_of(event: GenerationEvent, *, producer: str | None) -> LabelsToWrite | None:
    """What the asset of a generation event shall carry; None where nothing was generated, or nobody is named for it.

    The number of the content is the event's identity: nothing of the producer's own ids, which may be names, gets into
    a file. Whose name or code is not known, or cannot be written in the characters of the standard, is not made up; a
    rule finds that the mark is missing.

    Args:
        event: the event.
        producer: the operator's code or name, for events that name no provider code.
    """
    named = event.service.provider_code or producer or event.service.provider_name
    if named is None or event.content.operation not in ("generated", "edited"):
        return None
    try:
        aigc = first_write(named, event.uid)
    except ImplicitRefusedError:
        return None
    return LabelsToWrite(aigc=aigc, digital_source_type=source_type_of(event.content), latent=_latent(event))


def _latent(event: GenerationEvent) -> Latent | None:
    """California's latent disclosure, where the event says all that belongs to it."""
    service, time = event.service, event.reference.time
    if not (service.provider_name and service.system_name and service.system_version and time):
        return None
    try:
        return Latent(
            provider_name=service.provider_name,
            system_name=service.system_name,
            system_version=service.system_version,
            created_at=time.upper(),
            unique_id=event.uid,
        )
    except ImplicitRefusedError:
        return None


def order_of(event: GenerationEvent) -> LabelOrder | None:
    """The explicit label that an event asks for; None where it asks for none."""
    order = event.explicit_order
    if order is None:
        return None
    return LabelOrder(language=order.language, corner=order.corner, place=order.place, seconds=order.seconds)


def required_order(event: GenerationEvent, policy: Policy, derived: Facts) -> LabelOrder | None:
    """The explicit label that a law asks for, in the language of its jurisdiction; None where none does.

    Whoever asked for a copy without label gets one (Labeling Measures Art. 9): the rules know.

    Args:
        event: the event; a label that it claims is taken for granted here, and looked for later.
        policy: judges what is broken without a label.
        derived: facts that follow from the asset.
    """
    if claim_of(event.facts) is not None:
        return None
    evidence = Evidence(
        event=event.reference,
        event_type=event.event_type,
        data=event.facts,
        derived=derived,
        measured={"explicit.present": False},
    )
    if not policy.calls_for_label(evidence):
        return None
    named = event.facts.get("jurisdictions")
    jurisdictions = tuple(named) if isinstance(named, list) else policy.jurisdictions
    spoken = (
        _LANGUAGES[place] for jurisdiction in jurisdictions for place in _LANGUAGES if lies_in(jurisdiction, place)
    )
    return LabelOrder(language=next(spoken, "en"))
