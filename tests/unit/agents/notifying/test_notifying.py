"""Notifications: who is told what and when, signed, tried again, never lost, and without anything of the content."""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.delivery import InputRecord, TopicPartition
from agents.delivery.backoff import Backoff
from agents.notifying.items import NotifiedItem, notified_item
from agents.notifying.metrics import NotifierMetrics
from agents.notifying.notifier import Notifier, Place
from agents.notifying.plan_file import NotificationPlan, NotifyRoute, NotifyTarget, read_plan
from agents.notifying.port import Deliver, Notification, NotTakenError, TargetRefusesError, notification_of
from agents.notifying.quiet import QuietHours
from agents.notifying.services import open_service, title_and_text
from agents.notifying.signing import signed_headers
from agents.notifying.undelivered import kept_in, undelivered_keeper
from agents.notifying.webhook import open_webhook
from pipeline.errors import OperatorError
from pipeline.events.outgoing import dead_letter_header, encode
from pipeline.events.outputs import DeadLetter, InputPosition
from tests.unit.agents.notifying.receiver import SECRET, receiver, verify
from tests.unit.console.happenings import ALERT, MISSED, STEP

TOPIC = TopicPartition("sealstream.alerts", 0)
PLACES = {"cn-deep-synthesis-2023": "CN", "eu-ai-act": "EU"}
KINDS = {"content-tampered", "takedown-overdue-missed"}
PLANTED = ("Anna Müller", "+49 170 5550123", "anna@example.org", "photo-of-anna.jpg", "holiday text")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT_ONCE = Backoff(first=0.01, cap=0.02)


def record(message: Any) -> InputRecord:
    outgoing = encode(message, source="sealstream")
    return InputRecord(
        topic=TOPIC.topic,
        partition=0,
        offset=0,
        key=outgoing.key,
        value=outgoing.value,
        headers=outgoing.headers,
        timestamp=NOON.timestamp(),
    )


def item(name: str = "1", event: str | None = "e" * 64, **more: Any) -> NotifiedItem:
    given: dict[str, Any] = {"about": "alerts", "kind": "content-tampered", "severity": "high"} | more
    return NotifiedItem(id=name, event_uid=event, at="2026-11-20T12:00:00Z", **given)


def plan(*routes: NotifyRoute, **more: Any) -> NotificationPlan:
    names = {name for route in routes for name in route.to}
    rest = {"group_seconds": 0.0, "undelivered": Path("unused")} | more
    return NotificationPlan(targets={name: NotifyTarget() for name in names}, routes=routes, **rest)


class Target:
    """Takes everything, or fails as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.told: list[Notification] = []
        self.failures = list(failures)

    async def __call__(self, told: Notification) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(told)


class Board:
    """A notifier over targets in memory, at a time that tests set."""

    def __init__(self, plan: NotificationPlan, targets: Mapping[str, Deliver], keep: Any = None) -> None:
        self.now = NOON
        self.kept: list[tuple[Notification, str]] = []
        keep = keep or (lambda told, why: self.kept.append((told, why)))
        self.metrics = NotifierMetrics.create()
        self.notifier = Notifier(plan, targets, keep, self.metrics, now=lambda: self.now, backoff=AT_ONCE)
        self.offset = 0

    def take(self, *items: NotifiedItem | None) -> None:
        for notified in items:
            self.notifier.take(Place(TOPIC, self.offset), notified)
            self.offset += 1

    @property
    def done(self) -> int:
        return self.notifier.done[TOPIC]

    async def until(self, is_so: Callable[[], bool], seconds: float = 5) -> None:
        running = asyncio.create_task(self.notifier.run())
        try:
            async with asyncio.timeout(seconds):
                while not is_so():
                    assert not running.done(), running.exception()
                    await asyncio.sleep(0.01)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


ALL = NotifyRoute(to=("ops",), about=("alerts", "clocks", "enforcement", "dead-letters"))


async def test_what_is_found_about_one_event_is_told_at_once_and_then_done() -> None:
    ops = Target()
    board = Board(plan(ALL), {"ops": ops})
    board.take(item("1"), item("2", severity="critical"), None, item("3", "f" * 64))
    assert board.done == 0
    await board.until(lambda: board.done == 4)
    first, second = sorted(ops.told, key=lambda told: -len(told.items))
    assert [notified.id for notified in first.items] == ["2", "1"]
    assert (first.severity, first.event_uid, second.event_uid) == ("critical", "e" * 64, "f" * 64)


async def test_nothing_is_done_that_is_not_delivered_and_a_later_start_tells_it_again_by_the_same_id() -> None:
    targets = {"ops": Target(), "law": Target(*[NotTakenError(what="No.", remedy="-")] * 1000)}
    routes = (ALL, NotifyRoute(to=("law",)))
    board = Board(plan(*routes), targets)
    board.take(item("1"))
    await board.until(lambda: bool(targets["ops"].told))
    assert board.done == 0  # killed here
    again = Board(plan(*routes), {"ops": targets["ops"], "law": Target()})
    again.take(item("1"))
    await again.until(lambda: again.done == 1)
    first, second = targets["ops"].told
    assert first == second


async def test_a_target_that_fails_is_tried_again_and_holds_up_no_other() -> None:
    broken, ops = Target(*[NotTakenError(what="No.", remedy="-")] * 3), Target()
    board = Board(plan(ALL, NotifyRoute(to=("broken",))), {"ops": ops, "broken": broken})
    board.take(item("1"))
    await board.until(lambda: board.done == 1)
    assert (len(ops.told), len(broken.told), board.kept) == (1, 1, [])


async def test_what_a_target_refuses_is_kept_and_only_then_done(tmp_path: Path) -> None:
    fails, kept = [OSError("the disk is full")], tmp_path / "deep" / "undelivered.jsonl"

    def keep(told: Notification, why: str) -> None:
        if fails:
            raise fails.pop()
        undelivered_keeper(kept)(told, why)

    refuses = Target(*[TargetRefusesError(what="HTTP 410.", remedy="-")] * 2)
    board = Board(plan(ALL), {"ops": refuses}, keep)
    board.take(item("1"), item("2", None))
    await board.until(lambda: board.done == 2)
    (undelivered,) = kept_in(kept)
    assert (undelivered.why, undelivered.notification.items[0].id, len(refuses.told)) == ("HTTP 410.", "1", 1)


async def test_what_is_tried_for_too_long_is_kept() -> None:
    board = Board(plan(ALL, patience_hours=1e-9), {"ops": Target(*[NotTakenError(what="No answer.", remedy="-")] * 99)})
    board.take(item("1"))
    board.now += timedelta(seconds=1)
    await board.until(lambda: board.done == 1)
    assert [why for _, why in board.kept] == ["No answer."]


async def test_what_is_said_twice_is_told_once() -> None:
    ops = Target()
    board = Board(plan(ALL), {"ops": ops})
    board.take(item("1"), item("1"))
    await board.until(lambda: board.done == 2)
    board.take(item("1"))
    assert board.done == 3
    assert [len(told.items) for told in ops.told] == [1]


async def test_partitions_that_others_read_are_no_longer_told_as_done() -> None:
    board = Board(plan(ALL), {"ops": Target()})
    board.take(item("1"))
    board.notifier.forget([TOPIC])
    await board.until(lambda: not board.notifier.done)


QUIET = QuietHours(begin="22:00", until="07:00", zone="Europe/Berlin")


async def test_what_one_target_has_twice_after_a_rebalance_is_not_done_for_another() -> None:
    """The partition comes back, and what was begun for it is delivered all the same: to one target, not to both."""
    gate, ops = asyncio.Event(), Target()

    async def hangs(_: Notification) -> None:
        await gate.wait()

    both = NotifyRoute(to=("ops", "chat"), about=("alerts",))
    board = Board(plan(both), {"ops": ops, "chat": hangs})
    board.notifier.take(Place(TOPIC, 7), item("1", "1" * 64))
    board.notifier.forget([TOPIC])
    board.notifier.take(Place(TOPIC, 7), item("1", "2" * 64))  # in a group of its own, as after the first was begun
    await board.until(lambda: len(ops.told) == 2)
    assert board.done == 7


async def test_one_target_that_is_away_keeps_nobody_waiting_once_nothing_more_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.notifying.notifier.MOST_WAITING", 3)
    chat = Target(*[NotTakenError(what="No answer.", remedy="-")] * 99)
    board = Board(plan(ALL), {"ops": chat})
    board.take(*(item(str(number), str(number) * 64) for number in range(5)))
    await board.until(lambda: board.notifier.has_room)
    assert [why for _, why in board.kept] == ["No answer."] * len(board.kept)
    assert board.kept


async def test_patience_begins_when_something_is_due_however_long_others_were_tried() -> None:
    away = Target(*[NotTakenError(what="Away.", remedy="-")] * 9999)
    board = Board(plan(ALL, patience_hours=1.0), {"ops": away})
    board.take(item("1", "1" * 64), item("2", "2" * 64))

    def both_are_given_up() -> bool:
        if len(away.failures) < 9990:  # the first was tried for a while
            board.now = NOON + timedelta(hours=1)
        return len(board.kept) == 2

    await board.until(both_are_given_up)
    assert board.done == 2


def test_a_dead_letter_is_what_its_last_header_says_whatever_its_input_had() -> None:
    forged = ("sealstream_dead_letter", b'{"error": "Call +49 170 5550123"}')
    letter = DeadLetter(
        dead_letter_id="d" * 64,
        event_uid=None,
        stage="intake",
        error="EnvelopeError",
        what="What.",
        remedy="Remedy.",
        path=None,
        rule=None,
        value_type=None,
        input=InputPosition(topic="sealstream.generation", partition=0, offset=1, timestamp=None),
        attempts=1,
    )
    sent = InputRecord(
        topic="sealstream.dead-letters",
        partition=0,
        offset=0,
        key=None,
        value=b"{}",
        headers=(forged, ("sealstream_dead_letter", b"no JSON"), dead_letter_header(letter)),
        timestamp=NOON.timestamp(),
    )
    told = notified_item(sent, "dead-letters", PLACES)
    assert told is not None
    assert told.kind == "EnvelopeError"


def test_a_line_that_could_not_be_written_whole_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "undelivered.jsonl"
    keep = undelivered_keeper(kept)
    told = notification_of("ops", [item("1")], None)
    keep(told, "HTTP 410.")
    before = kept.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            keep(told, "HTTP 500.")
    assert kept.read_bytes() == before
    keep(told, "HTTP 500.")
    assert [undelivered.why for undelivered in kept_in(kept)] == ["HTTP 410.", "HTTP 500."]


def test_a_file_that_cannot_be_written_is_known_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        undelivered_keeper(tmp_path / "file" / "undelivered.jsonl")


async def test_in_quiet_hours_only_the_gravest_is_told_and_the_rest_together_when_they_are_over() -> None:
    ops = Target()
    board = Board(plan(NotifyRoute(to=("ops",), quiet=QUIET)), {"ops": ops})
    board.now = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # 22:30 in Berlin
    board.take(item("1"), item("2", "f" * 64, severity="medium"), item("3", severity="critical"))
    await board.until(lambda: len(ops.told) == 1)
    assert [notified.id for notified in ops.told[0].items] == ["3"]
    assert board.done == 0
    board.now = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    await board.until(lambda: board.done == 3)
    assert [notified.id for notified in ops.told[1].items] == ["1", "2"]


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-11-20T21:30:00Z", "2026-11-21T06:00:00Z"),
        ("2026-11-21T05:59:00Z", "2026-11-21T06:00:00Z"),
        ("2026-11-21T06:00:00Z", None),
        ("2026-11-20T12:00:00Z", None),
        ("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),  # the clocks go forward in that night
    ],
)
def test_quiet_hours_go_by_the_clocks_of_a_place(now: str, over: str | None) -> None:
    found = QUIET.over_at(datetime.fromisoformat(now))
    assert found == (None if over is None else datetime.fromisoformat(over))


@pytest.mark.parametrize(
    ("narrowed", "taken"),
    [
        ({}, True),
        ({"severity": "critical"}, False),
        ({"kinds": ("other",)}, False),
        ({"jurisdictions": ("EU",)}, False),
        ({"jurisdictions": ("CN", "EU")}, True),
        ({"about": ("clocks",)}, False),
    ],
)
def test_a_route_takes_what_is_grave_enough_of_its_kinds_and_places(narrowed: dict[str, Any], *, taken: bool) -> None:
    route = NotifyRoute(to=("ops",), **narrowed)
    assert route.takes(item(jurisdiction="CN")) is taken


def planted() -> dict[str, InputRecord]:
    """What is read, with names and numbers in everything that somebody else wrote."""
    name, number, mail, photo, words = PLANTED
    alert = msgspec.structs.replace(
        ALERT,
        message=f"{name} says {words}",
        evidence={"user.phone": number, "mail": mail},
        subject=msgspec.structs.replace(ALERT.subject, content_id=photo),
        event=msgspec.structs.replace(ALERT.event, source=f"//{mail}", id=name),
        remedy=f"Ask {name}.",
        actor=name,
    )
    letter = DeadLetter(
        dead_letter_id="1" * 64,
        event_uid=None,
        stage="intake",
        error="EnvelopeError",
        what=f"{name} is no {words}",
        remedy=number,
        path=mail,
        rule=None,
        value_type=None,
        input=InputPosition(topic="sealstream.generation", partition=0, offset=0, timestamp=None),
        attempts=1,
    )
    dead = InputRecord(
        topic="t", partition=0, offset=0, key=name.encode(), value=photo.encode(), headers=(dead_letter_header(letter),)
    )
    missed = msgspec.structs.replace(MISSED, case_id=number, why=f"{name} did not say")
    step = msgspec.structs.replace(STEP, account=mail, event=alert.event)
    return {"alerts": record(alert), "clocks": record(missed), "enforcement": record(step), "dead-letters": dead}


async def test_nothing_that_a_person_or_a_producer_wrote_is_told_kept_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{SECRET}")
    said = {source: notified_item(read, source, PLACES) for source, read in planted().items()}  # type: ignore[arg-type]
    assert None not in said.values()
    refused = TargetRefusesError(what="HTTP 410.", remedy="-")
    with receiver() as hook:
        async with open_webhook(hook.url, secret) as deliver:
            routes = (ALL, NotifyRoute(to=("gone",), about=ALL.about))
            board = Board(
                plan(*routes),
                {"ops": deliver, "gone": Target(*[refused] * 9)},
                undelivered_keeper(tmp_path / "kept.jsonl"),
            )
            board.take(*said.values())
            await board.until(lambda: board.done == 4)
    texts = [
        title_and_text(notification_of("ops", (notified,), "https://console.example"))
        for notified in said.values()
        if notified
    ]
    everything = json.dumps(hook.bodies) + (tmp_path / "kept.jsonl").read_text() + caplog.text + str(texts)
    assert len(hook.got) == 4
    assert [word for word in PLANTED if word in everything] == []
    assert {notified.kind for notified in said.values() if notified} >= {
        "content-tampered",
        "EnvelopeError",
        "step-warn",
    }


async def test_a_webhook_is_signed_so_that_the_documented_sample_verifies_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{SECRET}\n")
    told = notification_of("ops", (item("1"),), None)
    with receiver() as hook:
        async with open_webhook(hook.url, secret) as deliver:
            await deliver(told)
        ((headers, body),) = hook.got
    assert verify(f"whsec_{SECRET}", headers, body)["id"] == headers["webhook-id"] == told.id
    with pytest.raises(ValueError, match="not from"):
        verify(f"whsec_{SECRET}", headers, body + b" ")
    with pytest.raises(ValueError, match="too old"):
        verify(f"whsec_{SECRET}", {**headers, "webhook-timestamp": "1700000000"}, body)


def test_the_signature_is_that_of_the_published_example() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, the test vector of its libraries
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, NotTakenError),
        (429, NotTakenError),
        (400, TargetRefusesError),
        (410, TargetRefusesError),
        (307, TargetRefusesError),
        ("hang", NotTakenError),
    ],
)
async def test_what_a_webhook_answers_decides_whether_it_is_tried_again(
    tmp_path: Path, status: int | str, error: type[Exception]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{SECRET}")
    with receiver(status) as hook:
        async with open_webhook(hook.url, secret, seconds=0.3) as deliver:
            with pytest.raises(error) as raised:
                await deliver(notification_of("ops", (item(),), None))
        assert len(hook.got) == 1  # no redirect is followed
    assert hook.url not in str(raised.value)


async def test_a_webhook_that_fails_and_then_takes_it_has_it_once(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{SECRET}")
    with receiver(500, "hang", 503, 200) as hook:
        async with open_webhook(hook.url, secret, seconds=0.3) as deliver:
            board = Board(plan(ALL), {"ops": deliver})
            board.take(item("1"))
            await board.until(lambda: board.done == 1)
        assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
        assert len(hook.got) == 4


GOOD = """
undelivered = "undelivered.jsonl"
[targets.ops]
webhook = "https://hooks.example/x"
secret_file = "{secret}"
[[routes]]
to = ["ops"]
kinds = ["content-tampered"]
jurisdictions = ["CN"]
quiet = {{ from = "22:00", until = "07:00", zone = "Asia/Shanghai" }}
"""


def written(tmp_path: Path, text: str, secret: str = f"whsec_{SECRET}") -> Path:
    (tmp_path / "secret").write_text(secret)
    (tmp_path / "plan.toml").write_text(text.format(secret=tmp_path / "secret"))
    return tmp_path / "plan.toml"


def test_a_file_that_can_be_used_is_read(tmp_path: Path) -> None:
    read = read_plan(written(tmp_path, GOOD), places=set(PLACES.values()), kinds=KINDS)
    assert read.routes[0].quiet == QuietHours(begin="22:00", until="07:00", zone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("instead", "by", "told"),
    [
        ('to = ["ops"]', 'to = ["opps"]', "route 1: opps is no target; did you mean ops?"),
        ('to = ["ops"]', "to = []", "route 1 leads to nobody"),
        ("content-tampered", "content-tamperd", "content-tamperd is no kind; did you mean content-tampered?"),
        ('["CN"]', '["ZH"]', "ZH is no jurisdiction of a pack in use"),
        ("kinds", "kind", "unknown field `kind` - at `$.routes[0]`"),
        ("https://hooks", "http://hooks", "http beyond this machine"),
        ("https://hooks", "https://me:pw@hooks", "has a password in it"),
        ("https://hooks.example/x", "hooks.example", "is no address"),
        ('secret_file = "{secret}"', "", "has no secret_file"),
        ("22:00", "25:00", "25:00 is no time of day"),
        ("Asia/Shanghai", "Asia/Beijing", "Asia/Beijing is no time zone"),
        ("[[routes]]", "group_seconds = 7", "unknown field"),
        ("[targets.ops]", "[targets.ops", "line 3"),
        ("undelivered =", "#", "missing required field `undelivered`"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_what_to_write(tmp_path: Path, instead: str, by: str, told: str) -> None:
    assert instead in GOOD
    with pytest.raises(OperatorError) as raised:
        read_plan(written(tmp_path, GOOD.replace(instead, by)), places=set(PLACES.values()), kinds=KINDS)
    assert told in str(raised.value)
    assert "pw" not in str(raised.value)


@pytest.mark.parametrize(("secret", "told"), [("plain", "does not begin with"), ("whsec_QUJD", "has 3 bytes")])
def test_a_secret_that_is_none_is_refused_and_not_shown(tmp_path: Path, secret: str, told: str) -> None:
    with pytest.raises(OperatorError) as raised:
        read_plan(written(tmp_path, GOOD, secret), places=set(PLACES.values()), kinds=KINDS)
    assert told in str(raised.value)
    assert "QUJD" not in str(raised.value)


async def test_a_service_is_told_in_words_by_what_apprise_knows(tmp_path: Path) -> None:
    address = tmp_path / "address"
    with receiver(204, 500) as hook:
        address.write_text(hook.url.replace("http://", "json://") + "\n")
        async with open_service("chat", address) as deliver:
            told = notification_of("chat", (item("1", jurisdiction="CN"), item("2")), "https://console.example")
            await deliver(told)
            with pytest.raises(NotTakenError):
                await deliver(told)
    said = hook.bodies[0]
    assert said["title"] == "[high] content-tampered (CN) and 1 more"
    assert f"https://console.example/queue/{'e' * 64}" in said["message"]


@pytest.mark.parametrize("text", ["nonsense://x", "", "json://localhost/a\njson://localhost/b"])
async def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    address = tmp_path / "address"
    address.write_text(text)
    with pytest.raises(OperatorError, match="no address that apprise knows") as raised:
        async with open_service("chat", address):
            pass
    assert "localhost" not in str(raised.value)
