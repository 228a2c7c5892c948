"""Labels found in a file, as facts that policy packs ask for."""

from pipeline.labels.implicit.aigc import KEYS
from pipeline.labels.implicit.model import FoundLabels
from pipeline.labels.implicit.provider_code import code_ok
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = ["found_facts"]


def found_facts(found: FoundLabels) -> Facts:
    """The facts `implicit.*` and `latent.*` of a file that was read; none of one that could not be read.

    A file with labels that differ has no `implicit.aigc.*`: which of them to believe is not for the reader to choose.
    Of one that does not conform, what its `Label` says is a fact, and nothing else.
    """
    if found.refused is not None:
        return {}
    facts: dict[str, FactValue] = {"implicit.present": bool(found.aigc), "implicit.count": len(found.aigc)}
    if found.aigc:
        facts["implicit.carrier"] = found.aigc[0].carrier
        facts["implicit.schema_ok"] = all(label.conforming is not None for label in found.aigc)
    conforming = found.conforming
    if found.label is not None and (conforming is not None or len(found.aigc) == 1):
        facts["implicit.aigc.Label"] = found.label
    if conforming is not None:
        named = (conforming.content_producer, conforming.content_propagator)
        facts["implicit.code_ok"] = bool(conforming.content_producer) and all(code_ok(code) for code in named if code)
        facts["implicit.first_write"] = conforming.is_first_write
        facts |= {f"implicit.aigc.{key}": getattr(conforming, attribute) for key, attribute in KEYS.items()}
    if found.latent is not None:
        facts |= {f"latent.{key}": getattr(found.latent, key) for key in found.latent.__struct_fields__}
    return facts
