"""What people and the public do about cases of operators in the workload: complaints, appeals, demands, orders.

The acts about one case come one after another, each on the sight of the version before, so that what must come of each
is known. Cases come in so long before the run that the time that the law gives is up while it goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from tests.broker.kill.case_maker import Json, Maker
from tests.broker.kill.cases import Case, Clock, Expected, Matter, Version, written
from tests.broker.kill.clock_cases import ORDER_CLOCK, during
from tests.broker.kill.people_cases import OFFICER, VIEWER, Standing, by, decides, often, reviewer_of

__all__ = ["MATTER_ACTS", "MATTER_FOLLOWED_BY", "MATTER_KINDS"]

_GRIEVANCE_CLOCK: Final = Clock(rule="in.it-rules.grievance-clock", given=timedelta(days=7), shares=(50, 80))
"""What India gives for a complaint since 20 February 2026."""

Outcome = Literal["upheld", "overturned"]


def _opens(make: Maker, act: str, matter: Matter, more: Json, actor: Json | None = None) -> Case:
    """The act that opens a case; by the public where nobody is named."""
    return _does(make, Standing(_NOBODY), act, matter, actor, more)


_NOBODY: Final = Case(
    number=0, kind="", topic="cases", key=None, value=None, headers=(), uid=None, expected=Expected(outcome="version")
)
"""What an act is about that opens a case about no event."""


def _does(
    make: Maker, now: Standing, act: str, matter: Matter, actor: Json | None, more: Json, *, done: bool = False
) -> Case:
    """An act that is taken and decides about no event."""
    number = now.versions + 1
    case = make.event(
        "cases", _data(make, now, act, matter, actor, more), Expected(outcome="version"), times=often(make)
    )
    return replace(
        case,
        key=matter.id.encode(),
        matter=replace(matter, done=_at(matter, number) if done else None),
        version=Version(number=number, act=act, actor=actor and actor["id"], outcome=now.outcome),
    )


def _decides(make: Maker, now: Standing, act: str, outcome: Outcome, actor: Json) -> Case:
    """An act that is taken and decides about the event of its case once more."""
    matter, event = _matter(now), now.event
    is_allowed = now.allowed == (outcome == "upheld")
    against = event.expected.against
    expected = Expected(
        outcome="decision",
        decision="allow" if is_allowed else "block",
        repeated=event.expected.alerts,
        against=against,
        counts=now.allowed and not is_allowed and against is not None,
        takes_back=not now.allowed and is_allowed and against is not None,
    )
    data = _data(make, now, act, matter, actor, {"outcome": outcome, "seen_decision": now.in_force})
    return replace(
        make.event("cases", data, expected, times=often(make), about=event),
        key=matter.id.encode(),
        told_under=event.key,
        turn=now.decided + 1,
        matter=replace(matter, done=_at(matter, now.versions + 1)),
        version=Version(number=now.versions + 1, act=act, actor=actor["id"], outcome=outcome),
    )


def _refused(
    make: Maker,
    now: Standing,
    act: str,
    error: str,
    *,
    actor: Json | None = OFFICER,
    more: Json | None = None,
    ahead: int = 0,
) -> Case:
    """An act that is not taken; `ahead` is by how much the version that it saw is newer than the newest."""
    matter = _matter(now)
    data = _data(make, now._replace(versions=now.versions + ahead), act, matter, actor, more or {})
    return replace(make.event("cases", data, Expected(outcome="dead-letter", error=error)), key=matter.id.encode())


def _data(make: Maker, now: Standing, act: str, matter: Matter, actor: Json | None, more: Json) -> Json:
    at = matter.received if now.versions == 0 else _at(matter, now.versions + 1)
    said = {} if actor is None else by(actor, now.versions)
    document = {"sha256": f"{make.number:064x}", "uri": f"s3://{make.supplies.inbox}/letters/{make.number}"}
    return {"act": act, "case": matter.id, "at": written(at), **said, "documents": [document], **more}


def _at(matter: Matter, version: int) -> datetime:
    """When the act was done that leads to a version: minutes after the case came."""
    return matter.received + timedelta(minutes=version)


def _matter(now: Standing) -> Matter:
    assert now.matter is not None, "an act is about a case"
    return now.matter


def _party(number: int) -> Json:
    return {"party": {"id_hash": f"salted-hash-of-party-{number}"}}


def _complaint(make: Maker, share: float = 1.0, about: Case | None = None) -> Case:
    """Somebody of the public complains; so much of the time is over when the clock is to be heard."""
    number = f"complaint-{make.supplies.seed}-{make.number}"
    received = during(make) - share * _GRIEVANCE_CLOCK.given
    matter = Matter(kind="complaint", id=number, received=received, clock=_GRIEVANCE_CLOCK)
    subject = {} if about is None else {"about": {"event_uid": about.uid}}
    more = {"channel": "web", "jurisdictions": ["IN"], **_party(make.number), **subject}
    return _opens(make, "complaint.received", matter, more)


def _appeal(make: Maker, about: Case) -> Case:
    """Somebody of the public appeals; India's rules give no time for that."""
    number = f"appeal-{make.supplies.seed}-{make.number}"
    matter = Matter(kind="appeal", id=number, received=during(make), clock=None)
    more = {"channel": "app", "jurisdictions": ["IN"], "about": {"event_uid": about.uid}, **_party(make.number)}
    return _opens(make, "appeal.opened", matter, more)


def _takedown(make: Maker) -> Case:
    number = f"demand-{make.supplies.seed}-{make.number}"
    matter = Matter(kind="takedown", id=number, received=during(make) - ORDER_CLOCK.given, clock=ORDER_CLOCK)
    more = {"jurisdictions": ["IN"], "takedown": {"kind": "order"}, "channel": "authority"}
    return _opens(make, "takedown.requested", matter, more, OFFICER)


def _suspension(make: Maker) -> Case:
    """An authority orders that a service of its own number stops, which no event names."""
    number = f"suspension-{make.supplies.seed}-{make.number}"
    service = f"stopped-{make.number}"
    matter = Matter(kind="order", id=number, received=during(make), clock=None, suspends=service)
    more = {"jurisdictions": ["IN"], "order": {"kind": "suspend-service"}, "service": {"id": service}}
    return _opens(make, "order.received", matter, more, OFFICER)


def _on_nothing(make: Maker) -> Case:
    """An officer acts on a case that there is not."""
    matter = Matter(kind="complaint", id=f"none-{make.number}", received=during(make), clock=None)
    return _refused(make, Standing(_NOBODY, matter=matter), "complaint.acknowledged", "ActRefusedError")


def _officer_does(act: str, *, done: bool = False) -> Callable[[Maker, Standing], Case]:
    return lambda make, now: _does(make, now, act, _matter(now), OFFICER, {}, done=done)


def _reply(make: Maker, now: Standing) -> Case:
    return _does(make, now, "complaint.replied", _matter(now), None, _party(_number_of(now)))


def _number_of(now: Standing) -> int:
    """The number of the input that opened a case, by which its party is called."""
    return int(_matter(now).id.rpartition("-")[2])


def _released_by_review(make: Maker, now: Standing) -> Case:
    """An appeal that is decided on the topic of reviews."""
    matter = _matter(now)
    case = decides(make, now, "release", OFFICER, case=matter.id, was_counted=True)
    version = Version(number=now.versions + 1, act="appeal.decided", actor=OFFICER["id"], outcome="overturned")
    return replace(case, matter=replace(matter, done=matter.received), version=version)


MATTER_KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
    "complaint-missed": (_complaint, 0.5),
    "complaint-warned": (lambda make: _complaint(make, 0.8), 0.4),
    "complaint-dealt-with": (_complaint, 0.4),
    "takedown-missed": (_takedown, 0.4),
    "takedown-carried-out": (_takedown, 0.4),
    "suspension-ordered": (_suspension, 0.3),
    "suspension-ordered-and-lifted": (_suspension, 0.3),
    "act-on-no-case": (_on_nothing, 0.3),
}
"""Every kind of case that is about no event: what opens it, and its weight in the mix."""

MATTER_ACTS: Final[Mapping[str, Callable[[Maker, Standing], Case]]] = {
    "complaint-received": lambda make, now: _complaint(make, about=now.event),
    "complaint-acknowledged": _officer_does("complaint.acknowledged"),
    "complaint-acknowledged-unseen": lambda make, now: _refused(
        make, now, "complaint.acknowledged", "ActOvertakenError", ahead=1
    ),
    "complaint-acknowledged-by-viewer": lambda make, now: _refused(
        make, now, "complaint.acknowledged", "RoleRefusedError", actor=VIEWER
    ),
    "complaint-asked-back": _officer_does("complaint.asked-back"),
    "complaint-replied-by-other": lambda make, now: _refused(
        make, now, "complaint.replied", "ActRefusedError", actor=None, more=_party(-1)
    ),
    "complaint-replied": _reply,
    "complaint-upheld": lambda make, now: _decides(make, now, "complaint.answered", "upheld", OFFICER),
    "complaint-overturned": lambda make, now: _decides(make, now, "complaint.answered", "overturned", OFFICER),
    "complaint-answered": _officer_does("complaint.answered", done=True),
    "complaint-answered-again": lambda make, now: _refused(make, now, "complaint.answered", "ActRefusedError"),
    "complaint-closed": _officer_does("complaint.closed"),
    "appeal-opened": lambda make, now: _appeal(make, now.event),
    "appeal-decided-by-the-same": lambda make, now: _refused(
        make,
        now,
        "appeal.decided",
        "SamePersonError",
        actor=reviewer_of(now),
        more={"outcome": "overturned", "seen_decision": now.in_force},
    ),
    "appeal-overturned": lambda make, now: _decides(make, now, "appeal.decided", "overturned", reviewer_of(now, 1)),
    "appeal-released-by-review": _released_by_review,
    "takedown-done": _officer_does("takedown.done", done=True),
    "suspension-lifted": _officer_does("order.done", done=True),
}
"""Every kind of what people do about a case."""

MATTER_FOLLOWED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "counted-and-complained": (
        "complaint-received",
        "complaint-acknowledged-by-viewer",
        "complaint-acknowledged",
        "complaint-overturned",
        "complaint-closed",
    ),
    "held-refused-and-complained": (
        "review-refuse",
        "complaint-received",
        "complaint-acknowledged-unseen",
        "complaint-acknowledged",
        "complaint-asked-back",
        "complaint-replied-by-other",
        "complaint-replied",
        "complaint-upheld",
    ),
    "held-released-and-complained": ("review-release", "complaint-received", "complaint-overturned"),
    "held-refused-and-contested": ("review-refuse", "appeal-opened", "appeal-decided-by-the-same", "appeal-overturned"),
    "counted-and-contested": ("appeal-opened", "appeal-released-by-review"),
    "complaint-dealt-with": (
        "complaint-acknowledged",
        "complaint-answered",
        "complaint-answered-again",
        "complaint-closed",
    ),
    "takedown-carried-out": ("takedown-done",),
    "suspension-ordered-and-lifted": ("suspension-lifted",),
}
"""What people do about which kinds of inputs, one after another."""
