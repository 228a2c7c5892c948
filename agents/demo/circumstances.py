"""The facts that scenes have in common: what a service sends when it does everything that a law asks."""

from typing import Any, Final

from agents.demo.scenes import SceneFacts

__all__ = ["CALIFORNIA", "CHINA", "EUROPE", "INDIA", "KOREA", "UNVERIFIED", "merged"]


def merged(*layers: SceneFacts) -> dict[str, Any]:
    """Nested facts laid over each other, the last on top."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            below = result.get(name)
            result[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


_ANYWHERE: Final[SceneFacts] = {
    "service": {"id": "studio", "provider_name": "Example Studio", "system_name": "Studio One"},
    "user": {"identity": {"status": "verified", "method": "mobile"}},
    "content": {"operation": "generated", "synthetic": "yes", "is_news": False, "biometric": []},
}

_PROVIDER_CODE: Final = "001191110000DEM000000100000"
"""Well formed, check digit included, and nobody's: implicit labels name the provider by it (TC260-PG-20252A)."""

UNVERIFIED: Final[SceneFacts] = {"user": {"identity": {"status": "unverified", "method": "none"}}}

CHINA: Final[SceneFacts] = merged(
    _ANYWHERE,
    {
        "jurisdictions": ["CN"],
        "actor": {"role": "user"},
        "service": {"provider_code": _PROVIDER_CODE},
        "content": {"art17_scenario": 1, "confusion_risk": "yes", "has_file": True},
        "prompt": {"text": "Something pleasant about the harbour, please."},
        "review": {"input_checked": True, "output_checked": True, "verdict": "ok", "mode": "both"},
        "explicit": {
            "present": True,
            "kind": "text",
            "has_ai_token": True,
            "has_gen_token": True,
            "height_ratio": 0.06,
            "at_start": True,
            "visible_ms": 3000,
            "position": "ui_persistent",
        },
        "declaration": {"made": True, "value": "ai"},
    },
)
"""Deep Synthesis Provisions, Labeling Measures and GB 45438-2025; the rest is in the service registry."""

CALIFORNIA: Final[SceneFacts] = merged(
    _ANYWHERE, {"jurisdictions": ["US-CA"], "latent": {"provider_name": "", "permanent_url": None}}
)
"""Business and Professions Code § 22757.3: everything but the latent disclosure of the sealed file."""

EUROPE: Final[SceneFacts] = merged(
    _ANYWHERE,
    {
        "jurisdictions": ["EU"],
        "content": {"containerised": True, "standard_edit": False, "deepfake": False, "public_interest_text": False},
        "watermark": {"present": True, "detector_ok": True},
    },
)
"""AI Act Art. 50 and the Code of Practice."""

INDIA: Final[SceneFacts] = merged(
    _ANYWHERE,
    {
        "jurisdictions": ["IN"],
        "content": {"photoreal": True, "standard_edit": False},
        "explicit": {"present": True, "at_start": True},
        "latent": {"unique_id": "studio-0001"},
    },
)
"""IT Rules of 2021 as amended in 2026."""

KOREA: Final[SceneFacts] = merged(
    _ANYWHERE, {"jurisdictions": ["KR"], "content": {"photoreal": False}, "explicit": {"present": True}}
)
"""AI Basic Act: the seal that everything gets is mark enough for what nobody takes for real."""
