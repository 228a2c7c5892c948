"""Personal data and secrets: what is planted in events is in nothing that comes out of them.

A whole worker but for Kafka: every lane, the outbox, dead letters, logs, metrics, and the store in memory. That the
look for leaks sees any is shown by planting one in each place.
"""

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import pytest
from prometheus_client import generate_latest

from agents.assembly import law_of, use_cases
from agents.delivery import InputRecord
from agents.delivery.tracebacks import without_content
from agents.lanes import LANES
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.runtime import Runtime
from agents.strange_members import StrangeMembers
from agents.topics import Topics
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.errors import ProducerError
from pipeline.events.identity import decision_id, event_uid
from pipeline.events.outgoing import DEAD_LETTER_HEADER
from pipeline.events.pseudonyms import Pseudonyms
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.isolation import Parsers
from pipeline.labels.explicit.in_process import InProcessLabeler
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.policy.reference import ReferenceSets
from pipeline.settings import AssetSettings, LabelSettings, PeopleSettings, PolicySettings, StoreSettings
from pipeline.store import Location
from pipeline.store.simulator import StoreSimulator
from tests.unit.house import NoPictures

NAME, PHONE = "Zhang-Planted Weiwei", "13800138000"
EMAIL, SECRET = "planted.weiwei@example.com", "sk-planted-4f9d2c71"
KEY: Final = b"planted-key-of-pseudonyms-0123456789"
PLANTED: Final = {"name": NAME, "phone": PHONE, "e-mail": EMAIL, "secret": SECRET, "key": KEY.decode()}
TOPICS: Final = Topics("sealstream.")
LOGIN: Final = {"issuer": "https://login.example", "at": "2026-11-20T08:58:00+08:00"}


@dataclass
class Run:
    """A worker without Kafka, and everything that came out of it."""

    credentials: InProcessCredentialService
    messages: list[KafkaMessage] = field(default_factory=list)
    logs: list[logging.LogRecord] = field(default_factory=list)
    inputs: int = 0

    def __post_init__(self) -> None:
        self.store = StoreSimulator("sealstream", "sealstream-records", "sealstream-inbox")
        self.metrics = Metrics.create()
        publisher: Any = self
        self.outbox = Outbox(publisher=publisher, topics=TOPICS, source="here", metrics=self.metrics)
        parsers = Parsers(
            credentials=self.credentials,
            image_coder=NoPictures(),
            labeler=InProcessLabeler(),
            implicit_labeler=InProcessImplicitLabeler(),
            fingerprinter=InProcessFingerprinter(),
        )
        cases = use_cases(
            self.store,
            parsers,
            law_of(PolicySettings(jurisdictions=("CN", "ES")), ReferenceSets.empty),
            StoreSettings(),
            AssetSettings(),
            LabelSettings(producer="studio"),
            PeopleSettings(without_operators=True),
        )
        threads = ThreadPoolExecutor(1)
        self.runtime = Runtime(
            cases=cases,
            outbox=self.outbox,
            strange=StrangeMembers(self.metrics.unknown_members),
            threads=threads,
            patient=threads,
            pseudonyms=Pseudonyms(keys=(KEY,)),
        )

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        """What the outbox publishes by."""
        self.messages += messages

    def take(self, lane_name: str, kind: str, event_id: str, data: Mapping[str, object]) -> ProducerError | None:
        """Work on an event as a worker does; what is refused becomes a dead letter."""
        event = {"specversion": "1.0", "id": event_id, "source": "/studio", "type": f"sealstream.{kind}", "data": data}
        event["time"] = "2026-06-01T11:59:00Z"
        lane = next(lane for lane in LANES if lane.name == lane_name)
        self.inputs += 1
        record = InputRecord(
            topic=lane.topic(TOPICS),
            partition=0,
            offset=self.inputs,
            key=None,
            value=orjson.dumps(event),
            timestamp=1.0,
        )
        try:
            asyncio.run(self.runtime.work(lane, record))
        except ProducerError as error:
            asyncio.run(self.outbox.dead_letter(record, error, 1))
            logging.getLogger("agents.delivery").warning("%s became a dead letter: %s", record, error)
            logging.getLogger("agents.delivery").warning("%s", without_content(error))
            return error
        return None


def play(run: Run) -> None:
    """A generation, publications, a review, a note, cases, an activity, and two dead letters."""
    words = f"My name is {NAME}, call {PHONE} or write to {EMAIL}; the password is {SECRET}.\n"
    person = {
        "user": {"id_hash": PHONE, "name": NAME, "email": EMAIL, "identity": {"status": "unverified"}},
        "prompt": {"text": words},
        "consent": {"ref": f"vault://{EMAIL}", "status": "revoked"},
    }
    shown = {"subject_ids": [NAME, EMAIL], "biometric": ["face"]}
    story = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": words, **shown}
    assert run.take("generation", "generation.v1", "made", {"content": story, **person}) is None
    post = {"id": "post", "mime": "text/plain", "base64": base64.b64encode(words.encode()).decode(), "synthetic": "yes"}
    assert run.take("publication", "publication.v1", "post", {"content": {**post, **shown}, **person}) is None
    fine = {"content": {**post, "id": "fine", "synthetic": "no"}, "jurisdictions": ["ES"], "user": {"id_hash": EMAIL}}
    assert run.take("publication", "publication.v1", "fine", fine) is None
    uid = event_uid("/studio", "post")
    by = {"event_uid": uid, "actor": {"id": "reviewer-1", "role": "reviewer"}, "auth": LOGIN, "seen": decision_id(uid)}
    note = {**by, "act": "note", "reason": f"I know {NAME}."}
    assert run.take("reviews", "review-act.v1", "note", note) is None
    gone = {"event_type": "consent.revoked", **person}
    assert run.take("activities", "activity.v1", "gone", gone) is None
    complaint = {"act": "complaint.received", "case": "K-1", "party": {"id_hash": EMAIL}, "about": {"event_uid": uid}}
    assert run.take("cases", "case-act.v1", "complaint", complaint) is None
    review = {"event_uid": uid, "verdict": "refuse", "reviewer": {"id": "reviewer-1"}, "reason": "No mark."}
    run.take("reviews", "review.v1", "review", review)
    broken = {"content": {**story, "operation": NAME}, **person}
    assert run.take("generation", "generation.v1", "broken", broken) is not None
    other = {"content": {**post, "id": "other", "base64": "eA=="}, **person}
    assert run.take("publication", "publication.v1", "post", other) is not None


def outgoing(run: Run) -> Iterator[tuple[str, bytes]]:
    """Everything that nobody may find anything planted in, with where it is.

    Not here is what has to have it: the bytes of assets, the inbox, a dead letter's input, and the words of a note.
    """
    for number, message in enumerate(run.messages):
        at = f"message {number} on {message.topic}"
        is_letter = message.topic == TOPICS.dead_letters
        yield f"{at}, key", message.key or b""
        yield f"{at}, value", b"" if is_letter else message.value or b""
        for name, value in message.headers:
            yield f"{at}, header {name}", name.encode() + (value or b"")
    for location, stored in run.store.objects.items():
        yield f"key {location.uri}", location.uri.encode()
        yield f"metadata of {location.uri}", repr(stored.metadata).encode()
        is_asset = location.bucket == "sealstream-inbox" or ".sealed." in location.key
        if not is_asset and not location.key.startswith("v1/acts/"):
            yield location.uri, stored.body
    for line in run.logs:
        yield f"log of {line.name}", logging.Formatter().format(line).encode()
    yield "metrics", generate_latest(run.metrics.registry)


def leaks(run: Run) -> set[tuple[str, str]]:
    """What planted thing is where, also as another encoding writes it."""
    found = set()
    for where, body in outgoing(run):
        for what, text in PLANTED.items():
            forms = (
                text.encode(),
                base64.b64encode(text.encode())[:-4],
                orjson.dumps(text)[1:-1],
                text.encode().hex().encode(),
            )
            if any(form in body for form in forms):
                found.add((what, where.partition(" ")[0]))
    return found


@pytest.fixture
def run(credentials: InProcessCredentialService, caplog: pytest.LogCaptureFixture) -> Run:
    caplog.set_level(logging.DEBUG)
    run = Run(credentials)
    play(run)
    run.logs = list(caplog.records)
    return run


def test_nothing_planted_is_in_what_comes_out_of_a_whole_run(run: Run) -> None:
    assert leaks(run) == set()
    topics = {message.topic.removeprefix("sealstream.") for message in run.messages}
    assert topics >= {"manifests", "decisions", "alerts", "review-updates", "case-updates", "clocks", "dead-letters"}
    trees = {at.key.split("/")[1] for at in run.store.objects}
    assert trees >= {"sha256", "records", "published", "consented", "acts", "cases"}
    assert run.logs
    letters = [message for message in run.messages if message.topic == TOPICS.dead_letters]
    assert any(NAME.encode() in (message.value or b"") for message in letters), "what was sent is kept as it was"


def test_whom_content_shows_is_known_to_the_store_and_to_no_topic(run: Run) -> None:
    shown, _ = Pseudonyms(keys=(KEY,)).accounts(NAME)
    holders = {at.key.split("/")[1] for at, stored in run.store.objects.items() if shown.encode() in stored.body}
    assert "records" in holders
    assert holders <= {"records", "reviews", "retractions"}
    letters = {TOPICS.dead_letters}
    said = [message.topic for message in run.messages if shown.encode() in repr(message).encode()]
    assert not [topic for topic in said if topic not in letters]
    assert shown not in "".join(logging.Formatter().format(line) for line in run.logs)


LEAKS: Mapping[str, Callable[[Run], object]] = {
    "message": lambda run: run.messages.append(
        KafkaMessage(topic=TOPICS.alerts, key=b"story", value=orjson.dumps({"message": f"made by {NAME}"}))
    ),
    "header": lambda run: run.messages.append(
        KafkaMessage(topic=TOPICS.dead_letters, key=None, value=None, headers=((DEAD_LETTER_HEADER, EMAIL.encode()),))
    ),
    "record": lambda run: run.store.create(
        Location("sealstream-records", "v1/records/x"), orjson.dumps({"user": PHONE}), media_type="application/json"
    ),
    "manifest": lambda run: run.store.create(
        Location("sealstream", "v1/sha256/x.c2pa"), NAME.encode(), media_type="application/c2pa"
    ),
    "key": lambda run: run.store.create(Location("sealstream", f"v1/{SECRET}"), b"", media_type="text/plain"),
    "metadata": lambda run: run.store.create(
        Location("sealstream", "v1/x.sealed.md"), b"", media_type="text/plain", metadata={"user": PHONE}
    ),
    "log": lambda run: run.logs.append(logging.makeLogRecord({"msg": "for %s", "args": (EMAIL,)})),
    "metrics": lambda run: run.metrics.unknown_members.labels(SECRET).inc(),
    "the key itself": lambda run: run.logs.append(logging.makeLogRecord({"msg": KEY.decode()})),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_leak_anywhere_is_found(credentials: InProcessCredentialService, leak: Callable[[Run], object]) -> None:
    run = Run(credentials)
    leak(run)
    assert leaks(run)


def test_without_its_pseudonyms_a_worker_would_refuse_what_is_no_hash(credentials: InProcessCredentialService) -> None:
    run = Run(credentials)
    run.runtime = Runtime(
        cases=run.runtime.cases,
        outbox=run.outbox,
        strange=run.runtime.strange,
        threads=run.runtime.threads,
        patient=run.runtime.patient,
    )
    story = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": "Once.\n"}
    assert run.take("generation", "generation.v1", "made", {"content": story, "user": {"id_hash": PHONE}}) is not None
    assert leaks(run) == set()
    assert not run.store.objects
