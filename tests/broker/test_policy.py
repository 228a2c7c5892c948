"""Law on real Kafka: a worker judges by packs and reference sets, people review, accounts climb, and never twice."""

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from devstack import SeaweedServer
from pipeline.policy.pack_files import shipped_pack
from tests.broker.installation import Installation
from tests.broker.kill.cases import account_of, alert_id, decision_id, enforcement_id, retraction_id, review_id
from tests.broker.kill.law import in_order

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

IDENTITY = "cn.deep-synthesis.art09.identity"
PROHIBITED = "cn.deep-synthesis.art10.block-prohibited"
DECLARE = "cn.label-measures.art10.declare"
NEW_FEATURE = "cn.deep-synthesis.art20.new-feature"
BEFORE = "a phrase that was there before"
PACK = {"name": "cn-deep-synthesis-2023", "version": shipped_pack("cn-deep-synthesis-2023").version}


@pytest.fixture(scope="module")
def law(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("law")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory)
        asyncio.run(installation.create())
        asyncio.run(installation.put_feature(id="before", phrase=BEFORE))
        installation.start_worker()
        yield installation
        installation.stop_worker()


def published(text: str, account: str | None = None, **facts: Any) -> dict[str, Any]:
    """A publication of a text in China; what is not said otherwise is in order."""
    content = {"id": secrets.token_hex(4), "mime": "text/plain", "text": text}
    data = in_order(content, account or secrets.token_hex(8))
    return {**data, **{group: {**data.get(group, {}), **members} for group, members in facts.items()}}


def undeclared(user: str | None = None) -> dict[str, Any]:
    """What is held: its user did not declare it, which counts against the user once a person refuses it."""
    return published("written by a machine", user, actor={"role": "user"}, declaration={"made": False})


def review(uid: str, verdict: str) -> dict[str, Any]:
    return {"event_uid": uid, "verdict": verdict, "reviewer": {"id": "reviewer-7"}, "reason": "Seen by a person."}


def finding(decision: Mapping[str, Any], rule: str) -> dict[str, Any]:
    (found,) = (candidate for candidate in decision["findings"] if candidate["rule"] == rule)
    return dict(found)


async def test_a_publication_without_verified_identity_is_blocked_and_the_article_is_cited(law: Installation) -> None:
    event = published("hello", user={"identity": {"status": "unverified"}})

    uid = await law.send("publication", event)

    decision = await law.decision(uid)
    found = finding(decision, IDENTITY)
    assert decision["decision"] == "block"
    assert (found["outcome"], found["action"], found["pack"]) == ("violation", "block", PACK)
    assert found["citation"].endswith("(Deep Synthesis Provisions), Art. 9")
    assert "user.identity.status" in found["remedy"]
    assert found["evidence"]["user.identity.status"] == "unverified"
    assert PACK in decision["judged_by"]["packs"]
    assert re.fullmatch(r"[0-9a-f]{16}", decision["judged_by"]["reference_sets"]["features"])
    assert decision["judged_by"]["reference_sets"]["services"] == "none"
    (alert,) = await law.said("alerts", lambda message: message.id == alert_id(uid, IDENTITY))
    assert (alert.data["kind"], alert.data["pack"], alert.data["remedy"]) == (
        "identity-unverified",
        PACK,
        found["remedy"],
    )


async def features_version(law: Installation) -> str:
    decision = await law.decision(await law.send("publication", published("a probe")))
    return str(decision["judged_by"]["reference_sets"]["features"])


async def until_features(law: Installation, met: Callable[[str], bool]) -> str:
    async with asyncio.timeout(30):
        while not met(version := await features_version(law)):
            pass
    return version


async def matched(law: Installation, phrase: str) -> list[tuple[str, list[str] | None]]:
    """What is decided about the phrase in an output and in a prompt, and which entries were found."""
    events = (published(f"so {phrase} it is"), published("hello", prompt={"text": f"write {phrase}"}))
    decisions = [await law.decision(await law.send("publication", event)) for event in events]
    found = [
        [candidate for candidate in decision["findings"] if candidate["rule"] == PROHIBITED] for decision in decisions
    ]
    return [
        (decision["decision"], prohibited[0]["evidence"]["matched_features"] if prohibited else None)
        for decision, prohibited in zip(decisions, found, strict=True)
    ]


async def test_prohibited_content_is_found_in_outputs_and_prompts(law: Installation) -> None:
    assert await matched(law, BEFORE) == [("block", ["before"])] * 2


async def test_the_feature_database_is_changed_while_the_worker_runs(law: Installation) -> None:
    phrase = "a phrase that comes later"
    before = await features_version(law)
    assert await matched(law, phrase) == [("hold", None)] * 2  # for want of a credential

    await law.put_feature(id="later", phrase=phrase)
    await until_features(law, lambda version: version != before)
    assert await matched(law, phrase) == [("block", ["later"])] * 2

    await law.delete_feature("later")
    await until_features(law, lambda version: version == before)
    assert await matched(law, phrase) == [("hold", None)] * 2


async def test_a_bad_entry_raises_an_alert_and_changes_nothing(law: Installation) -> None:
    before = await features_version(law)

    await law.put_feature(id="before", version=2, regex="(unclosed")

    (alert,) = await law.said("alerts", lambda message: message.data["kind"] == "operations")
    assert alert.data["rule"]["id"] == "operations.reference-entry"
    assert alert.data["evidence"]["set"] == "features"
    assert "unclosed" not in alert.body.decode()
    assert await features_version(law) == before
    assert await matched(law, BEFORE) == [("block", ["before"])] * 2


async def test_a_held_event_is_released_by_a_review_that_names_the_reviewer(law: Installation) -> None:
    uid = await law.send("publication", undeclared())
    held = await law.decision(uid)
    assert (held["decision"], finding(held, DECLARE)["outcome"]) == ("hold", "violation")

    await law.send("reviews", review(uid, "release"))

    (released,) = await law.said("decisions", lambda message: message.id == review_id(uid))
    assert (released.data["decision"], released.data["event_uid"]) == ("allow", uid)
    assert released.data["review"]["verdict"] == "release"
    assert released.data["review"]["reviewer"] == "reviewer-7"
    assert released.data["findings"] == held["findings"]
    assert released.data["judged_by"] == held["judged_by"]
    assert held["counts_against"] is not None
    assert not [step for step in await law.everything_said("enforcement") if step.data["event_uid"] == uid]


async def test_a_refused_event_is_blocked_and_counts_and_the_second_review_is_a_dead_letter(law: Installation) -> None:
    user = secrets.token_hex(8)
    uid = await law.send("publication", undeclared(user))
    assert (await law.decision(uid))["decision"] == "hold"
    await law.send("reviews", review(uid, "refuse"))

    (refused,) = await law.said("decisions", lambda message: message.id == review_id(uid))
    assert (refused.data["decision"], refused.data["review"]["verdict"]) == ("block", "refuse")
    (step,) = await law.said("enforcement", lambda message: message.data["event_uid"] == uid)
    assert (step.key, step.data["account"], step.data["step"]) == (account_of(user), account_of(user), "warn")
    assert [rule["id"] for rule in step.data["rules"]] == [DECLARE]

    second = await law.send("reviews", review(uid, "release"))
    (letter,) = await law.said("dead-letters", lambda message: explained(message.headers)["event_uid"] == second)
    assert explained(letter.headers)["error"] == "ReviewRefusedError"
    assert letter.data["data"] == review(uid, "release")
    assert "reviewer-7" not in law.log.read_text()


def explained(headers: Mapping[str, bytes | None]) -> dict[str, Any]:
    return dict(json.loads(headers["sealstream_dead_letter"] or b"{}"))


async def test_a_service_that_changes_without_security_assessment_is_blocked(law: Installation) -> None:
    service = {"public_opinion": True, "biometric_tool": False, "sensitive_scene_tool": False}
    service["security_assessment"] = "none"
    changed = {"event_type": "service.changed", "jurisdictions": ["CN"], "service": service}

    decision = await law.decision(await law.send("activities", changed))

    assert (decision["decision"], decision["content"], decision["credential"]) == ("block", None, None)
    assert [found["rule"] for found in decision["findings"]] == [NEW_FEATURE]
    assert finding(decision, NEW_FEATURE)["citation"].endswith("Art. 20")


async def test_an_account_climbs_step_by_step_and_neither_a_kill_nor_replays_make_it_climb_again(
    law: Installation,
) -> None:
    user = secrets.token_hex(8)
    account = account_of(user)
    events = {f"climb-{number}-{user}": published(f"{BEFORE}, {number}", user) for number in range(3)}
    uids = []
    for name, event in events.items():
        uids.append(await law.send("publication", event, name))
        await law.said("enforcement", lambda message: message.data["event_uid"] == uids[-1])
    climbed = await law.said("enforcement", lambda message: message.key == account, count=3)
    assert [(step.data["step"], step.data["violations"], step.data["event_uid"]) for step in climbed] == [
        ("warn", 1, uids[0]),
        ("restrict", 2, uids[1]),
        ("suspend", 3, uids[2]),
    ]
    assert [step.id for step in climbed] == [enforcement_id(account, number) for number in (1, 2, 3)]

    law.kill_worker()
    for name, event in reversed(events.items()):
        await law.send("publication", event, name)
    law.start_worker()

    await law.everything_done()
    decided = [decision for decision in await law.everything_said("decisions") if decision.data["event_uid"] in uids]
    steps = [step for step in await law.everything_said("enforcement") if step.key == account]
    assert len(decided) >= 6
    assert len(steps) >= 6
    assert {decision.id for decision in decided} == {decision_id(uid) for uid in uids}
    assert len({decision.body for decision in decided}) == 3
    assert {(step.id, step.body) for step in steps} == {(step.id, step.body) for step in climbed}

    await law.send("publication", published(BEFORE, user))
    (fourth,) = await law.said("enforcement", lambda message: message.id == enforcement_id(account, 4))
    assert (fourth.data["step"], fourth.data["violations"]) == ("suspend", 4)


SAID = (
    "The ferry leaves the harbour at seven every morning, with a crew of four and whatever the islanders have bought "
    "the day before: flour and lamp oil, a new rudder, two goats. By noon it lies at the pier of the outermost island, "
    "where nobody has ever counted the gulls. In winter it stays away for weeks, and the postmistress reads the old "
    "letters aloud to whoever comes in for warmth. "
)


def told(text: str, user: str) -> dict[str, Any]:
    """A publication in China of a text by a person whose identity is verified."""
    who = {"id_hash": user, "identity": {"status": "verified", "method": "mobile"}}
    content = {"id": secrets.token_hex(4), "mime": "text/plain", "text": text, "synthetic": "no"}
    return {"jurisdictions": ["CN"], "actor": {"role": "user"}, "content": content, "user": who}


async def test_what_is_found_illegal_later_is_retracted_and_blocked_and_what_comes_near_is_held(
    law: Installation,
) -> None:
    text, user = f"{secrets.token_hex(8)}. {SAID}", secrets.token_hex(8)
    event, name = told(text, user), secrets.token_hex(8)
    uid = await law.send("publication", event, name)
    assert (await law.decision(uid))["decision"] == "allow"
    before, sha256 = await features_version(law), hashlib.sha256(text.encode()).hexdigest()

    verdict = await law.send(
        "activities",
        {
            "event_type": "review.completed",
            "jurisdictions": ["CN"],
            "content": {"sha256": sha256},
            "review": {"mode": "human", "verdict": "illegal", "categories": ["other"]},
        },
    )

    (retracted,) = await law.said("decisions", lambda message: message.id == retraction_id(uid))
    assert (retracted.key, retracted.data["decision"]) == (event["content"]["id"], "retracted")
    assert {found["rule"] for found in retracted.data["findings"]} == {
        "illegal.retracted",
        "cn.deep-synthesis.art10.retract",
    }
    assert retracted.data["account"] is None
    (alert,) = await law.said("alerts", lambda message: message.id == alert_id(verdict, "illegal.retracted"))
    assert (alert.data["kind"], alert.data["severity"]) == ("illegal-content", "critical")
    (step,) = await law.said("enforcement", lambda message: message.data["account"] == account_of(user))
    assert (step.data["step"], step.data["event_uid"]) == ("warn", uid)

    await until_features(law, lambda version: version != before)
    again = await law.decision(await law.send("publication", told(text, user)))
    assert again["decision"] == "block"
    assert finding(again, "illegal.content")["evidence"]["matched_features"] == [f"illegal:{sha256}:other"]
    near = await law.decision(await law.send("publication", told(text.replace("seven", "eight"), user)))
    assert (near["decision"], finding(near, "illegal.resembles")["action"]) == ("hold", "hold")

    (known,) = law.answer("lookup", "--event", "//tests/law", name)["found"]
    assert known["retraction"]["retraction"]["categories"] == ["other"]


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("user.identity.status == 'verified'", "user.identity.stature == 'verified'", "user.identity.stature"),
        ("user.identity.status == 'verified'", "user.identity.status == 7", "(string, int)"),
        ("    severity: critical", "    severity: dreadful", "severity"),
    ],
)
def test_a_pack_that_cannot_be_used_stops_the_worker_at_start_and_says_where(
    law: Installation, tmp_path: Path, good: str, bad: str, reason: str
) -> None:
    text = (files("pipeline.policy") / "packs" / "cn-deep-synthesis-2023.yaml").read_text()
    lines = text.replace(good, bad, 1).splitlines()
    (line,) = [number for number, content in enumerate(lines, start=1) if bad in content]
    pack = tmp_path / "house.yaml"
    pack.write_text("\n".join(lines))

    said = law.sealstream("worker", code=2, SEALSTREAM_POLICY_PACKS=f"+{pack}")

    (place,) = re.findall(rf"{re.escape(str(pack))}:(\d+): ", said)
    assert int(place) == line
    assert reason in said
