"""Signs of their own that vendors leave in files: no labels of GB 45438-2025, and never called so.

| sign | what it says | weight | known from |
|---|---|---|---|
| `aigc_info` = `{"aigc_label_type": N}` | TikTok, CapCut: 0 not AI, 1 and 2 AI | strong | downloads of both, 2025 |
| `{"AIGC": {"ServiceProvider": ...}}` | a cloud's second schema, without `Label` | strong | Tencent Cloud, 2025 |
| PNG texts `parameters`, `prompt`, `workflow`, `Dream`, `sd-metadata` | what a generator was asked | weak | web UIs |
| EXIF texts of the same tools | the same, in JPEG and WebP | weak | web UIs |
| `Software` that is a generator | what wrote the file | weak | NovelAI and others |

Strong is a statement of the maker's tool that the content is AI-generated; weak are the parameters of a generator,
which people also copy into files.
"""

import json
import re
from typing import Final, Literal

import msgspec

__all__ = ["GENERATOR_KEYWORDS", "VendorSign", "generator_sign", "label_type_sign", "schema_sign"]

Weight = Literal["strong", "weak"]

GENERATOR_KEYWORDS: Final = {
    "parameters": "a web UI of Stable Diffusion",
    "prompt": "ComfyUI",
    "workflow": "ComfyUI",
    "dream": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "invokeai_metadata": "InvokeAI",
    "invokeai_graph": "InvokeAI",
    "fooocus_scheme": "Fooocus",
    "generation_data": "SwarmUI",
}
"""Keywords of PNG texts that only generators use, in lower case, and whose they are."""

_GENERATORS: Final = (
    "NovelAI", "Stable Diffusion", "AUTOMATIC1111", "ComfyUI", "InvokeAI", "Fooocus", "Draw Things", "Midjourney",
)  # fmt: skip
_LABEL_TYPE: Final = "aigc_label_type"
_BYTEDANCE: Final = "TikTok or CapCut"
_PARAMETERS: Final = re.compile(r"\bSteps: \d{1,5}, (?:[A-Z][A-Za-z ]{0,30}: [^,\n]{0,200}, ){0,4}Sampler: ")
_GRAPH: Final = re.compile(r"(?:workflow|prompt):\s*\{", re.IGNORECASE)
_SEARCHED: Final = 32 * 1024


class VendorSign(msgspec.Struct, frozen=True, kw_only=True):
    """A sign that is no label.

    Attributes:
        vendor: whose sign it is.
        carrier: where it was found.
        said: what exactly was seen, without anybody's prompt.
        ai: whether it says that the content is AI-generated; False where it says that it is not.
        weight: strong for a statement, weak for parameters that were left behind.
    """

    vendor: str
    carrier: str
    said: str
    ai: bool
    weight: Weight


def label_type_sign(text: str, *, carrier: str) -> VendorSign | None:
    """What a value of `aigc_info` says; None where it says nothing that is known."""
    try:
        found = json.loads(text[:_SEARCHED])
    except (ValueError, RecursionError):
        return None
    kind = found.get(_LABEL_TYPE) if isinstance(found, dict) else None
    if isinstance(kind, str) and kind in ("0", "1", "2"):
        kind = int(kind)
    if not isinstance(kind, int) or isinstance(kind, bool) or kind not in (0, 1, 2):
        return None
    said = f"aigc_info with {_LABEL_TYPE} {kind}"
    return VendorSign(vendor=_BYTEDANCE, carrier=carrier, said=said, ai=kind > 0, weight="strong")


def schema_sign(provider: str, *, carrier: str) -> VendorSign:
    """The sign of a provider whose schema has no `Label`."""
    said = "an AIGC object with a ServiceProvider and without a Label"
    return VendorSign(vendor=provider, carrier=carrier, said=said, ai=True, weight="strong")


def generator_sign(name: str, text: str, *, carrier: str) -> VendorSign | None:
    """The sign of a generator in a text of this name; None where there is none.

    A keyword of its own says it whatever the text; of other names, only those of software and comments are looked into.
    """
    lowered = name.casefold()
    if lowered in GENERATOR_KEYWORDS:
        vendor, said = GENERATOR_KEYWORDS[lowered], f'a text "{lowered}"'
    elif lowered == "software" and (known := _generator(text)) is not None:
        vendor, said = known, "its name as the software that wrote the file"
    elif lowered == "usercomment" and _PARAMETERS.search(text[:_SEARCHED]) is not None:
        vendor, said = GENERATOR_KEYWORDS["parameters"], "a comment with the parameters of a generator"
    elif lowered in ("make", "model") and _GRAPH.match(text) is not None:
        vendor, said = GENERATOR_KEYWORDS["workflow"], "a workflow in the place of the camera's name"
    else:
        return None
    return VendorSign(vendor=vendor, carrier=carrier, said=said, ai=True, weight="weak")


def _generator(text: str) -> str | None:
    lowered = text[:256].casefold()
    return next((generator for generator in _GENERATORS if generator.casefold() in lowered), None)
