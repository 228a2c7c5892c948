"""Our own record of the same bytes, as evidence: what is known of them since they were sealed here and reviewed."""

from collections.abc import Iterable

import msgspec

from pipeline.events.outputs import Decision, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.policy.vocabulary import Facts, FactValue, vocabulary
from pipeline.store import Layout, ObjectStore
from pipeline.store.lookup import Found, find_by_digest, find_embedded

__all__ = ["record_facts"]

_MOST_EVENTS = 16
"""The most events that are looked at for the same bytes. More than one is rare: a signature is never the same twice."""

_VERDICT = "review.verdict"
_REFUSED = "refused"
"""What stands here for the verdict of a person who refused: it is none, and no other record's counts beside it."""

prepare(ManifestRecord, Decision)


def record_facts(store: ObjectStore, layout: Layout, sha256: str, *, named: Iterable[str] = ()) -> Facts:
    """The facts that the records of sealing these bytes have; where two of them differ, the fact is not known.

    Where an event that the bytes name themselves sealed them, its manifest in them, its record is the one.

    A person who released what was held found it fit, and one who refused it did not: no verdict of a record stands
    against either.

    Raises:
        WorldError: the store does not answer.
    """
    for uid in named:
        found = find_embedded(store, layout, uid, sha256)
        if found is not None:
            return _agreed([_facts_in(found)])
    sealed = (found for found in find_by_digest(store, layout, sha256, limit=_MOST_EVENTS) if found.role == "sealed")
    return _agreed([_facts_in(found) for found in sealed if found.record is not None])


def _agreed(records: Iterable[Facts]) -> Facts:
    said: dict[str, set[FactValue]] = {}
    for record in records:
        for name, value in record.items():
            said.setdefault(name, set()).add(value)
    return {name: value for name, values in said.items() if len(values) == 1 for value in values if value != _REFUSED}


def _facts_in(found: Found) -> Facts:
    record = msgspec.json.decode(found.record or b"", type=ManifestRecord)
    facts = dict(_typed(record.facts))
    if found.review is not None:
        verdict = msgspec.json.decode(found.review, type=Decision).decision
        if verdict != "hold":
            facts |= {_VERDICT: "ok" if verdict == "allow" else _REFUSED, "review.mode": "human"}
    return facts


def _typed(facts: Facts) -> Iterable[tuple[str, FactValue]]:
    """JSON knows no tuples, and writes 1.0 as 1 in some hands: every value as its fact has it."""
    known = vocabulary()
    for name, value in facts.items():
        if name not in known:
            continue
        if known[name].type == "texts":
            yield name, tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
        else:
            yield name, float(value) if known[name].type == "number" and isinstance(value, int) else value
