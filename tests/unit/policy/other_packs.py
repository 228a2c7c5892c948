"""The packs that ship, and what one of them finds in an event."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from pipeline.policy.judge import Judge
from pipeline.policy.pack import ALL_ROLES, Pack, Role
from pipeline.policy.pack_files import read_pack
from pipeline.policy.vocabulary import facts_of

DIRECTORY: Final = Path(__file__).parents[3] / "pipeline" / "policy" / "packs"

EU, CALIFORNIA, INDIA, KOREA, HIGH_RISK = (
    "eu-ai-act-50",
    "us-ca-sb942",
    "in-it-rules-2026",
    "kr-ai-basic-act",
    "high-risk",
)
NEW_YORK, VIETNAM, KAZAKHSTAN, ANTHROPOMORPHIC, PLACES = (
    "us-ny-gbl-396-b",
    "vn-ai-law-2025",
    "kz-ai-law-2025",
    "cn-anthropomorphic-2026",
    "places",
)
ARTICLE_5, BRITAIN, UNITED_STATES, UTAH = "eu-ai-act-5", "gb-intimate-images", "us-take-it-down", "us-ut-13-72b"


@cache
def pack(name: str) -> Pack:
    return read_pack(DIRECTORY / f"{name}.yaml")


def found(
    name: str,
    event_type: str,
    data: dict[str, object],
    *,
    at: str = "2026-11-22T00:00:00Z",
    jurisdictions: Sequence[str] | None = None,
    roles: frozenset[Role] = ALL_ROLES,
) -> dict[str, tuple[str, str]]:
    """What a pack finds in an event: outcome and action by rule."""
    of_the_pack = pack(name).jurisdiction
    where = jurisdictions if jurisdictions is not None else [of_the_pack if of_the_pack != "*" else "EU"]
    time = datetime.fromisoformat(at)
    facts = facts_of({"jurisdictions": list(where), **data}, event_type=event_type, time=time)
    return {
        finding.rule: (finding.outcome, finding.action) for finding in Judge((pack(name),), roles).findings(facts, time)
    }
