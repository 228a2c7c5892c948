"""People on real Kafka: a worker looks up who acts, refuses who may not, and takes back what an appeal reverses."""

import asyncio
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from devstack import SeaweedServer
from tests.broker.installation import Installation, Said
from tests.broker.kill.cases import account_of, decision_id, review_id
from tests.broker.kill.law import in_order
from tests.tools import need

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

NEEDS_TWO = "cn.deep-synthesis.art09.identity"


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation where people have to be known; at first, nobody is."""
    directory = tmp_path_factory.mktemp("people")
    (directory / "law.yaml").write_text(law_that_needs_two(), encoding="utf-8")
    people = {"SEALSTREAM_WITHOUT_OPERATORS": "false", "SEALSTREAM_POLICY_PACKS": f"+{directory / 'law.yaml'}"}
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory, **people)
        asyncio.run(installation.create())
        installation.start_worker()
        yield installation
        installation.stop_worker()


def law_that_needs_two() -> str:
    """A pack that ships, and asks for two persons where it is not known who a user is."""
    pack = (files("pipeline.policy") / "packs" / "cn-deep-synthesis-2023.yaml").read_text(encoding="utf-8")
    head, rule, rest = pack.partition(f"  - id: {NEEDS_TWO}\n")
    assert rule
    return f"{head}{rule}    second_eyes: true\n{rest}"


async def held(house: Installation, user: str, *, needs_two: bool = False) -> str:
    """An event that is held: its user did not declare it, which counts against the user once a person refuses it."""
    content = {"id": secrets.token_hex(4), "mime": "text/plain", "text": "written by a machine"}
    data = {**in_order(content, user), "actor": {"role": "user"}, "declaration": {"made": False}}
    if needs_two:
        data["user"] = {"id_hash": user}
    uid = await house.send("publication", data)
    assert (await house.decision(uid))["decision"] == "hold"
    return uid


def review(uid: str, verdict: str, by: str, role: str, seen: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "event_uid": uid,
        "verdict": verdict,
        "actor": {"id": by, "role": role},
        "auth": {"issuer": "//tests/login", "at": "2026-11-20T12:00:00Z"},
        "seen": seen or decision_id(uid),
        "reason": "Seen by a person.",
        **more,
    }


async def letter(house: Installation, uid: str) -> dict[str, Any]:
    """What the dead letter of an act says."""

    def explained(message: Said) -> Mapping[str, Any]:
        return dict(json.loads(message.headers["sealstream_dead_letter"] or b"{}"))

    (dead_letter,) = await house.said("dead-letters", lambda message: explained(message)["event_uid"] == uid)
    return dict(explained(dead_letter))


async def test_reviews_wait_until_there_are_operators_and_then_who_may_not_is_refused(house: Installation) -> None:
    uid = await held(house, secrets.token_hex(8))
    order = await house.send("reviews", review(uid, "release", "reviewer-7", "reviewer"), version=2)
    viewer = await house.send("reviews", review(uid, "release", "viewer-1", "viewer"), version=2)
    await asyncio.sleep(2)
    assert not [
        decision for decision in await house.everything_said("decisions") if decision.data["review"] is not None
    ]

    put = house.answer("operators", "set", "viewer-1", "--role", "viewer")
    assert (put["id"], put["roles"], put["version"]) == ("viewer-1", ["viewer"], 1)
    assert (await letter(house, viewer))["error"] == "RoleRefusedError"
    assert (await letter(house, order))["what"] == "The actor is not in the operators set."

    house.answer("operators", "set", "reviewer-7", "--role", "reviewer", "--role", "second-reviewer")
    again = house.answer("review", uid, "release", "--by", "reviewer-7", "--reason", "Seen.")
    assert again["decision"] == "allow"
    (released,) = await house.said("decisions", lambda decision: decision.id == review_id(uid))
    assert released.data["supersedes"] == decision_id(uid)
    assert (released.data["review"]["reviewer"], released.data["review"]["role"]) == ("reviewer-7", "reviewer")
    assert "reviewer-7" not in house.log.read_text()


async def test_the_command_says_why_a_review_was_refused(house: Installation) -> None:
    await house.put_operator("viewer-2", "viewer")
    uid = await held(house, secrets.token_hex(8))
    by = ("--by", "viewer-2", "--as", "viewer", "--reason", "Seen.")
    assert "Somebody acting as viewer may not review" in house.sealstream("review", uid, "release", *by, code=1)
    assert [operator["id"] for operator in house.answer("operators", "list")["operators"]].count("viewer-2") == 1
    assert "Nobody is known" in house.sealstream("operators", "show", "stranger", code=1)


async def test_an_event_is_claimed_and_many_are_decided_for_one_reason(house: Installation, tmp_path: Path) -> None:
    await house.put_operator("reviewer-1", "reviewer")
    await house.put_operator("reviewer-2", "reviewer")
    uids = [await held(house, secrets.token_hex(8)) for _ in range(2)]
    claim = house.answer("reviews", "claim", uids[0], "--by", "reviewer-2")["update"]
    assert claim["claim"]["actor"] == "reviewer-2"
    (update,) = await house.said("review-updates", lambda message: message.data["event_uid"] == uids[0])
    assert (update.key, update.data) == (uids[0], claim)
    assert set(uids) <= {event["event_uid"] for event in house.answer("reviews", "list")["waiting"]}
    by_rule = house.answer("held", "list", "--rule", "cn.label-measures.")["waiting"]
    assert set(uids) <= {event["event_uid"] for event in by_rule}
    assert house.answer("held", "list", "--rule", "eu.")["waiting"] == []
    (oldest,) = house.answer("reviews", "list", "--limit", "1")["waiting"]
    assert house.answer("held", "list", "--content", oldest["content_id"])["waiting"] == [oldest]

    file = tmp_path / "uids"
    file.write_text("\n".join(uids))
    decide = ("reviews", "decide", str(file), "refuse", "--by", "reviewer-1", "--reason", "The same picture.")
    first, second = house.answer(*decide, code=1)["decided"]
    assert "claimed the event until" in first["refused"]
    assert (second["decision"], second["refused"]) == ("block", None)
    assert house.answer("reviews", "show", uids[0])["claimed_by"] == "reviewer-2"
    waiting = {event["event_uid"] for event in house.answer("reviews", "list")["waiting"]}
    assert waiting & set(uids) == {uids[0]}


async def test_an_appeal_takes_the_step_back_and_a_replay_of_everything_changes_nothing(house: Installation) -> None:
    await house.put_operator("reviewer-3", "reviewer", "second-reviewer")
    await house.put_operator("officer-2", "complaints-officer")
    user = secrets.token_hex(8)
    uid = await held(house, user)
    refusal = review(uid, "refuse", "reviewer-3", "reviewer")
    await house.send("reviews", refusal, "refusal", version=2)
    (step,) = await house.said("enforcement", lambda message: message.data["event_uid"] == uid)
    assert (step.data["account"], step.data["step"]) == (account_of(user), "warn")

    own = review(uid, "release", "reviewer-3", "second-reviewer", review_id(uid), case="appeal-1")
    assert (await letter(house, await house.send("reviews", own, version=2)))["error"] == "SamePersonError"
    stale = review(uid, "release", "officer-2", "complaints-officer", case="appeal-1")
    assert (await letter(house, await house.send("reviews", stale, version=2)))["error"] == "ActOvertakenError"

    appeal = {**stale, "seen": review_id(uid)}
    await house.send("reviews", appeal, "appeal", version=2)
    step, back = await house.said("enforcement", lambda message: message.data["event_uid"] == uid, count=2)
    assert (back.headers["ce_type"], back.data["reverses"]) == (
        b"sealstream.enforcement-reversal.v1",
        step.data["enforcement_id"],
    )
    assert (back.data["violations"], back.data["due"]) == (0, None)

    for name, data in (("refusal", refusal), ("appeal", appeal), ("refusal", refusal)):
        await house.send("reviews", data, name, version=2)
    await house.everything_done()
    said = [decision for decision in await house.everything_said("decisions") if decision.data["event_uid"] == uid]
    outcomes = [decision.data["decision"] for decision in said]
    assert outcomes[:3] == ["hold", "block", "allow"]
    assert outcomes[-1] == "allow"  # the decision in force is said again behind an earlier one
    assert len({decision.body for decision in said}) == 3
    steps = [message for message in await house.everything_said("enforcement") if message.data["event_uid"] == uid]
    assert {message.body for message in steps} == {step.body, back.body}


async def case(house: Installation, number: str, version: int) -> dict[str, Any]:
    """A case as it stood then."""
    (update,) = await house.said(
        "case-updates", lambda message: (message.data["id"], message.data["version"]) == (number, version)
    )
    return update.data


async def test_an_order_stops_what_it_names_of_its_service_at_once(house: Installation) -> None:
    await house.put_operator("officer-6", "complaints-officer")
    service = f"studio-{secrets.token_hex(4)}"

    async def order(kind: str) -> None:
        more = {"order": {"kind": kind}, "service": {"id": service}}
        taken = await asyncio.to_thread(
            house.answer,
            *("cases", "act", "order.received", f"O-{secrets.token_hex(4)}", "--by", "officer-6"),
            *("--reason", "A letter came in.", "--jurisdiction", "CN", "--data", json.dumps(more)),
        )
        assert taken["case"]["state"] == "received"
        (entry,) = await house.said(
            "services", lambda message: (message.data.get("order"), _service_of(message)) == (kind, service)
        )
        assert (entry.key, entry.data["service"]["suspended_by_order"]) == (entry.data["id"], True)

    async def is_stopped(event_type: str) -> bool:
        data = {"event_type": event_type, "jurisdictions": ["CN"], "service": {"id": service}}
        decision = await house.decision(await house.send("activities", data))
        return "cn.deep-synthesis.art21.suspension-order" in [finding["rule"] for finding in decision["findings"]]

    async def is_stopped_soon(event_type: str) -> bool:
        for _ in range(20):  # the registry is followed, by moments later
            if await is_stopped(event_type):
                return True
        return False

    await order("suspend-registration")
    assert await is_stopped_soon("identity.verified")
    assert not await is_stopped("service.changed")
    await order("suspend-updates")
    assert await is_stopped_soon("service.changed")


def _service_of(entry: Said) -> object:
    return entry.data["service"].get("id")


async def test_a_complaint_of_the_public_is_answered_by_who_did_not_decide_and_overturns(house: Installation) -> None:
    await house.put_operator("reviewer-5", "reviewer", "complaints-officer")
    await house.put_operator("officer-5", "complaints-officer")
    user, number = secrets.token_hex(8), f"K-{secrets.token_hex(4)}"
    uid = await held(house, user)
    await house.send("reviews", review(uid, "refuse", "reviewer-5", "reviewer"), version=2)
    (step,) = await house.said("enforcement", lambda message: message.data["event_uid"] == uid)

    complaint = {
        "act": "complaint.received",
        "case": number,
        "about": {"event_uid": uid},
        "party": {"id_hash": user},
        "channel": "web",
        "jurisdictions": ["IN"],
    }
    await house.send("cases", complaint, f"{number}-complaint")
    opened = await case(house, number, 1)
    assert (opened["state"], opened["party"], opened["clocks"][0]["state"]) == ("received", None, "open")

    def act(what: str, by: str, seen: int, **more: Any) -> dict[str, Any]:
        who = {"actor": {"id": by, "role": "complaints-officer"}, "seen": seen, "reason": "It is satire."}
        auth = {"issuer": "//tests/login", "at": "2026-11-20T12:00:00Z"}
        return {"act": f"complaint.{what}", "case": number, **who, "auth": auth, **more}

    by = ("cases", "act", "complaint.acknowledged", number, "--reason", "Receipt was confirmed.", "--by")
    refusal = await asyncio.to_thread(house.sealstream, *by, "reviewer-5", "--as", "reviewer", code=1)
    assert "may not handle complaints" in refusal
    taken = await asyncio.to_thread(house.answer, *by, "officer-5")
    assert (taken["case"]["version"], taken["case"]["state"]) == (2, "acknowledged")
    assert (await case(house, number, 2))["act"]["actor"] == "officer-5"
    overturned = {"outcome": "overturned", "seen_decision": review_id(uid)}
    own = await house.send("cases", act("answered", "reviewer-5", 2, **overturned))
    assert (await letter(house, own))["error"] == "SamePersonError"
    unseen = await house.send("cases", act("answered", "officer-5", 1, **overturned))
    assert (await letter(house, unseen))["error"] == "ActOvertakenError"

    answer = act("answered", "officer-5", 2, **overturned)
    await house.send("cases", answer, f"{number}-answer")
    (allowed,) = await house.said("decisions", lambda decision: decision.data["supersedes"] == review_id(uid))
    assert (allowed.data["decision"], allowed.data["review"]["case"]) == ("allow", number)
    step, back = await house.said("enforcement", lambda message: message.data["event_uid"] == uid, count=2)
    assert (back.data["reverses"], back.data["violations"]) == (step.data["enforcement_id"], 0)
    answered = await case(house, number, 3)
    assert (answered["state"], answered["outcome"], answered["clocks"][0]["state"]) == ("answered", "overturned", "met")

    shown = await asyncio.to_thread(house.output, "cases", "show", number)
    assert "complaint.answered by officer-5" in shown

    for name, data in (("answer", answer), ("complaint", complaint)):
        await house.send("cases", data, f"{number}-{name}")
    await house.everything_done()
    updates = [update for update in await house.everything_said("case-updates") if update.data["id"] == number]
    assert [update.data["version"] for update in updates] == [1, 2, 3, 3, 3]
    assert len({update.body for update in updates}) == 3
    said = [decision for decision in await house.everything_said("decisions") if decision.data["event_uid"] == uid]
    assert len({decision.body for decision in said}) == 3
    assert "officer-5" not in house.log.read_text()


async def test_what_needs_two_is_refused_by_two_and_the_account_gets_one_step(house: Installation) -> None:
    await house.put_operator("reviewer-8", "reviewer", "second-reviewer")
    await house.put_operator("second-8", "second-reviewer")
    user = secrets.token_hex(8)
    uid = await held(house, user, needs_two=True)
    first = review(uid, "refuse", "reviewer-8", "reviewer")
    await house.send("reviews", first, f"{uid}-first", version=2)
    (waiting,) = await house.said("decisions", lambda decision: decision.data["supersedes"] == decision_id(uid))
    assert waiting.data["decision"] == "hold"

    seen = waiting.data["decision_id"]
    own = await house.send("reviews", review(uid, "refuse", "reviewer-8", "second-reviewer", seen), version=2)
    assert (await letter(house, own))["error"] == "SamePersonError"
    second = review(uid, "refuse", "second-8", "second-reviewer", seen)
    await house.send("reviews", second, f"{uid}-second", version=2)
    (blocked,) = await house.said("decisions", lambda decision: decision.data["supersedes"] == seen)
    assert (blocked.data["decision"], blocked.data["review"]["reviewer"]) == ("block", "second-8")
    (step,) = await house.said("enforcement", lambda message: message.data["event_uid"] == uid)
    assert (step.data["account"], step.data["step"]) == (account_of(user), "warn")

    for name, data in (("second", second), ("first", first)):
        await house.send("reviews", data, f"{uid}-{name}", version=2)
    await house.everything_done()
    said = [decision for decision in await house.everything_said("decisions") if decision.data["event_uid"] == uid]
    once = {decision.body: decision.data["decision"] for decision in said}
    assert [*once.values()] == ["hold", "hold", "block"]
    assert said[-1].data["decision"] == "block"
    steps = [message for message in await house.everything_said("enforcement") if message.data["event_uid"] == uid]
    assert {message.body for message in steps} == {step.body}


def text_of(file: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout


async def test_a_rumour_is_refuted_and_reported_and_its_report_is_made_once(
    house: Installation, tmp_path: Path
) -> None:
    need("pdftotext")
    await house.put_operator("officer-8", "complaints-officer")
    uid, number = await held(house, secrets.token_hex(8)), f"I-{secrets.token_hex(4)}"

    def act(what: str, *more: str) -> dict[str, Any]:
        by = ("--by", "officer-8", "--reason", "The flood that it shows did not happen.")
        return dict(house.answer("cases", "act", f"incident.{what}", number, *by, *more)["case"])

    async def clock(state: str) -> Said:
        return (
            await house.said(
                "clocks",
                lambda message: (
                    (message.data.get("case_id"), message.data.get("state")) == (number, state)
                    and "refute-clock" in message.data["law"]["clock"]
                ),
            )
        )[0]

    rumour = json.dumps({"incident": {"kind": "rumour"}})
    opened = await asyncio.to_thread(act, "opened", "--about-event", uid, "--jurisdiction", "CN", "--data", rumour)
    assert (opened["kind"], opened["state"]) == ("incident", "opened")
    await clock("open")
    for what in ("disposed", "refuted", "reported"):
        assert (await asyncio.to_thread(act, what))["state"] == what
    assert (await clock("met")).data["law"]["pack"]["name"] == "cn-deep-synthesis-2023"

    def report(name: str) -> bytes:
        made = ("report", "incident", "--period", f"{datetime.now(UTC):%Y-%m}", "--lang", "zh")
        house.sealstream(*made, "--out", str(tmp_path / name))
        return (tmp_path / name).read_bytes()

    first = await asyncio.to_thread(report, "first.pdf")
    assert await asyncio.to_thread(report, "second.pdf") == first
    text = await asyncio.to_thread(text_of, tmp_path / "first.pdf")
    for told in (number, "谣言", "第十一条"):
        assert told in text, told
