"""The part of the workload that people do: reviews, claims and notes, appeals by somebody else, later verdicts.

Each act says which decision it saw. The acts about one event come one after another, so that what must come of each is
known; what else goes on about the event meanwhile is not, and may not matter.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from tests.broker.kill.case_maker import Json, Maker
from tests.broker.kill.cases import Against, Case, Expected, Matter, account_of, decision_id, review_id, sha256
from tests.broker.kill.law import ACCOUNTS, user

__all__ = [
    "ACTS",
    "FOLLOWED_BY",
    "OFFICER",
    "PEOPLE_KINDS",
    "VIEWER",
    "Standing",
    "by",
    "decides",
    "often",
    "reviewer_of",
]

_ILLEGAL_LATER: Final = "illegal.retracted"


class Standing(NamedTuple):
    """How an event stands, and a case of an operator about it, when a person acts.

    Attributes:
        event: what is acted on.
        decided: how often persons decided about it.
        acted: what else they did.
        allowed: whether what is in force allows it.
        matter: the case of an operator; None where there is none.
        versions: how many versions that has.
        outcome: what was decided for it.
    """

    event: Case
    decided: int = 0
    acted: int = 0
    allowed: bool = False
    matter: Matter | None = None
    versions: int = 0
    outcome: Literal["upheld", "overturned"] | None = None

    @property
    def in_force(self) -> str:
        """The decision in force."""
        return review_id(self.event.subject, self.decided) if self.decided else decision_id(self.event.subject)

    def after(self, act: Case) -> "Standing":
        """How it stands when an act was dealt with."""
        now = self
        if act.matter is not None and act.version is not None:
            matter = replace(act.matter, done=None)
            now = now._replace(matter=matter, versions=act.version.number, outcome=act.version.outcome)
        match act.expected.outcome:
            case "decision":
                return now._replace(decided=now.decided + 1, allowed=act.expected.decision == "allow")
            case "act":
                return now._replace(acted=now.acted + 1)
            case _:
                return now


def reviewer_of(standing: Standing, other: int = 0) -> Json:
    """The reviewer of an event, or another one."""
    role = "second-reviewer" if other or standing.decided else "reviewer"
    return {"id": f"reviewer-{(standing.event.number + other) % 3}", "role": role}


OFFICER: Final[Json] = {"id": "officer-1", "role": "complaints-officer"}
VIEWER: Final[Json] = {"id": "viewer-1", "role": "viewer"}


def by(actor: Json, seen: str | int) -> Json:
    """Who acts, on the sight of what."""
    auth = {"issuer": "//kill/login", "at": "2026-01-01T00:00:00Z"}
    return {"actor": actor, "auth": auth, "seen": seen, "reason": "Seen by a person."}


def often(make: Maker) -> int:
    """How many times an act is sent: now and then twice."""
    return make.rng.choice((1, 1, 2))


def decides(
    make: Maker,
    standing: Standing,
    verdict: Literal["release", "refuse", "escalate"],
    actor: Json,
    *,
    case: str | None = None,
    was_counted: bool = False,
) -> Case:
    """A verdict that is taken."""
    event = standing.event
    data = {"event_uid": event.uid, "verdict": verdict, **by(actor, standing.in_force)}
    against = event.expected.against
    expected = Expected(
        outcome="decision",
        decision={"release": "allow", "refuse": "block", "escalate": "hold"}[verdict],  # type: ignore[arg-type]
        repeated=event.expected.alerts,
        against=against,
        counts=verdict == "refuse" and against is not None,
        takes_back=was_counted,
    )
    more = {} if case is None else {"case": case}
    made = make.event("reviews", {**data, **more}, expected, times=often(make), about=event, version=2)
    return replace(made, turn=standing.decided + 1)


def _refused(make: Maker, about: Case | None, data: Json, error: str, *, version: Literal[1, 2] = 2) -> Case:
    """An act that is not taken."""
    uid = sha256(make.content_id.encode()) if about is None else about.uid
    verdict = {"event_uid": uid, "verdict": make.rng.choice(("release", "refuse"))}
    expected = Expected(outcome="dead-letter", error=error)
    return make.event("reviews", {**verdict, **data}, expected, about=about, version=version)


def _acts(make: Maker, standing: Standing, act: Literal["claim", "note"], expected: Expected, other: int = 0) -> Case:
    """A claim or a note."""
    data = {"event_uid": standing.event.uid, "act": act, **by(reviewer_of(standing, other), standing.in_force)}
    case = make.event("reviews", data, expected, times=often(make), about=standing.event, named="review-act")
    return replace(case, turn=standing.acted + 1)


def _found_illegal(make: Maker, standing: Standing) -> Case:
    """Whatever was decided about it: a person finds it illegal later."""
    event = standing.event
    account = event.account
    expected = Expected(
        outcome="retraction",
        decision="retracted",
        alerts=frozenset({_ILLEGAL_LATER}),
        against=None if account is None else Against(account=account, rules=frozenset({_ILLEGAL_LATER})),
        counts=account is not None,
        original=event.expected.original,
    )
    data = {"verdict": "illegal", "categories": ["other"], **by(reviewer_of(standing), standing.in_force)}
    return make.event("reviews", {"event_uid": event.uid, **data}, expected, about=event, version=2)


def _let_through(make: Maker) -> Case:
    """A publication that is allowed, by one of few users, of a text of which no likeness is known."""
    mime, body = make.asset(("application/json",))
    content, objects = make.by_reference(mime, body, synthetic="no")
    id_hash = user(make.rng.randrange(ACCOUNTS))
    expected = Expected(outcome="decision", decision="allow", original=sha256(body))
    data = {"user": {"id_hash": id_hash}, "content": content}
    case = make.event("publication", data, expected, objects=objects, times=often(make))
    return replace(case, account=account_of(id_hash))


def review_of_nothing(make: Maker) -> Case:
    """A review of an event that there is not."""
    return _refused(make, None, by({"id": "reviewer-0", "role": "reviewer"}, "0" * 64), "ReviewRefusedError")


PEOPLE_KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
    "published-and-retracted": (_let_through, 1),
    "review-of-nothing": (review_of_nothing, 0.5),
}
"""Every kind of input that people act on and law does not judge: what makes it, and its weight in the mix."""

ACTS: Final[Mapping[str, Callable[[Maker, Standing], Case]]] = {
    "review-release": lambda make, now: decides(make, now, "release", reviewer_of(now)),
    "review-refuse": lambda make, now: decides(make, now, "refuse", reviewer_of(now)),
    "review-escalate": lambda make, now: decides(make, now, "escalate", reviewer_of(now)),
    "second-release": lambda make, now: decides(make, now, "release", reviewer_of(now, 1)),
    "appeal-refuse": lambda make, now: decides(make, now, "refuse", OFFICER, case=f"appeal-{make.number}"),
    "appeal-release": lambda make, now: decides(
        make, now, "release", OFFICER, case=f"appeal-{make.number}", was_counted=True
    ),
    "appeal-by-the-same": lambda make, now: _refused(
        make, now.event, {**by(reviewer_of(now), now.in_force), "case": f"appeal-{make.number}"}, "SamePersonError"
    ),
    "review-too-late": lambda make, now: _refused(
        make, now.event, by(reviewer_of(now, 1), decision_id(now.event.subject)), "ActOvertakenError"
    ),
    "review-of-decided": lambda make, now: _refused(
        make, now.event, by(reviewer_of(now), now.in_force), "ReviewRefusedError"
    ),
    "review-by-viewer": lambda make, now: _refused(make, now.event, by(VIEWER, now.in_force), "RoleRefusedError"),
    "review-of-version-1": lambda make, now: _refused(
        make, now.event, {"reviewer": {**reviewer_of(now)}, "reason": "Seen."}, "RoleRefusedError", version=1
    ),
    "claim": lambda make, now: _acts(make, now, "claim", Expected(outcome="act")),
    "claim-in-vain": lambda make, now: _acts(
        make, now, "claim", Expected(outcome="dead-letter", error="ClaimedError"), 1
    ),
    "note": lambda make, now: _acts(make, now, "note", Expected(outcome="act"), 1),
    "found-illegal": _found_illegal,
}
"""Every kind of what a person does about an event."""

FOLLOWED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "counted-and-reviewed": ("review-of-decided",),
    "counted-and-appealed": ("appeal-release",),
    "held-and-released": ("review-release",),
    "held-and-refused": ("review-refuse",),
    "held-and-reviewed-twice": ("review-refuse", "review-too-late"),
    "held-and-claimed": ("claim", "claim-in-vain", "note", "review-refuse"),
    "held-and-escalated": ("review-escalate", "second-release"),
    "held-refused-and-appealed": ("review-refuse", "appeal-by-the-same", "appeal-release"),
    "held-released-and-appealed": ("review-release", "appeal-refuse"),
    "held-and-left": ("review-by-viewer", "review-of-version-1"),
    "held-seal-refused": ("review-refuse",),
    "held-seal-released": ("review-release",),
    "held-activity-released": ("review-release",),
    "published-and-retracted": ("found-illegal",),
}
"""Which kinds of cases people act on, and how: each act is sent after the one before was dealt with."""
