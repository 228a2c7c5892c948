"""Lineage: what an asset was made from is in its record, and what was found about that is found about it."""

from typing import Any

import msgspec
import orjson
import pytest

import schemas
from pipeline.credentials import Parent
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Finding, ManifestRecord, RecordedParent
from pipeline.evidence.parents import KnownParent, parent_observations
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from tests.unit.house import House, generation, png, review

NO_CONSENT: dict[str, Any] = {"biometric": ["face"]}
"""In no jurisdiction with a pack of its own, a face without consent holds; see the pack high-risk."""

INHERITED = "inherited-finding"


@pytest.fixture
def house(credentials: InProcessCredentialService) -> House:
    return House(credentials)


def made(house: House, name: str, *parents: Any, event_id: str | None = None, **content: Any) -> ManifestRecord:
    """The record of an asset that was made from these parents."""
    colour = sum(name.encode()) % 256
    what = {**house.put(f"{name}.png", png(colour), "image/png"), "operation": "edited", "parents": list(parents)}
    return house.seal(generation({"content": {**what, **content}}, event_id=event_id or name)).record


def by_reference(record: ManifestRecord) -> dict[str, Any]:
    """A sealed asset, as events name a parent."""
    sealed = record.sealed
    named = {"id": record.content.id, "mime": record.content.mime}
    return {**named, "uri": sealed.uri, "sha256": sealed.sha256, "size": sealed.size}


def inherited(record: ManifestRecord) -> Finding | None:
    return next((finding for finding in record.findings if finding.kind == INHERITED), None)


def with_consent(status: str) -> dict[str, Any]:
    return {"consent": {"status": status}}


def held_face(house: House) -> ManifestRecord:
    what = {**house.put("face.png", png(7), "image/png"), "operation": "generated", **NO_CONSENT}
    return house.seal(generation({"content": what, **with_consent("missing")}, event_id="face")).record


# What the record says


def test_a_parent_is_named_with_its_bytes_its_event_and_its_manifest(house: House) -> None:
    parent = made(house, "parent")
    assert made(house, "child", by_reference(parent)).parents == (
        RecordedParent(
            content_id=parent.content.id,
            sha256=parent.sealed.sha256,
            event_uid=parent.event_uid,
            manifest=parent.manifest.uri,
        ),
    )


def test_a_parent_is_known_by_its_original_too(house: House) -> None:
    parent = made(house, "parent")
    (named,) = made(house, "child", house.put("parent.png", png(sum(b"parent") % 256), "image/png")).parents
    assert (named.event_uid, named.manifest) == (parent.event_uid, parent.manifest.uri)


def test_a_parent_is_known_by_its_digest_alone(house: House) -> None:
    parent = made(house, "parent")
    (named,) = made(house, "child", {"id": "p", "sha256": parent.sealed.sha256}).parents
    assert named.event_uid == parent.event_uid


def test_of_a_parent_that_nobody_knows_only_what_was_told_is_said(house: House) -> None:
    assert made(house, "child", "sketch-1", house.put("other.png", png(1), "image/png")).parents == (
        RecordedParent(content_id="sketch-1", sha256=None, event_uid=None, manifest=None),
        RecordedParent(
            content_id="other.png",
            sha256=house.put("other.png", png(1), "image/png")["sha256"],
            event_uid=None,
            manifest=None,
        ),
    )


def test_an_asset_that_names_itself_is_not_its_own_parent(house: House) -> None:
    itself = house.put("self.png", png(sum(b"self") % 256), "image/png")
    (named,) = made(house, "self", itself).parents
    assert named.event_uid is None
    (again,) = made(house, "self", itself).parents
    assert again == named


def test_the_record_keeps_to_its_schema(house: House) -> None:
    record = made(house, "child", by_reference(held_face(house)), "sketch-1")
    assert schemas.first_violation(schemas.validator("manifest-record.v2"), orjson.loads(to_json(record))) is None


def test_records_from_before_have_no_parents(house: House) -> None:
    members = orjson.loads(to_json(made(house, "parent")))
    del members["parents"]
    assert msgspec.convert(members, ManifestRecord).parents == ()


# What is handed down


def test_what_holds_a_parent_holds_what_was_made_from_it(house: House) -> None:
    parent = held_face(house)
    assert parent.decision in ("hold", "block")
    child = made(house, "child", by_reference(parent), **NO_CONSENT)
    finding = inherited(child)
    assert finding is not None
    assert (finding.action, child.decision) == ("hold", "hold")
    assert finding.evidence["worst"] == "block"
    assert set(finding.evidence["rules"]) <= {found.rule for found in parent.findings}  # type: ignore[arg-type]
    assert finding.evidence["parents"] == (parent.content.id,)
    assert finding.evidence["event_uids"] == (parent.event_uid,)


def test_and_what_was_made_from_that(house: House) -> None:
    child = made(house, "child", by_reference(held_face(house)))
    grandchild = made(house, "grandchild", by_reference(child))
    finding = inherited(grandchild)
    assert finding is not None
    assert (finding.evidence["rules"], grandchild.decision) == (("lineage.parent-finding",), "hold")


def test_one_finding_names_all_parents_and_is_as_bad_as_the_worst(house: House) -> None:
    face, good = held_face(house), made(house, "good")
    child = made(house, "child", by_reference(face))
    both = made(house, "both", by_reference(good), by_reference(child), by_reference(face))
    found = [finding for finding in both.findings if finding.kind == INHERITED]
    assert [finding.evidence["parents"] for finding in found] == [(child.content.id, face.content.id)]
    order = ("low", "medium", "high", "critical")
    assert found[0].severity == max((finding.severity for finding in face.findings), key=order.index)


def test_a_good_parent_hands_down_nothing(house: House) -> None:
    child = made(house, "child", by_reference(made(house, "parent")), "sketch-1")
    assert (inherited(child), child.decision) == (None, "allow")


@pytest.mark.parametrize(("verdict", "expected"), [("release", "allow"), ("refuse", "hold")])
def test_only_a_parent_that_a_review_released_hands_down_nothing(
    credentials: InProcessCredentialService, verdict: str, expected: str
) -> None:
    house = House(credentials)
    parent = made(house, "parent", by_reference(held_face(house)))
    assert parent.decision == "hold"
    order = {"event_uid": parent.event_uid, "verdict": verdict, "reviewer": {"id": "r"}, "reason": "Seen."}
    house.review(review(order))
    assert made(house, "child", by_reference(parent)).decision == expected


def test_a_parent_does_not_get_rid_of_what_was_found_by_being_sent_again_as_new(house: House) -> None:
    parent = held_face(house)
    again = {**by_reference(parent), "operation": "generated"}
    house.seal(generation({"content": again}, event_id="again"))
    child = made(house, "child", by_reference(parent))
    finding = inherited(child)
    assert finding is not None
    assert finding.evidence["event_uids"] == (parent.event_uid,)


def heir(*actions: str) -> KnownParent:
    """A parent about which findings with these actions are handed down."""
    found = Finding(
        rule="r",
        kind="k",
        severity="low",
        action="alert",
        outcome="violation",
        code=None,
        message="",
        citation="Art. 1",
        evidence={},
    )
    return KnownParent(
        ingredient=Parent(media_type="image/png", instance_id="p"),
        recorded=RecordedParent(content_id="p", sha256=None, event_uid=None, manifest=None),
        handed_down=tuple(("0" * 64, msgspec.structs.replace(found, action=action)) for action in actions),
    )


@pytest.mark.parametrize(
    ("actions", "expected"),
    [(["record"], "record"), (["record", "alert"], "alert"), (["hold", "alert"], "hold"), (["block"], "hold")],
)
def test_a_block_is_handed_down_as_a_hold_and_all_else_as_it_is(actions: list[str], expected: str) -> None:
    seen = parent_observations([heir(*actions), heir()])
    (finding,) = Judge(load_packs(["c2pa"])).findings({"event_type": "generation.completed"}, None, seen)
    assert (finding.kind, finding.action, finding.severity) == (INHERITED, expected, "low")
    assert finding.citation != "Art. 1"


def test_parents_about_which_nothing_was_found_hand_down_nothing() -> None:
    assert parent_observations([heir(), heir()]) == ()
