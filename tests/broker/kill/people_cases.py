"""The part of the workload that people do: reviews, claims and notes, appeals by somebody else, later verdicts.

Each act says which decision it saw. The acts about one event come one after another, so that what must come of each is
known; what else goes on about the event meanwhile is not, and may not matter.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from tests.broker.kill.case_maker import Json, Maker
from tests.broker.kill.cases import Against, Case, Expected, account_of, decision_id, review_id, sha256
from tests.broker.kill.law import ACCOUNTS, user

__all__ = ["ACTS", "FOLLOWED_BY", "PEOPLE_KINDS", "Standing"]

_ILLEGAL_LATER: Final = "illegal.retracted"


class Standing(NamedTuple):
    """How an event stands when a person acts on it: how often persons decided about it, and what else they did."""

    event: Case
    decided: int = 0
    acted: int = 0

    @property
    def in_force(self) -> str:
        """The decision in force."""
        return review_id(self.event.subject, self.decided) if self.decided else decision_id(self.event.subject)

    def after(self, act: Case) -> "Standing":
        """How it stands when an act was dealt with."""
        match act.expected.outcome:
            case "decision":
                return self._replace(decided=self.decided + 1)
            case "act":
                return self._replace(acted=self.acted + 1)
            case _:
                return self


def _reviewer(standing: Standing, other: int = 0) -> Json:
    """The reviewer of an event, or another one."""
    role = "second-reviewer" if other or standing.decided else "reviewer"
    return {"id": f"reviewer-{(standing.event.number + other) % 3}", "role": role}


_OFFICER: Final[Json] = {"id": "officer-1", "role": "complaints-officer"}
_VIEWER: Final[Json] = {"id": "viewer-1", "role": "viewer"}


def _by(actor: Json, seen: str) -> Json:
    auth = {"issuer": "//kill/login", "at": "2026-01-01T00:00:00Z"}
    return {"actor": actor, "auth": auth, "seen": seen, "reason": "Seen by a person."}


def _often(make: Maker) -> int:
    return make.rng.choice((1, 1, 2))


def _decides(
    make: Maker,
    standing: Standing,
    verdict: Literal["release", "refuse", "escalate"],
    actor: Json,
    *,
    on_appeal: bool = False,
    was_counted: bool = False,
) -> Case:
    """A verdict that is taken."""
    event = standing.event
    data = {"event_uid": event.uid, "verdict": verdict, **_by(actor, standing.in_force)}
    against = event.expected.against
    expected = Expected(
        outcome="decision",
        decision={"release": "allow", "refuse": "block", "escalate": "hold"}[verdict],  # type: ignore[arg-type]
        repeated=event.expected.alerts,
        against=against,
        counts=verdict == "refuse" and against is not None,
        takes_back=was_counted,
    )
    more = {"case": f"appeal-{make.number}"} if on_appeal else {}
    case = make.event("reviews", {**data, **more}, expected, times=_often(make), about=event, version=2)
    return replace(case, turn=standing.decided + 1)


def _refused(make: Maker, about: Case | None, data: Json, error: str, *, version: Literal[1, 2] = 2) -> Case:
    """An act that is not taken."""
    uid = sha256(make.content_id.encode()) if about is None else about.uid
    verdict = {"event_uid": uid, "verdict": make.rng.choice(("release", "refuse"))}
    expected = Expected(outcome="dead-letter", error=error)
    return make.event("reviews", {**verdict, **data}, expected, about=about, version=version)


def _acts(make: Maker, standing: Standing, act: Literal["claim", "note"], expected: Expected, other: int = 0) -> Case:
    """A claim or a note."""
    data = {"event_uid": standing.event.uid, "act": act, **_by(_reviewer(standing, other), standing.in_force)}
    case = make.event("reviews", data, expected, times=_often(make), about=standing.event, named="review-act")
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
    data = {"verdict": "illegal", "categories": ["other"], **_by(_reviewer(standing), standing.in_force)}
    return make.event("reviews", {"event_uid": event.uid, **data}, expected, about=event, version=2)


def _let_through(make: Maker) -> Case:
    """A publication that is allowed, by one of few users, of a text of which no likeness is known."""
    mime, body = make.asset(("application/json",))
    content, objects = make.by_reference(mime, body, synthetic="no")
    id_hash = user(make.rng.randrange(ACCOUNTS))
    expected = Expected(outcome="decision", decision="allow", original=sha256(body))
    data = {"user": {"id_hash": id_hash}, "content": content}
    case = make.event("publication", data, expected, objects=objects, times=_often(make))
    return replace(case, account=account_of(id_hash))


def review_of_nothing(make: Maker) -> Case:
    """A review of an event that there is not."""
    return _refused(make, None, _by({"id": "reviewer-0", "role": "reviewer"}, "0" * 64), "ReviewRefusedError")


PEOPLE_KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
    "published-and-retracted": (_let_through, 1),
    "review-of-nothing": (review_of_nothing, 0.5),
}
"""Every kind of input that people act on and law does not judge: what makes it, and its weight in the mix."""

ACTS: Final[Mapping[str, Callable[[Maker, Standing], Case]]] = {
    "review-release": lambda make, now: _decides(make, now, "release", _reviewer(now)),
    "review-refuse": lambda make, now: _decides(make, now, "refuse", _reviewer(now)),
    "review-escalate": lambda make, now: _decides(make, now, "escalate", _reviewer(now)),
    "second-release": lambda make, now: _decides(make, now, "release", _reviewer(now, 1)),
    "appeal-refuse": lambda make, now: _decides(make, now, "refuse", _OFFICER, on_appeal=True),
    "appeal-release": lambda make, now: _decides(make, now, "release", _OFFICER, on_appeal=True, was_counted=True),
    "appeal-by-the-same": lambda make, now: _refused(
        make, now.event, {**_by(_reviewer(now), now.in_force), "case": f"appeal-{make.number}"}, "SamePersonError"
    ),
    "review-too-late": lambda make, now: _refused(
        make, now.event, _by(_reviewer(now, 1), decision_id(now.event.subject)), "ActOvertakenError"
    ),
    "review-of-decided": lambda make, now: _refused(
        make, now.event, _by(_reviewer(now), now.in_force), "ReviewRefusedError"
    ),
    "review-by-viewer": lambda make, now: _refused(make, now.event, _by(_VIEWER, now.in_force), "RoleRefusedError"),
    "review-of-version-1": lambda make, now: _refused(
        make, now.event, {"reviewer": {**_reviewer(now)}, "reason": "Seen."}, "RoleRefusedError", version=1
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
