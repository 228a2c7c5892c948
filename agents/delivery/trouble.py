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

__all__ = ["Decision", "GiveUp", "Stop", "Trouble", "TroublePolicy", "TryAgain"]


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


Decision = TryAgain | GiveUp | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What one record has met so far.

    Args:
        attempts: how often it was tried and failed.
        bugs: how many of these failures were bugs.
        waiting_since: when the present run of errors began for which patience is limited; None outside such a run.
    """

    attempts: int = 0
    bugs: int = 0
    waiting_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePolicy:
    """How errors are answered.

    Args:
        backoff: how long to wait before another attempt.
        bug_attempts: how often a record is tried that meets bugs, in total.
        patience: classes of `WorldError` that become a dead letter after so many seconds, instead of never.
    """

    backoff: Backoff = field(default_factory=Backoff)
    bug_attempts: int = 3
    patience: Mapping[type[WorldError], float] = field(default_factory=dict)

    def judge(self, trouble: Trouble, error: Exception, now: float) -> tuple[Trouble, Decision]:
        """Return what the record has met, this error included, and what to do.

        Args:
            trouble: what the record met before.
            error: what it met now.
            now: a monotonic time, in seconds.
        """
        patience = self._patience_for(error)
        since = None if patience is None else (now if trouble.waiting_since is None else trouble.waiting_since)
        bug = not isinstance(error, ProducerError | WorldError | OperatorError)
        met = replace(
            trouble, attempts=trouble.attempts + 1, bugs=trouble.bugs + (1 if bug else 0), waiting_since=since
        )
        match error:
            case ProducerError():
                return met, GiveUp(error=error)
            case OperatorError():
                return met, Stop(error=error)
            case WorldError() if patience is not None and since is not None and now - since >= patience:
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
