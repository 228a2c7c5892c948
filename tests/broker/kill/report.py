"""The report of a run: everything that was done and seen, as JSON and in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from tests.broker.kill.problems import Problem

__all__ = ["Report"]

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run was and what came of it.

    Args:
        plan: its parameters.
        broker: which broker it ran on.
        events: how many different inputs were sent, not counting those that follow others.
        following: how many were sent after what they are about was dealt with: acts of people, news of orders.
        counted: how many violations the ledger of each account counts.
        inputs: how many lay in the input topics, those that were sent twice included.
        outcomes: how many inputs came to each outcome, and how many alerts there were.
        announcements: how many times clocks said something.
        median_lateness_seconds: how long after its time, or after its clock was known, outages and kills included.
        kills: by signal.
        recogniser_kills: how many times the recogniser was killed.
        broker_restarts: for how many seconds the broker was away, each time.
        outages: for how many seconds the store was away, each time.
        let_through_by_store: objects of the records bucket that the store itself wrote twice around an outage; see
            `audit_store`.
        workers_that_joined: in rebalance storms.
        rebalances: generations of the group; None where the broker does not let us see.
        unsettled: how many times not all workers were ready within 45 s after something was done to them.
        asked_without_store: how many times a worker said that it is not ready while the store was away.
        starts: processes of workers that were started.
        refused_starts: those that ended because broker or store were away.
        endings: that were not as they should be.
        left_behind: children that outlived their worker.
        slowest_stop_seconds: longest time from SIGTERM to the end.
        repeated_deliveries: messages that were delivered again, by topic; allowed where they are the same.
        commits: positions committed.
        samples: how many times the positions were sampled.
        records_looked_for: right after a sample, in the store.
        looked_for_later: of these, while the store was away.
        manifests_validated: of stored assets, with a C2PA validator.
        wedged: nothing moved any more before everything was done.
        problems: everything that is wrong, as it should not be.
        log_errors: what the workers logged as errors, by the first words, and how often; a bug, as none is called for.
        seconds: from the first event to the last.
        total_seconds: with the start of the servers and the audit.
        events_per_second: on average, outages and kills included.
        best_events_per_second: in the best ten seconds.
        cpu_ms_per_event: user and system time of all workers and their children, starts included.
        cpu_ms_per_event_without_starts: the same without what they used until they were up.
    """

    plan: Mapping[str, object]
    broker: str
    events: int
    following: int
    counted: Sequence[int]
    inputs: int
    outcomes: Mapping[str, int]
    announcements: int
    median_lateness_seconds: float
    kills: Mapping[str, int]
    recogniser_kills: int
    broker_restarts: Sequence[float]
    outages: Sequence[float]
    let_through_by_store: int
    workers_that_joined: int
    rebalances: int | None
    unsettled: int
    asked_without_store: int
    starts: int
    refused_starts: int
    endings: Sequence[Mapping[str, object]]
    left_behind: Sequence[int]
    slowest_stop_seconds: float
    repeated_deliveries: Mapping[str, int]
    commits: int
    samples: int
    records_looked_for: int
    looked_for_later: int
    manifests_validated: int
    wedged: bool
    problems: Sequence[Problem]
    log_errors: Mapping[str, int]
    seconds: float
    total_seconds: float
    events_per_second: float
    best_events_per_second: float
    cpu_ms_per_event: float
    cpu_ms_per_event_without_starts: float

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, duplicated, unexpected or wrong, and every worker lived and died as it should."""
        return not (self.problems or self.wedged or self.endings or self.left_behind or self.log_errors)

    def count(self, verdict: str) -> int:
        """How many problems of one kind there are."""
        return sum(1 for problem in self.problems if problem.verdict == verdict)

    def document(self) -> dict[str, object]:
        """The report for programs."""
        verdicts = ("lost", "duplicated", "unexpected", "wrong", "overtaken")
        return {"passed": self.passed, **{verdict: self.count(verdict) for verdict in verdicts}, **asdict(self)}

    def lines(self) -> Iterator[str]:
        """The report for people."""
        repeated = ", ".join(f"{count} {topic}" for topic, count in self.repeated_deliveries.items() if count) or "none"
        yield f"{'PASSED' if self.passed else 'FAILED'} on {self.broker}"
        yield f"  events             {self.events} and {self.following} about them in {self.seconds:.0f} s"
        yield f"  inputs             {self.inputs}"
        yield "  outcomes           " + ", ".join(f"{count} {name}" for name, count in self.outcomes.items())
        yield f"  counted            {', '.join(map(str, self.counted)) or 'no'} violations, each account's apart"
        late = f"{self.median_lateness_seconds:.2f} s"
        yield f"  clocks             spoke {self.announcements} times, {late} after their time (median)"
        yield "  kills              " + ", ".join(f"{count} {name}" for name, count in self.kills.items())
        yield f"  recogniser         killed {self.recogniser_kills} times"
        yield f"  broker restarts    {_each(self.broker_restarts)}"
        yield f"  store outages      {_each(self.outages)}, {self.let_through_by_store} objects let through twice"
        yield f"  rebalances         {self.rebalances} generations, {self.workers_that_joined} extra workers"
        yield f"  worker starts      {self.starts}, of which {self.refused_starts} found no broker or store"
        yield f"  readiness          denied {self.asked_without_store} times without store, late {self.unsettled} times"
        yield f"  slowest stop       {self.slowest_stop_seconds:.1f} s after SIGTERM"
        yield f"  repeated, the same {repeated}"
        yield f"  positions          {self.commits} commits, {self.samples} samples, {self.records_looked_for} look-ups"
        yield f"  validated          {self.manifests_validated} manifests"
        yield (
            f"  lost {self.count('lost')}, duplicated {self.count('duplicated')}, unexpected "
            f"{self.count('unexpected')}, wrong {self.count('wrong')}, overtaken {self.count('overtaken')}"
            + (", WEDGED" if self.wedged else "")
        )
        yield f"  rate               {self.events_per_second:.1f}/s, best 10 s {self.best_events_per_second:.1f}/s"
        yield (
            f"  processor time     {self.cpu_ms_per_event:.1f} ms/event, without the starts of workers "
            f"{self.cpu_ms_per_event_without_starts:.1f}"
        )
        yield f"  duration           {self.total_seconds:.0f} s"
        yield from self._troubles()

    def _troubles(self) -> Iterator[str]:
        for problem in self.problems[:_SHOWN]:
            yield f"  {problem.verdict}: case {problem.case} ({problem.kind}): {problem.what}"
        if len(self.problems) > _SHOWN:
            yield (
                f"  ... and {len(self.problems) - _SHOWN} more: "
                f"{dict(Counter(counted.verdict for counted in self.problems))}"
            )
        for ending in self.endings[:_SHOWN]:
            yield f"  a worker ended as it should not: {ending}"
        if self.left_behind:
            yield f"  processes that outlived their worker: {list(self.left_behind)}"
        for words, count in self.log_errors.items():
            yield f"  logged {count} times: {words}"


def _each(seconds: Sequence[float]) -> str:
    return f"{len(seconds)}" + (f" ({', '.join(f'{duration:.1f} s' for duration in seconds)})" if seconds else "")
