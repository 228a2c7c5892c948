"""What judging one event costs in CPU, against every policy pack that ships.

    python tools/bench_policy.py [--events 1000] [--rounds 7] [--against TREE]

The events are the hardest kinds there are: a publication and a generation that concern every jurisdiction, so that
every pack has a say. Counted is the CPU time of the process from the event's nested data to its judgement (facts with
all that is derived, all conditions, findings with their evidence, the decision); reading files and messages is not.
Shown are the median and the range over the rounds. With another source tree both are measured in turns, each in a
process of its own, and the ratio is shown; `--at-most` fails where the worst ratio is above it.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from pipeline.events.outputs import EventReference
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.reference import ReferenceSets

ROOT: Final = Path(__file__).parents[1]
EVENT: Final = EventReference(source="/bench", id="1", type="sealstream.publication.v1", time="2026-12-24T00:00:00Z")
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
    """Measure, print the table, and fail where the ratio to another source tree is larger than it may be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1000, help="events in a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--against", type=Path, metavar="TREE", help="a source tree to compare with, such as an old one"
    )
    parser.add_argument("--at-most", type=float, metavar="RATIO", help="fail above this ratio to TREE")
    parser.add_argument("--as-json", action="store_true", help="one round, as JSON; what this program asks of itself")
    options = parser.parse_args()
    if options.as_json:
        sys.stdout.write(json.dumps(_round(options.events)))
        return
    trees = [ROOT] if options.against is None else [ROOT, options.against.resolve()]
    rounds = [[_asked(tree, options.events) for tree in trees] for _ in range(options.rounds)]
    worst = _show(rounds, options.against)
    if options.at_most is not None and worst > options.at_most:
        sys.exit(f"The worst ratio is {worst:.2f}; at most {options.at_most} is allowed.")


def _asked(tree: Path, events: int) -> dict[str, float]:
    """One round of a source tree, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, str(Path(__file__).resolve()), "--as-json", "--events", str(events)]
    answer = subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)
    said: dict[str, float] = json.loads(answer.stdout)
    return said


def _round(events: int) -> dict[str, float]:
    """Microseconds of CPU for each case."""
    policy = _judging().Policy(judge=Judge(load_packs()), references=ReferenceSets.empty)
    return {
        f"{event_type}, {name}": _cost(policy, event_type, data, events)
        for event_type in ("publish.requested", "generation.completed")
        for name, data in CASES.items()
    }


def _judging() -> Any:
    """The module of judgement, which had another name in old trees."""
    for name in ("pipeline.policy.judging", "pipeline.judgement"):
        if importlib.util.find_spec(name) is not None:
            return importlib.import_module(name)
    sys.exit("This source tree judges nothing.")


def _cost(policy: Any, event_type: str, data: Mapping[str, Any], events: int) -> float:
    evidence = _judging().Evidence(event=EVENT, event_type=event_type, data=data)
    policy.assess(evidence)
    began = time.process_time()
    for _ in range(events):
        policy.assess(evidence)
    return (time.process_time() - began) / events * MICROSECONDS


def _show(rounds: list[list[dict[str, float]]], against: Path | None) -> float:
    """Print the table, and return the worst ratio of medians."""
    table = Table(title="CPU of judging one event by all packs, in microseconds")
    headings = ("event", "median", "range") if against is None else ("event", "median", "range", "other tree", "ratio")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "event" else "right")
    worst = 0.0
    for case in rounds[0][0]:
        taken = [[measured[case] for measured in of_tree] for of_tree in zip(*rounds, strict=True)]
        ours = statistics.median(taken[0])
        cells = [case, f"{ours:.0f}", f"{min(taken[0]):.0f} to {max(taken[0]):.0f}"]
        if against is not None:
            other = statistics.median(taken[1])
            worst = max(worst, ours / other)
            cells += [f"{other:.0f}", f"{ours / other:.2f}"]
        table.add_row(*cells)
    Console().print(table)
    return worst


if __name__ == "__main__":
    main()
