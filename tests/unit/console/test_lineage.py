"""Where content comes from, told from the manifests topic, whatever came first."""

from itertools import permutations
from pathlib import Path

import msgspec
import pytest

from console.readmodel.lineage import Kin, Kinship
from pipeline.events.identity import event_uid
from pipeline.events.outputs import EventReference, RecordedParent
from tests.unit.console.browsing import Console
from tests.unit.console.happenings import SEALED, Happenings
from tests.unit.console.shelf import Shelf, digest


def uid_of(name: str) -> str:
    return event_uid("//studio.example", name)


def seal(day: Happenings, name: str, *parents: str, by_bytes: bool = False) -> None:
    """A generation, made from others: named by their events, or by the bytes that they were sealed into."""
    event = EventReference(source="//studio.example", id=name, type="sealstream.generation.v1", time=None)
    made_from = tuple(
        RecordedParent(
            content_id=parent,
            sha256=digest(parent.encode()) if by_bytes else None,
            event_uid=None if by_bytes else uid_of(parent),
            manifest=None,
        )
        for parent in parents
    )
    changes = {
        "event_uid": uid_of(name),
        "event": event,
        "content": msgspec.structs.replace(SEALED.content, id=name),
        "original": msgspec.structs.replace(SEALED.original, sha256=digest(b"original " + name.encode())),
        "sealed": msgspec.structs.replace(SEALED.sealed, sha256=digest(name.encode())),
        "parents": made_from,
    }
    day.say(msgspec.structs.replace(SEALED, **changes))


def lineage(console: Console, uid: str) -> Kinship:
    ask = console.parts().questions
    event = ask.event(uid)
    assert event is not None
    found = ask.lineage(event)
    assert found is not None
    return found


def words(kin: Kin) -> str:
    inner = f"({' '.join(map(words, kin.parents))})" if kin.parents else ""
    return f"{kin.content_id}{'' if kin.standing == 'known' else ':' + kin.standing}{inner}"


def learned(directory: Path, day: Happenings) -> Console:
    directory.mkdir()
    console = Console(directory)
    console.learn(day)
    return console


@pytest.mark.parametrize("by_bytes", [False, True])
def test_a_tree_goes_back_to_what_is_known_whatever_came_first(tmp_path: Path, *, by_bytes: bool) -> None:
    family = {"poster": ("crop", "logo"), "crop": ("photo",), "photo": ()}
    for number, order in enumerate(permutations(family)):
        day = Happenings()
        for name in order:
            seal(day, name, *family[name], by_bytes=by_bytes)
        console = learned(tmp_path / str(number), day)
        assert words(lineage(console, uid_of("poster")).tree) == "poster(crop(photo) logo:unknown)"
        assert [kin.content_id for kin in lineage(console, uid_of("photo")).children] == ["crop"]


def test_a_publication_hangs_from_what_the_same_bytes_were_sealed_as(tmp_path: Path) -> None:
    day = Happenings()
    seal(day, "photo")
    seal(day, "crop", "photo")
    uid = Shelf(day).publish("post", b"crop", "image/png")
    console = learned(tmp_path / "model", day)
    found = lineage(console, uid)
    assert words(found.tree) == "post(crop(photo))"
    assert found.tree.parents[0].link == "same-bytes"


def test_what_comes_back_to_itself_or_goes_on_for_long_ends(tmp_path: Path) -> None:
    day = Happenings()
    seal(day, "a", "b")
    seal(day, "b", "a")
    for number in range(30):
        seal(day, f"n{number}", f"n{number + 1}")
    console = learned(tmp_path / "model", day)
    assert words(lineage(console, uid_of("a")).tree) == "a(b(a:cycle))"
    assert words(lineage(console, uid_of("n0")).tree).count("(") == 16
    assert ":cut" in words(lineage(console, uid_of("n0")).tree)


def test_a_wide_tree_is_cut(tmp_path: Path) -> None:
    day = Happenings()
    for name in ("x", "y"):
        seal(day, name, *(f"{name}{number}" for number in range(100)))
        for number in range(100):
            seal(day, f"{name}{number}")
    seal(day, "root", "x", "y")
    console = learned(tmp_path / "model", day)
    told = words(lineage(console, uid_of("root")).tree)
    assert told.count(":cut") > 50


def test_the_page_shows_it_as_lists_that_lead_on(tmp_path: Path) -> None:
    day = Happenings()
    day.operator("v-1", "viewer")
    seal(day, "photo<b>")
    seal(day, "crop", "photo<b>")
    console = learned(tmp_path / "model", day)
    client = console.browser("v-1", "viewer")
    html = client.get(f"/queue/{uid_of('crop')}").text
    assert f'<a href="/queue/{uid_of("photo<b>")}">photo&lt;b&gt;</a>' in html.partition('class="tree"')[2]
    assert "Made from it" in client.get(f"/queue/{uid_of('photo<b>')}").text
    told = client.get(f"/queue/{uid_of('crop')}/lineage.json").json()
    assert told["tree"]["parents"][0]["content_id"] == "photo<b>"
