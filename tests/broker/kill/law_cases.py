"""The part of the workload that law judges: violations that count, held events, activities."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from tests.broker.kill.case_maker import Json, Maker
from tests.broker.kill.cases import Against, Case, Expected, account_of, sha256
from tests.broker.kill.law import ACCOUNTS, PHRASE, PROMPT, in_order, user
from tests.broker.kill.media import EMBEDDING, TEXTS

__all__ = ["LAW_KINDS"]

_UNLABELED: Final = "credential.unlabeled"
_PROHIBITED: Final = "cn.deep-synthesis.art10.block-prohibited"
_ILLEGAL: Final = "illegal.content"
_FALSE_NEWS: Final = "cn.deep-synthesis.art06.false-news"
_MARK_REMOVED: Final = "cn.deep-synthesis.art18.mark-removed"
_IMPLICIT_MARK: Final = "cn.deep-synthesis.art16.implicit-mark"
_DECLARE: Final = "cn.label-measures.art10.declare"
_LISTING: Final = "cn.deep-synthesis.art13.app-listing"
_NEW_FEATURE: Final = "cn.deep-synthesis.art20.new-feature"
_COMPLAINT: Final = "cn.deep-synthesis.art12.complaint-deadline"


def _published(
    make: Maker,
    facts: Json,
    *,
    decision: Literal["hold", "block"],
    counting: frozenset[str],
    mime_and_body: tuple[str, bytes] | None = None,
    content: Json | None = None,
    times: int = 1,
) -> Case:
    """A publication in China by one of few users, whose asset carries no credential."""
    mime, body = mime_and_body or make.asset()
    described, objects = make.by_reference(mime, body, **(content or {}))
    id_hash = user(make.rng.randrange(ACCOUNTS))
    data = in_order(described, id_hash)
    expected = Expected(
        outcome="decision",
        decision=decision,
        alerts=frozenset({_UNLABELED}) | counting,
        against=Against(account=account_of(id_hash), rules=counting),
        counts=decision == "block",
        original=sha256(body),
    )
    merged = {name: {**data.get(name, {}), **facts.get(name, {})} for name in facts}
    return make.event("publication", {**data, **merged}, expected, objects=objects, times=times)


def _prohibited_output(make: Maker, times: int = 1) -> Case:
    mime = make.rng.choice(("text/plain", "text/markdown"))
    body = f"{TEXTS[mime](make.rng)} {PHRASE.upper()} and more".encode()
    counting = frozenset({_PROHIBITED, _ILLEGAL})
    return _published(make, {}, decision="block", counting=counting, mime_and_body=(mime, body), times=times)


def _prohibited_prompt(make: Maker) -> Case:
    return _published(make, {"prompt": {"text": PROMPT}}, decision="block", counting=frozenset({_PROHIBITED}))


def _rumour(make: Maker) -> Case:
    return _published(
        make,
        {"review": {"verdict": "rumour"}},
        decision="block",
        counting=frozenset({_PROHIBITED, _FALSE_NEWS}),
        content={"is_news": True},
    )


def _undeclared(make: Maker) -> Case:
    """Held until somebody reviews it; only what a review refuses counts."""
    facts = {"actor": {"role": "user"}, "declaration": {"made": False}}
    counting = frozenset({_DECLARE})
    return _published(make, facts, decision="hold", counting=counting, times=make.rng.choice((1, 2)))


def _mark_removed(make: Maker) -> Case:
    """Sealed all the same, and blocked: it must not be handed on."""
    mime, body = make.asset()
    content, objects = make.by_reference(mime, body, operation="edited")
    id_hash = user(make.rng.randrange(ACCOUNTS))
    data = {
        **in_order(content, id_hash),
        "event_type": "transform.completed",
        "transform": {"lost": 1, "intent": "requested_removal"},
    }
    expected = Expected(
        outcome="manifest",
        decision="block",
        alerts=frozenset({_MARK_REMOVED}),
        against=Against(account=account_of(id_hash), rules=frozenset({_MARK_REMOVED})),
        counts=True,
        original=sha256(body),
        embedded=mime in EMBEDDING,
    )
    return make.event("generation", data, expected, objects=objects)


def _unmarked(make: Maker) -> Case:
    """Sealed, and held for want of a mark of the Chinese format, which is nobody's conduct but the service's."""
    mime, body = make.asset(("image/png", "audio/wav"))
    content, objects = make.by_reference(mime, body, operation="generated")
    data = {
        **in_order(content, user(make.rng.randrange(ACCOUNTS))),
        "implicit": {"present": False},
        "watermark": {"present": False},
    }
    expected = Expected(
        outcome="manifest",
        decision="hold",
        alerts=frozenset({_IMPLICIT_MARK}),
        original=sha256(body),
        embedded=mime in EMBEDDING,
    )
    return make.event("generation", data, expected, objects=objects)


def _activity(make: Maker, facts: Json, decision: Literal["allow", "hold", "block"], *alerts: str) -> Case:
    expected = Expected(outcome="decision", decision=decision, alerts=frozenset(alerts))
    return make.event("activities", {"jurisdictions": ["CN"], **facts}, expected, times=make.rng.choice((1, 1, 2)))


def _service_changed(make: Maker, assessment: Literal["done", "none"]) -> Case:
    service = {"public_opinion": True, "biometric_tool": False, "sensitive_scene_tool": False}
    facts = {"event_type": "service.changed", "service": {**service, "security_assessment": assessment}}
    return _activity(make, facts, "allow") if assessment == "done" else _activity(make, facts, "block", _NEW_FEATURE)


def _listing(make: Maker) -> Case:
    """Whether the filing was verified is not said: held, because not knowing is not a yes."""
    app = {"assessment_checked": True, "ai_declared": True, "label_material_checked": True}
    return _activity(make, {"event_type": "app.listing", "app": app}, "hold", _LISTING)


def _complaint(make: Maker) -> Case:
    return _activity(make, {"event_type": "complaint.updated", "complaint": {"overdue": True}}, "allow", _COMPLAINT)


LAW_KINDS: Final[Mapping[str, tuple[Callable[[Maker], Case], float]]] = {
    "counted-output": (_prohibited_output, 2),
    "counted-output-sent-twice": (lambda make: _prohibited_output(make, times=2), 1),
    "counted-prompt": (_prohibited_prompt, 2),
    "counted-rumour": (_rumour, 1),
    "counted-mark-removed": (_mark_removed, 1.5),
    "counted-and-reviewed": (_prohibited_output, 0.5),
    "counted-and-appealed": (_prohibited_output, 0.5),
    "held-and-released": (_undeclared, 1),
    "held-and-refused": (_undeclared, 2),
    "held-and-reviewed-twice": (_undeclared, 0.5),
    "held-and-claimed": (_undeclared, 0.5),
    "held-and-escalated": (_undeclared, 0.5),
    "held-refused-and-appealed": (_undeclared, 0.7),
    "held-released-and-appealed": (_undeclared, 0.5),
    "held-and-left": (_undeclared, 0.3),
    "held-seal-refused": (_unmarked, 0.5),
    "held-seal-released": (_unmarked, 0.5),
    "counted-and-complained": (_prohibited_output, 0.4),
    "counted-and-contested": (_prohibited_output, 0.3),
    "held-refused-and-complained": (_undeclared, 0.4),
    "held-released-and-complained": (_undeclared, 0.3),
    "held-refused-and-contested": (_undeclared, 0.3),
    "held-activity-released": (_listing, 1),
    "activity-allowed": (lambda make: _service_changed(make, "done"), 1),
    "activity-blocked": (lambda make: _service_changed(make, "none"), 1),
    "activity-alerted": (_complaint, 1),
}
"""Every kind of input that law judges: what makes it, and its weight in the mix."""
