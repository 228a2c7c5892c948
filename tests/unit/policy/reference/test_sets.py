"""A snapshot of the reference sets: entries come in, are replaced by later ones, and go; every version has a name."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events.outputs import ReferenceVersions
from pipeline.policy.reference import Entry, ReferenceSets, Removal, StaleEntryError
from tests.unit.policy.reference.entries import entry, feature, sets_of

NONE = ReferenceVersions(services="none", news_sources="none", features="none", consents="none")

IDS = st.sampled_from(["a", "b", "c"])
ENTRIES = st.one_of(
    st.builds(lambda name, version, word: feature(name, version=version, phrase=word), IDS, st.integers(1, 4), IDS),
    st.builds(lambda name, version: entry("consents", name, version=version, status="granted"), IDS, st.integers(1, 4)),
    st.builds(lambda name: entry("services", name, service={"ssmi": True}), IDS),
    st.builds(lambda name: entry("news-sources", name, name="N", status="licensed"), IDS),
)
REMOVALS = st.builds(Removal, st.sampled_from(["services", "news-sources", "features", "consents"]), IDS)
CHANGES = st.lists(st.one_of(ENTRIES, REMOVALS), max_size=12)


def held(sets: ReferenceSets) -> object:
    return (sets.services, sets.news_sources, sets.features, sets.consents, sets.versions)


def one_by_one(sets: ReferenceSets, changes: Iterable[Entry | Removal]) -> tuple[ReferenceSets, int]:
    refused = 0
    for change in changes:
        try:
            sets = sets.remove(*change) if isinstance(change, Removal) else sets.put(change)
        except StaleEntryError:
            refused += 1
    return sets, refused


def test_empty_sets_have_no_version() -> None:
    assert ReferenceSets.empty().versions == NONE


@settings(deadline=None)
@given(CHANGES)
def test_a_batch_is_its_changes_one_after_the_other(changes: list[Entry | Removal]) -> None:
    after, refused = one_by_one(ReferenceSets.empty(), changes)
    update = ReferenceSets.empty().updated(changes)
    assert held(update.sets) == held(after)
    assert len(update.refused) == len(update.refused_at) == refused


@settings(deadline=None)
@given(CHANGES, st.sampled_from("abcdefgh"))
def test_however_an_index_came_to_be_it_finds_the_same(changes: list[Entry | Removal], text: str) -> None:
    grown, _ = one_by_one(ReferenceSets.empty(), changes)
    anew = sets_of(*grown.features.values())
    assert grown.index.match(text=text) == anew.index.match(text=text)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=8, unique_by=lambda drawn_entry: (type(drawn_entry), drawn_entry.id)), st.randoms())
def test_the_version_of_a_set_does_not_depend_on_the_order_in_which_it_came(entries: list[Entry], luck) -> None:
    shuffled = luck.sample(entries, len(entries))
    assert sets_of(*entries).versions == sets_of(*shuffled).versions


@settings(deadline=None)
@given(CHANGES, ENTRIES)
def test_taking_away_what_was_added_gives_the_sets_as_they_were(changes: list[Entry | Removal], added: Entry) -> None:
    before, _ = one_by_one(ReferenceSets.empty(), changes)
    name = {"FeatureEntry": "features", "ConsentEntry": "consents", "ServiceEntry": "services"}.get(
        type(added).__name__, "news-sources"
    )
    without = before.remove(name, added.id)  # type: ignore[arg-type]
    assert held(without.put(added).remove(name, added.id)) == held(without)  # type: ignore[arg-type]


@settings(deadline=None)
@given(CHANGES, CHANGES)
def test_a_snapshot_never_changes(changes: list[Entry | Removal], later: list[Entry | Removal]) -> None:
    sets = ReferenceSets.empty().updated(changes).sets
    before = msgspec.to_builtins(held(sets))
    sets.updated(later)
    assert msgspec.to_builtins(held(sets)) == before


def test_each_set_has_its_own_version_and_only_ids_and_versions_make_it() -> None:
    sets = sets_of(feature("f", phrase="one"))
    assert sets.versions == msgspec.structs.replace(NONE, features=sets.versions.features)
    assert sets.versions.features == sets_of(feature("f", regex="two")).versions.features
    assert sets.versions.features != sets_of(feature("f", version=2, phrase="one")).versions.features
    # Fixed, for workers of different releases agree on it too: sha256 of [["f",1]].
    assert sets.versions.features == "663ccf3c03f39489"


def test_a_later_version_replaces_an_earlier_one() -> None:
    sets = sets_of(feature(phrase="one"), feature(version=2, phrase="two"))
    assert [match.entry_id for match in sets.index.match(text="two")] == ["f"]
    assert sets.index.match(text="one") == ()


def test_the_same_again_changes_nothing() -> None:
    sets = sets_of(feature(phrase="one"))
    assert sets.put(feature(phrase=" ONE ")) is sets
    assert sets.remove("features", "another") is sets


@pytest.mark.parametrize(
    ("stale", "reason"),
    [
        (feature(version=2, phrase="other"), "another content than its version 2 had before"),
        (feature(version=1, phrase="one"), "version 1, and version 2 is held"),
    ],
)
def test_a_stale_entry_is_refused_and_what_is_held_stays(stale: Entry, reason: str) -> None:
    sets = sets_of(feature(version=2, phrase="one"))
    with pytest.raises(StaleEntryError, match=f"{reason}.*higher than 2") as refusal:
        sets.put(stale)
    assert (refusal.value.set_name, refusal.value.entry_id) == ("features", "f")


def test_a_deleted_entry_may_come_back_with_any_version() -> None:
    sets = sets_of(feature(version=9, phrase="one")).remove("features", "f")
    assert sets.versions == NONE
    assert sets.put(feature(version=1, phrase="two")).index.match(text="two") != ()


def test_one_entry_that_is_refused_does_not_stop_the_others() -> None:
    update = ReferenceSets.empty().updated(
        [feature("a", version=2, phrase="one"), feature("a", phrase="old"), feature("b", phrase="two")]
    )
    assert set(update.sets.features) == {"a", "b"}
    assert [error.entry_id for error in update.refused] == ["a"]
    assert update.refused_at == (1,)
