"""Events that alerts are about, with all their alerts and how far somebody is with them."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import msgspec

from console.readmodel.placing import instant_of, place_name
from console.readmodel.port import ModelReader
from console.readmodel.several import rows_about, rows_by_key, values_of
from console.readmodel.shown import AlertedEvent, AlertPage
from console.readmodel.standing import ALERT_STATES, Held, facet_of, in_force, record_as_held, state_of_alerts
from pipeline.events.outputs import Alert, Case

__all__ = ["alert_page_of", "alerted_of", "alerts_by_event"]


def alert_page_of(db: ModelReader, wanted: Mapping[str, str], before: tuple[int, str], rows: int) -> AlertPage:
    """Some of the events that alerts are about, the newest first.

    Args:
        db: where to read.
        wanted: `kind`, `severity` and `state` of the alerts; empty for all.
        before: the place behind which it begins: a time and an event.
        rows: how many at most.
    """
    facet = facet_of(wanted["kind"], wanted["severity"])
    states = [wanted["state"]] if wanted["state"] else ALERT_STATES
    each = """SELECT event_uid, at FROM (SELECT event_uid, at FROM alerted
      WHERE facet = ? AND state = ? AND (at, event_uid) < (?, ?) ORDER BY at DESC, event_uid DESC LIMIT ?) AS one"""
    given = [value for state in states for value in (facet, state, *before, rows + 1)]
    every = " UNION ALL ".join(each for _ in states)
    found = db.execute(f"{every} ORDER BY at DESC, event_uid DESC LIMIT ?", (*given, rows + 1)).fetchall()
    shown = [uid for uid, _ in found[:rows]]
    events = alerted_of(db, shown)
    facets = values_of(db, "alerted", "facet")
    return AlertPage(
        events=tuple(events[uid] for uid in shown),
        next=place_name(found[rows - 1][1], found[rows - 1][0]) if len(found) > rows else None,
        kinds=tuple(name.removeprefix("kind:") for name in facets if name.startswith("kind:")),
        kind=wanted["kind"],
        severity=wanted["severity"],
        state=wanted["state"],
    )


def alerted_of(db: ModelReader, uids: Collection[str]) -> Mapping[str, AlertedEvent]:
    """These events with their alerts, by event; without those of which there are none."""
    newest = dict(rows_about(db, uids, "SELECT event_uid, at FROM alerted WHERE facet = '' AND event_uid {}"))
    known: dict[str, list[Held]] = defaultdict(list)
    decided = "SELECT event_uid, decision_id, supersedes, outcome, at FROM decisions WHERE event_uid {}"
    for uid, (name, supersedes, outcome, at) in rows_about(db, newest, decided):
        known[uid].append(Held(name, supersedes, outcome, at, b""))
    recorded = "SELECT event_uid, outcome, at FROM records WHERE event_uid {}"
    for uid, (outcome, at) in rows_about(db, newest, recorded):
        known[uid].append(record_as_held(uid, outcome, at, b""))
    alerts = alerts_by_event(db, newest)
    looked = dict(rows_about(db, newest, "SELECT event_uid, body FROM looked_at WHERE event_uid {}"))
    return {
        uid: _alerted(uid, at, known[uid], alerts.get(uid, ()), *looked.get(uid, (None,)))
        for uid, (at,) in newest.items()
    }


def alerts_by_event(db: ModelReader, uids: Collection[str]) -> Mapping[str, tuple[Alert, ...]]:
    """The alerts of these events, the gravest first."""
    raised = "SELECT event_uid, body FROM alerts WHERE event_uid {} ORDER BY severity DESC, alert_id"
    return {
        uid: tuple(msgspec.json.decode(body, type=Alert) for (body,) in bodies)
        for uid, bodies in rows_by_key(db, uids, raised).items()
    }


def _alerted(
    uid: str, at: int, known: Collection[Held], alerts: tuple[Alert, ...], looked_at: bytes | None
) -> AlertedEvent:
    held = in_force(known)
    case = None if looked_at is None else msgspec.json.decode(looked_at, type=Case)
    return AlertedEvent(
        event_uid=uid,
        at=instant_of(at),
        standing=None if held is None else held.outcome,
        alerts=alerts,
        state=state_of_alerts((alert.alert_id for alert in alerts), looked_at),
        version=0 if case is None else case.version,
        looked_at=None if case is None else case.act,
    )
