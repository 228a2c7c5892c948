"""What becomes of a record after an error: a pure decision, made by whose fault the error is (see `pipeline.errors`).

| error           | decision                                                                                  |
|-----------------|-------------------------------------------------------------------------------------------|
| `ProducerError` | give up: a dead letter                                                                    |
| `WorldError`    | try again, for ever; with limited patience for some classes, then give up                 |
| `OperatorError` | stop the process: every other record would meet the same; the record stays unacknowledged |
| anything else   | a bug: try again a few times, then give up                                                |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agents.delivery.backoff import Backoff
from pipeline.errors import BugError, OperatorError, ProducerError, SealstreamError, WorldError

__all__ = ["GiveUp", "Stop", "Trouble", "TroubleDecision", "TroublePolicy", "TryAgain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """The same work is to be done again after `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The record becomes a dead letter that names this error."""

    error: SealstreamError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The process is to end because of this error; the record is left as it is."""

    error: OperatorError


TroubleDecision = TryAgain | GiveUp | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What one record has met so far.

    Args:
        attempts: how often it was tried and failed.
        bugs: how many of these failures were bugs.
        misses: how many of the latest failures, one after another, were errors for which patience is limited.
    """

    attempts: int = 0
    bugs: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePolicy:
    """How errors are answered.

    Args:
        backoff: how long to wait before another attempt.
        bug_attempts: how often a record is tried that meets bugs, in total.
        patience: classes of `WorldError` that become a dead letter in a record that is so many seconds old, instead
            of never.
        least_misses: how many tries, one after another, must have met such an error, however old the record is: after
            an outage of ours everything is old. So few that they fit between two rebalances, even when those are many.
    """

    backoff: Backoff = field(default_factory=Backoff)
    bug_attempts: int = 3
    patience: Mapping[type[WorldError], float] = field(default_factory=dict)
    least_misses: int = 3

    def judge(self, trouble: Trouble, error: Exception, age: float) -> tuple[Trouble, TroubleDecision]:
        """Return what the record has met, this error included, and what to do.

        Args:
            trouble: what the record met before.
            error: what it met now.
            age: how long the record has been there, in seconds; not only with us, so that patience goes on over
                rebalances and starts.
        """
        patience = self._patience_for(error)
        misses = 0 if patience is None else trouble.misses + 1
        bug = not isinstance(error, ProducerError | WorldError | OperatorError)
        met = replace(trouble, attempts=trouble.attempts + 1, bugs=trouble.bugs + (1 if bug else 0), misses=misses)
        match error:
            case ProducerError():
                return met, GiveUp(error=error)
            case OperatorError():
                return met, Stop(error=error)
            case WorldError() if patience is not None and age >= patience and misses >= self.least_misses:
                return met, GiveUp(error=error)
            case _ if bug and met.bugs >= self.bug_attempts:
                return met, GiveUp(error=_as_bug(error))
        return met, TryAgain(delay=self.backoff.wait(met.attempts))

    def _patience_for(self, error: Exception) -> float | None:
        return min((seconds for kind, seconds in self.patience.items() if isinstance(error, kind)), default=None)


def _as_bug(error: Exception) -> BugError:
    if isinstance(error, BugError):
        return error
    bug = BugError(
        f"The processing of this record failed with {type(error).__name__}, which is a fault of the program.",
        "Report it with the log; publish the record again after the fault is mended.",
    )
    bug.__cause__ = error
    return bug
