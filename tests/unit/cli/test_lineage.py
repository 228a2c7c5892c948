"""`sealstream lineage`: the tree of what an asset was made from."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.events.identity import event_uid
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import ContentName, ManifestRecord, RecordedParent
from pipeline.usecases.ancestry import Ancestor, Ancestry
from tests.unit.cli.typing import Run
from tests.unit.house import House, generation, png, publication, review


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, house: House) -> Run:
    monkeypatch.setattr("pipeline.store.connection.connect", lambda: None)
    monkeypatch.setattr("pipeline.store.s3.S3ObjectStore", lambda _: house.store)

    return lambda *arguments: typed("lineage", *arguments)


def made(house: House, name: str, *parents: object, mime: str = "text/markdown", **content: Any) -> ManifestRecord:
    what = {"id": name, "mime": mime, "operation": "edited", "text": f"{name}\n", "parents": list(parents), **content}
    return house.seal(generation({"content": what}, event_id=name)).record


def by_digest(record: ManifestRecord) -> dict[str, str]:
    return {"id": record.content.id, "sha256": record.sealed.sha256}


def family(house: House) -> tuple[ManifestRecord, ManifestRecord, ManifestRecord]:
    draft = made(house, "draft", "sketch-1")
    final = made(house, "final", by_digest(draft), {"id": "elsewhere", "sha256": "0" * 64})
    return draft, final, made(house, "translation", by_digest(final))


def names(tree: dict[str, Any]) -> Any:
    return {tree["content_id"]: [names(parent) for parent in tree["parents"]]}


def test_the_tree_goes_back_to_what_nobody_knows(run: Run, house: House) -> None:
    _, _, translation = family(house)
    code, out, _ = run("--sha256", translation.sealed.sha256, "--json")
    (tree,) = json.loads(out)["lineage"]
    assert code == 0
    assert names(tree) == {"translation": [{"final": [{"draft": [{"sketch-1": []}]}, {"elsewhere": []}]}]}


def test_each_asset_says_what_became_of_it_and_who_sealed_it_when(run: Run, house: House) -> None:
    draft, _, _ = family(house)
    (tree,) = json.loads(run("--event", "/studio", "draft", "--json")[1])["lineage"]
    (unknown,) = tree.pop("parents")
    assert draft.signer is not None
    assert tree == {
        "content_id": "draft",
        "standing": "known",
        "sha256": draft.sealed.sha256,
        "event_uid": draft.event_uid,
        "media_type": "text/markdown",
        "decision": "allow",
        "review": None,
        "manifest_label": draft.manifest.label,
        "sealed_at": draft.sealed_at,
        "signer": draft.signer.common_name,
    }
    assert (unknown["content_id"], unknown["standing"], unknown["event_uid"]) == ("sketch-1", "unknown", None)


def test_people_see_a_tree(run: Run, house: House) -> None:
    draft, final, _ = family(house)
    out = run("--event", "/studio", "final")[1]
    lines = out.splitlines()
    assert lines[0] == "final  text/markdown  allow"
    assert lines[1].startswith(f"│   {final.manifest.label}") or lines[1].startswith(final.manifest.label)
    assert "├── draft  text/markdown  allow" in lines
    assert any(draft.manifest.label in line for line in lines)
    assert "│   └── sketch-1  not known here" in lines
    assert "└── elsewhere  not known here" in lines


def test_a_file_in_hand_is_enough_sealed_or_original(run: Run, house: House, tmp_path: Path) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated"}
    record = house.seal(generation({"content": content})).record
    for body in (png(), house.stored(record.sealed.uri)):
        (tmp_path / "a.png").write_bytes(body)
        (tree,) = json.loads(run("--file", tmp_path / "a.png", "--json")[1])["lineage"]
        assert tree["event_uid"] == record.event_uid


def test_a_publication_leads_to_what_sealed_its_asset(run: Run, house: House) -> None:
    draft, _, _ = family(house)
    house.inspect(publication({"content": {"id": "d", "mime": "text/markdown", "text": "draft\n"}}, event_id="post"))
    (tree,) = json.loads(run("--event", "/studio", "post", "--json")[1])["lineage"]
    assert tree["event_uid"] == draft.event_uid


def test_a_review_of_what_was_held_is_told(run: Run, house: House) -> None:
    face = made(house, "face", biometric=["face"])
    child = made(house, "child", by_digest(face))
    assert child.decision == "hold"
    order = {"event_uid": child.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "Seen."}
    house.review(review(order))
    assert "child  text/markdown  hold, then allow by a review" in run("--event", "/studio", "child")[1]


def test_a_parent_that_was_sealed_later_is_found(run: Run, house: House) -> None:
    early = made(house, "child", {"id": "late", "sha256": house.put("late", b"late\n", "text/markdown")["sha256"]})
    assert early.parents[0].event_uid is None
    late = made(house, "late")
    (tree,) = json.loads(run("--event", "/studio", "child", "--json")[1])["lineage"]
    assert (tree["parents"][0]["standing"], tree["parents"][0]["event_uid"]) == ("known", late.event_uid)


def test_what_nobody_knows_ends_with_exit_code_1(run: Run) -> None:
    code, out, _ = run("--sha256", "0" * 64)
    assert (code, out) == (1, "Nothing is known of it in this store.\n")
    code, out, _ = run("--event", "/studio", "nothing", "--json")
    assert (code, json.loads(out)) == (1, {"lineage": []})


@pytest.mark.parametrize("arguments", [[], ["--sha256", "0" * 64, "--event", "/studio", "1"]])
def test_there_is_exactly_one_way_to_say_what_is_looked_up(run: Run, arguments: list[str]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert "exactly one way" in err


# Trees that do not end


def placed(house: House, like: ManifestRecord, name: str, *parents: str) -> None:
    """Put the record of an event into the store, made from what these other events sealed."""
    uid = event_uid("/studio", name)
    made_from = tuple(
        RecordedParent(content_id=parent, sha256=None, event_uid=event_uid("/studio", parent), manifest=None)
        for parent in parents
    )
    record = msgspec.structs.replace(
        like, event_uid=uid, content=ContentName(id=name, mime="text/plain"), parents=made_from
    )
    house.store.create(house.layout.record(uid), to_json(record), media_type="application/json")


def ancestry(house: House) -> Ancestry:
    return Ancestry(store=house.store, layout=house.layout)


def size(tree: Ancestor) -> int:
    return 1 + sum(map(size, tree.parents))


def depth(tree: Ancestor) -> int:
    return 1 + max(map(depth, tree.parents), default=0)


def test_a_cycle_is_shown_as_one(run: Run, house: House) -> None:
    like = made(house, "like")
    placed(house, like, "first", "second")
    placed(house, like, "second", "first")
    (tree,) = ancestry(house).of_event("/studio", "first")
    (parent,) = tree.parents
    assert [ancestor.standing for ancestor in (tree, parent, *parent.parents)] == ["known", "known", "cycle"]
    assert "the same as further up" in run("--event", "/studio", "first")[1]


def test_a_long_line_of_ancestors_is_cut(house: House) -> None:
    like = made(house, "like")
    for number in range(20):
        placed(house, like, str(number), str(number + 1))
    (tree,) = ancestry(house).of_event("/studio", "0")
    assert depth(tree) == 17
    while tree.parents:
        (tree,) = tree.parents
    assert tree.standing == "cut"


def test_a_tree_that_grows_too_large_is_cut(house: House) -> None:
    like = made(house, "like")
    for number in range(6):
        placed(house, like, str(number), *[str(number + 1)] * 16)
    (tree,) = ancestry(house).of_event("/studio", "0")
    assert sum(ancestor.standing == "known" for ancestor in walk(tree)) == 256
    assert size(tree) <= 256 * 17


def walk(tree: Ancestor) -> list[Ancestor]:
    return [tree, *(below for parent in tree.parents for below in walk(parent))]
