"""What people do about cases: a form becomes an event on the topic of acts about cases."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
from msgspec.structs import asdict
from starlette.datastructures import FormData

from agents.messages import KafkaMessage
from console.acting import HEADERS, Desk
from console.case_desk import OfferedAct, acts_offered, kinds_offered
from console.case_form import OPENING_FIELDS, FormField
from console.parts import ConsoleParts
from console.people import Person, is_permitted
from console.readmodel.shown import AlertedEvent, EventPage, ShownCase
from console.refusing import PageRefusal, unusable
from pipeline.duties.case_steps import MAY_FOLLOW
from pipeline.errors import ProducerError
from pipeline.events.identity import case_uid
from pipeline.events.inputs import FiledDocument
from pipeline.events.intake import CASE_ACT, intake_case_act
from pipeline.policy.pack import CaseKind

__all__ = ["CaseDesk"]

_NOT_ALLOWED: Final = 403
_OVERTAKEN: Final = 409
_UNUSABLE: Final = 422
_PLACES: Final = re.compile(r"[,;\s]+")


class CaseDesk:
    """Sends what people do about cases.

    Args:
        parts: the parts of the console.
        desk: sends, and remembers what it sent.
    """

    def __init__(self, parts: ConsoleParts, desk: Desk) -> None:
        self._parts = parts
        self._desk = desk

    async def act(
        self,
        person: Person,
        page: ShownCase,
        event: EventPage | None,
        form: FormData,
        documents: Sequence[FiledDocument] = (),
    ) -> str:
        """Send an act about a case that there is, and what is filed with it; returns the identity of the act.

        Raises:
            PageRefusal: it may not be done, somebody else acted meanwhile, or the form cannot be used.
            WorldError: the brokers did not take it; the same form can be sent again.
        """

        def made(token: str) -> KafkaMessage:
            case = page.case
            if form.get("seen") != str(case.version):
                raise PageRefusal("refused.overtaken-case", _OVERTAKEN)
            chosen = _chosen(acts_offered(case, person, event), str(form.get("step", "")))
            data: dict[str, object] = {"act": chosen.act, "case": case.id, "seen": case.version}
            if chosen.outcome is not None:
                data["outcome"] = chosen.outcome
                if event is not None:
                    data["seen_decision"] = str(form.get("seen_decision", ""))
            if chosen.act == "incident.disposed" and form.get("user_action"):
                data["incident"] = {"user_action": str(form["user_action"])}
            return self._message(person, token, form, {**data, **_filed(documents)})

        return await self._desk.once(form, made)

    async def open(
        self, person: Person, kind: CaseKind, form: FormData, documents: Sequence[FiledDocument] = ()
    ) -> tuple[str, str]:
        """Open a case; returns its identity and that of the act; raises as `act`."""
        number = str(form.get("case", "")).strip()

        def made(token: str) -> KafkaMessage:
            if kind not in kinds_offered(person):
                raise PageRefusal("refused.role", _NOT_ALLOWED, role=person.role)
            opening = f"{kind}.{MAY_FOLLOW[kind][None][0]}"
            data: dict[str, object] = {"act": opening, "case": number, "seen": 0, **_told(kind, form)}
            places = [place for place in _PLACES.split(str(form.get("jurisdictions", ""))) if place]
            if places:
                data["jurisdictions"] = places
            return self._message(person, token, form, {**data, **_filed(documents)})

        return case_uid(kind, f"#{number}"), await self._desk.once(form, made)

    async def look_at(self, person: Person, event: AlertedEvent, form: FormData) -> str:
        """Say how far somebody is with the alerts of an event; returns the identity of the act; raises as `act`."""
        return await self._desk.once(form, self._looked(person, event, form, str(form.get("seen", ""))))

    async def look_at_several(
        self, person: Person, events: Mapping[str, AlertedEvent], seen: Mapping[str, str], form: FormData
    ) -> str:
        """Say the same of the alerts of several events, each as by itself; returns the name of what was sent together.

        Args:
            person: who looks at them.
            events: as they are now, by their identity.
            seen: how they were on the page that the person saw, as its fields say it.
            form: what was sent.

        Raises:
            PageRefusal: as `look_at`; of what somebody else was faster with the rest is sent.
            WorldError: the brokers did not take all of it; the same form can be sent again.
        """
        made = {uid: self._looked(person, event, form, seen[uid]) for uid, event in events.items()}
        return await self._desk.several(form, made)

    def _looked(self, person: Person, event: AlertedEvent, form: FormData, seen: str) -> Callable[[str], KafkaMessage]:
        """Makes the message of a token by which somebody says how far it is with the alerts of an event."""

        def made(token: str) -> KafkaMessage:
            act = str(form.get("step", ""))
            if act not in {f"alert.{state}" for state in MAY_FOLLOW["alert"][None]} or not is_permitted(
                person, "alert"
            ):
                raise PageRefusal("refused.role", _NOT_ALLOWED, role=person.role)
            if seen != f"{event.version} {len(event.alerts)}":
                raise PageRefusal("refused.overtaken-alerts", _OVERTAKEN)
            ids = [alert.alert_id for alert in event.alerts]
            told = {"act": act, "case": event.event_uid, "seen": event.version, "alert": {"ids": ids}}
            return self._message(person, token, form, told, otherwise="In the console.")

        return made

    def _message(
        self, person: Person, token: str, form: FormData, told: Mapping[str, object], otherwise: str = ""
    ) -> KafkaMessage:
        """The message of an act. All its data is the same at a second click: then it is a replay to the worker."""
        reason, at = str(form.get("reason", "")).strip() or otherwise, str(form.get("at", "")).strip()
        data = {
            **told,
            "actor": {"id": person.id, "role": person.role},
            "auth": person.auth,
            "reason": reason,
            **({"at": _instant(at)} if at else {}),
        }
        event = {
            "specversion": "1.0",
            "id": token,
            "source": self._parts.settings.source,
            "type": CASE_ACT,
            "time": datetime.fromtimestamp(self._parts.now(), UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": data,
        }
        value = orjson.dumps(event)
        if not reason:
            raise PageRefusal("refused.reason", _UNUSABLE)
        try:
            intake_case_act(value, HEADERS)
        except ProducerError as error:
            raise unusable(error, _UNUSABLE) from error
        key = str(told["case"]).encode()
        return KafkaMessage(topic=self._parts.topics.cases, key=key, value=value, headers=HEADERS)


def _chosen(offered: tuple[OfferedAct, ...], name: str) -> OfferedAct:
    """The act that was chosen.

    Raises:
        PageRefusal: it is not offered, or is off.
    """
    for act in offered:
        if act.name == name and act.off is None:
            return act
    raise PageRefusal("refused.not-offered", _NOT_ALLOWED)


def _filed(documents: Sequence[FiledDocument]) -> dict[str, object]:
    """What an act says of documents; what is not told of one is left out."""
    told = [{name: value for name, value in asdict(document).items() if value is not None} for document in documents]
    return {"documents": told} if told else {}


def _told(kind: CaseKind, form: FormData) -> dict[str, object]:
    """What a form says of a new case, nested as events are."""
    told: dict[str, object] = {}
    for field in OPENING_FIELDS[kind]:
        value = _value(field, str(form.get(field.name, "")).strip())
        if value is None:
            continue
        room, _, member = field.name.partition(".")
        if not member:
            told[room] = value
            continue
        members = told.setdefault(room, {})
        if isinstance(members, dict):
            members[member] = value
    return told


def _value(field: FormField, text: str) -> object:
    if not text:
        return None
    if field.form == "yes":
        return True
    return _instant(text) if field.form == "instant" else text


def _instant(text: str) -> str:
    """What a field for a time in UTC says, as RFC 3339; what is none is left for the contract to refuse."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).isoformat()
