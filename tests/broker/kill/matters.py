"""The cases of operators as the audit sees them: everything that was told of each, and what is stored of it."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka.structs import TopicPartition

from tests.broker.kill.bucket import version_key
from tests.broker.kill.cases import Case, Matter, announcement_id, clock_id
from tests.broker.kill.evidence import Evidence, Input, Message, inputs_by_case
from tests.broker.kill.topic_log import Commit

__all__ = ["Told", "body_of", "first_past", "is_of_matter", "milliseconds", "told_of_matters", "versions_of"]

_VERSION: Final = re.compile(r"v1/cases/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}/[0-9]{8}\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One case of an operator: everything that was told of it, and where."""

    matter: Matter
    told: Sequence[tuple[Case, Sequence[Input]]]

    @property
    def first(self) -> Case:
        """What was told of it first."""
        return self.told[0][0]

    @property
    def clock(self) -> str | None:
        """The identity of its clock; None where the law gives it none."""
        matter = self.matter
        return None if matter.clock is None else clock_id(matter.uid, matter.clock.rule, matter.received)

    def said_as(self, stage: str) -> str:
        """The identity of what its clock announces."""
        return announcement_id(str(self.clock), stage)

    @property
    def stages(self) -> Mapping[str, datetime]:
        """What its clock may announce, in the order of time, and when."""
        clock, matter = self.matter.clock, self.matter
        if clock is None:
            return {}
        warned = {f"warned-{share}": matter.received + clock.given * share / 100 for share in clock.shares}
        return {**warned, "due": matter.due, "missed": matter.due}

    def stages_since(self, known_since: str) -> Mapping[str, datetime]:
        """The same of a clock that is known since an instant: of what lay before, at most that it missed."""
        since = datetime.fromisoformat(known_since)
        return {stage: at for stage, at in self.stages.items() if stage == "missed" or at > since}


def told_of_matters(cases: Mapping[int, Case], evidence: Evidence) -> Iterator[Told]:
    """Every case of an operator of which anything was told."""
    inputs = inputs_by_case(evidence)
    by_uid: dict[str, list[tuple[Matter, Case]]] = {}
    for case in cases.values():
        if case.matter is not None:
            by_uid.setdefault(case.matter.uid, []).append((case.matter, case))
    for told in by_uid.values():
        yield Told(matter=told[0][0], told=[(case, inputs.get(case.number, [])) for _, case in told])


def versions_of(told: Told, records: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What is stored of a case, the oldest first; it ends before the first gap."""
    found: list[dict[str, Any]] = []
    while (body := records.get(version_key(told.matter.uid, len(found) + 1))) is not None:
        found.append(json.loads(body))
    return found


def is_of_matter(key: str) -> bool:
    """Whether a key of the records bucket is that of a version of a case of an operator."""
    return bool(_VERSION.fullmatch(key))


def first_past(delivery: Input, history: Mapping[TopicPartition, Sequence[Commit]]) -> Commit | None:
    """The first commit of a position past an input."""
    commits = history.get(delivery.place.partition, ())
    first = bisect_left(commits, delivery.place.offset + 1, key=lambda commit: commit.offset)
    return commits[first] if first < len(commits) else None


def body_of(message: Message) -> dict[str, Any]:
    """What a message says."""
    return dict(json.loads(message.value or b"{}"))


def milliseconds(text: str) -> int:
    """An instant as messages say it, in milliseconds since 1970."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
