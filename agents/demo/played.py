"""What is known of a scene that was played: what came of it so far, and whether that is everything."""

from dataclasses import dataclass
from typing import Literal

from pipeline.events.outputs import Alert, Decision, Enforcement, EnforcementReversal, ManifestRecord

__all__ = ["Played", "PlayedKind", "PlayedOutcome"]

PlayedKind = Literal["generation", "publication", "activity", "review", "case", "reference"]
PlayedOutcome = Literal[
    "sealed", "allow", "hold", "block", "retracted", "on record", "dead letter", "in force", "deleted", "refused"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One message that was sent, and what is known of it so far.

    Args:
        key: CloudEvents id, and content id where there is content; unique in the demo.
        title: what a person reads.
        kind: what it was.
        where: the jurisdiction it is judged in; empty where there is none to say.
        file: the sample, or nothing.
        about: the key of the event that a review is about.
        outcome: what became of it; None while it is under way.
        detail: a few words about the outcome.
        expected_alerts: how many alerts the outcome says there are.
        expects_step: the outcome counts against an account, or takes back what counted.
        alerts: those that arrived.
        step: the step against the account that it led to, or that it takes back.
        result: the record or decision.
    """

    key: str
    title: str
    kind: PlayedKind
    where: str = ""
    file: str = ""
    about: str = ""
    outcome: PlayedOutcome | None = None
    detail: str = ""
    expected_alerts: int = 0
    expects_step: bool = False
    alerts: tuple[Alert, ...] = ()
    step: Enforcement | EnforcementReversal | None = None
    result: ManifestRecord | Decision | None = None

    @property
    def is_settled(self) -> bool:
        """Whether everything arrived that comes of it."""
        return (
            self.outcome is not None
            and len(self.alerts) >= self.expected_alerts
            and (self.step is not None or not self.expects_step)
        )

    @property
    def decision(self) -> str | None:
        """What was decided about it: allow, hold or block."""
        return None if self.result is None else self.result.decision
