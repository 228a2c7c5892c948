"""What the worker's metrics say of its reference sets: updates of those are answered on no topic."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

__all__ = ["ReferenceCounts", "reference_counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCounts:
    """How many updates of each set the worker took and refused since it started."""

    taken: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def reference_counts(health: str) -> ReferenceCounts:
    """Ask the worker; zero of everything while it is starting.

    Args:
        health: the address of its health, such as http://127.0.0.1:8080.
    """
    try:
        with urllib.request.urlopen(f"{health}/metrics", timeout=5) as answer:  # noqa: S310 - http, on this machine
            text: str = answer.read().decode()
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return ReferenceCounts()
    return ReferenceCounts(
        taken=_by_set(text, "sealstream_reference_updates_total"),
        refused=_by_set(text, "sealstream_reference_refused_total"),
    )


def _by_set(text: str, name: str) -> Mapping[str, int]:
    return {
        sample.labels["set"]: int(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }
