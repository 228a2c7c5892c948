"""What judging one event costs in CPU, against every policy pack that ships.

    python tools/bench_policy.py [--events 2000] [--rounds 7]

The events are the hardest kinds there are: a publication and a generation that concern every jurisdiction, so that
every pack has a say. Counted is the CPU time of this process from the event's nested data to the tuple of findings
(facts, all conditions, findings with their evidence); reading files and messages is not. Shown are the median and the
range over the rounds. The aim is 150 microseconds.
"""

import argparse
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.vocabulary import facts_of

AT: Final = datetime(2026, 12, 24, tzinfo=UTC)
MICROSECONDS: Final = 1e6

COMPLIANT: Final[Mapping[str, Any]] = {
    "jurisdictions": ["CN", "EU", "US-CA", "IN", "KR"],
    "actor": {"role": "user"},
    "user": {"id_hash": "5c4d", "identity": {"status": "verified", "method": "mobile"}},
    "service": {
        "id": "studio",
        "public_opinion": True,
        "filing_no": "2026-0001",
        "filing_displayed": True,
        "monthly_users": 2_000_000,
        "market_date": "2026-09-01",
        "suspended_by_order": False,
        "detector": {"available": True, "free": True},
        "ssmi": True,
        "label_function_offered": True,
        "label_prompted": True,
    },
    "content": {
        "media": "video",
        "synthetic": "yes",
        "operation": "edited",
        "containerised": True,
        "has_file": True,
        "art17_scenario": 3,
        "ds_category": 4,
        "confusion_risk": "yes",
        "photoreal": True,
        "deepfake": True,
        "standard_edit": False,
        "public_interest_text": False,
        "biometric": ["face"],
        "is_news": False,
        "tokens": 0,
    },
    "consent": {"prompted": True, "status": "granted", "separate": True, "ref": "c-1"},
    "declaration": {"made": True, "value": "ai"},
    "detection": {"verdict": "confirmed"},
    "review": {"input_checked": True, "output_checked": True, "feature_db_version": "7", "verdict": "ok"},
    "explicit": {
        "present": True,
        "kind": "text",
        "has_ai_token": True,
        "has_gen_token": True,
        "height_ratio": 0.06,
        "at_start": True,
        "visible_ms": 3000,
        "waived_on_request": False,
    },
    "implicit": {
        "present": True,
        "readback_ok": True,
        "count": 1,
        "schema_ok": True,
        "code_ok": True,
        "first_write": True,
        "aigc": {"Label": "1", "ContentProducer": "a", "ProduceID": "b", "ContentPropagator": "a", "PropagateID": "b"},
    },
    "signed_meta": {"present": True, "valid": True, "timestamped": True, "ai_asserted": True},
    "watermark": {"present": True, "detector_ok": True},
    "latent": {
        "provider_name": "P",
        "system_name": "S",
        "system_version": "1",
        "created_at": "2026-12-24T00:00:00Z",
        "unique_id": "u",
    },
    "log": {"present": True, "retain_days": 365, "agreement_ref": "a", "recipient_recorded": True},
}
SPARSE: Final[Mapping[str, Any]] = {
    "jurisdictions": COMPLIANT["jurisdictions"],
    "content": {"media": "video", "synthetic": "yes"},
}
VIOLATING: Final[Mapping[str, Any]] = {
    **COMPLIANT,
    "user": {"identity": {"status": "unverified", "method": "none"}},
    "consent": {"prompted": False, "status": "missing", "separate": False},
    "explicit": {"present": False, "waived_on_request": False},
    "implicit": {"present": False},
    "signed_meta": {"present": False, "valid": False},
    "watermark": {"present": False},
    "review": {"input_checked": False, "output_checked": False, "feature_db_version": "", "verdict": "illegal"},
}
CASES: Final = {"compliant": COMPLIANT, "violating": VIOLATING, "sparse": SPARSE}


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--events", type=int, default=2000, help="events in a round")
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()

    judge = Judge(load_packs())
    table = Table(title=f"CPU of judging one event by {len(judge.packs)} packs, in microseconds")
    for heading in ("event", "facts given", "findings", "median", "range"):
        table.add_column(heading, justify="left" if heading == "event" else "right")
    for event_type in ("publish.requested", "generation.completed"):
        for name, data in CASES.items():
            facts = facts_of(data, event_type=event_type, time=AT)
            found = judge.findings(facts, AT)
            rounds = [_round(judge, event_type, data, options.events) for _ in range(options.rounds)]
            table.add_row(
                f"{event_type}, {name}",
                str(len(facts)),
                str(len(found)),
                f"{statistics.median(rounds):.0f}",
                f"{min(rounds):.0f} to {max(rounds):.0f}",
            )
    Console().print(table)


def _round(judge: Judge, event_type: str, data: Mapping[str, Any], events: int) -> float:
    began = time.process_time()
    for _ in range(events):
        judge.findings(facts_of(data, event_type=event_type, time=AT), AT)
    return (time.process_time() - began) / events * MICROSECONDS


if __name__ == "__main__":
    main()
