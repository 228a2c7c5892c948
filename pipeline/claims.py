"""What a manifest shall claim about a generation event: a pure mapping from the event to a seal order.

Nothing personal goes into a manifest, neither the user nor the prompt: manifests are public for good.
"""

from typing import Final

from pipeline.credentials import Disclosure, Parent, SealOrder, Software
from pipeline.events.inputs import Content, GenerationEvent
from pipeline.fingerprints import Fingerprint

__all__ = ["seal_order", "source_type_of"]

_GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_EDITED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_MODEL_TYPE: Final = "c2pa.types.model"
"""The type of a model of which the event does not say more (C2PA 2.4, asset types)."""


def source_type_of(content: Content) -> str:
    """How content came to be, by its IPTC digital source type: as the event says, or as its operation has it."""
    return content.digital_source_type or (_EDITED if content.operation == "edited" else _GENERATED)


def seal_order(
    event: GenerationEvent,
    parents: tuple[Parent, ...],
    claim_generator: Software,
    fingerprint: Fingerprint | None = None,
) -> SealOrder:
    """What the manifest of the event's asset shall say.

    Args:
        event: the event.
        parents: the event's parents, resolved.
        claim_generator: who we are.
        fingerprint: of the asset that is to be sealed.
    """
    content, model, service = event.content, event.model, event.service
    edited = content.operation == "edited"
    name, version = model.name or service.system_name, model.version or service.system_version
    return SealOrder(
        media_type=content.mime,
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
