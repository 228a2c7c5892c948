"""Object layout: keys, what they are made of, and what is read back from them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BugError
from pipeline.media_types import extension_of
from pipeline.store import Layout, Location
from pipeline.store.keys import (
    AccountEntryKey,
    AssetKey,
    CaseEventKey,
    CodesKey,
    ConsentedKey,
    CountedKey,
    ErasedBytesKey,
    ErasedEventKey,
    ErasureKey,
    IdentityKey,
    IllegalKey,
    Key,
    ManifestKey,
    PointerKey,
    PublishedKey,
    RecordKey,
    RefusedKey,
    ReportKey,
    RetractionKey,
    ReviewActKey,
    ReviewKey,
    RevokedKey,
    SealedKey,
    SnapshotKey,
    StampedManifestKey,
    account_prefix,
    digest_prefix,
    identity_prefix,
    parse_key,
    snapshot_prefix,
)

UID = "ab12" + "0" * 60
DIGEST = "cd34" + "f" * 60
OTHER = "ef56" + "1" * 60

NUMBERS = st.integers(1, 99_999_999)
PARTITIONS = st.integers(0, 99_999)
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
WORDS = st.sampled_from(["verified", "expired", "id_card", "mobile"])
MEDIA_TYPES = st.sampled_from(["image/png", "IMAGE/JPEG", "text/plain; charset=utf-8"]) | st.text(max_size=60)
WELL_FORMED = st.one_of(
    st.builds(SealedKey, DIGESTS, DIGESTS, MEDIA_TYPES.map(extension_of)),
    st.builds(AssetKey, DIGESTS, MEDIA_TYPES.map(extension_of)),
    st.builds(ManifestKey, DIGESTS, DIGESTS),
    st.builds(StampedManifestKey, DIGESTS, DIGESTS),
    st.builds(PointerKey, DIGESTS, DIGESTS),
    st.builds(RecordKey, DIGESTS),
    st.builds(ReportKey, DIGESTS),
    st.builds(ReviewKey, DIGESTS),
    st.builds(ReviewKey, DIGESTS, st.integers(2, 99)),
    st.builds(CaseEventKey, DIGESTS),
    st.builds(RefusedKey, DIGESTS),
    st.builds(ConsentedKey, DIGESTS, DIGESTS),
    st.builds(RevokedKey, DIGESTS),
    st.builds(IdentityKey, DIGESTS, st.integers(1, 10**13 - 1), WORDS, WORDS, DIGESTS),
    st.builds(ReviewActKey, DIGESTS, st.integers(1, 500)),
    st.builds(CountedKey, DIGESTS),
    st.builds(IllegalKey, DIGESTS),
    st.builds(ErasedBytesKey, DIGESTS, DIGESTS),
    st.builds(ErasedEventKey, DIGESTS),
    st.builds(ErasureKey, DIGESTS, NUMBERS),
    st.builds(PublishedKey, DIGESTS, DIGESTS),
    st.builds(RetractionKey, DIGESTS),
    st.builds(AccountEntryKey, DIGESTS, NUMBERS),
    st.builds(SnapshotKey, DIGESTS, PARTITIONS, NUMBERS, st.sampled_from(["json", "claim"])),
    st.builds(CodesKey, DIGESTS, PARTITIONS, NUMBERS, PARTITIONS),
)


@pytest.fixture
def layout() -> Layout:
    return Layout(content_bucket="content", records_bucket="records")


def test_a_sealed_asset_lies_under_the_digest_of_the_original(layout: Layout) -> None:
    assert layout.sealed(OTHER, UID, "image/png").uri == f"s3://content/v1/sha256/ef/56/{OTHER}/{UID}.sealed.png"


def test_of_one_event_the_manifest_is_listed_before_the_sealed_asset(layout: Layout) -> None:
    assert layout.manifest(DIGEST, UID).key < layout.sealed(DIGEST, UID, "image/png").key


def test_a_manifest_lies_under_the_digest_of_the_bytes_it_is_valid_for(layout: Layout) -> None:
    assert layout.manifest(DIGEST, UID).uri == f"s3://content/v1/sha256/cd/34/{DIGEST}/{UID}.c2pa"


def test_a_record_lies_under_its_event_in_its_own_bucket(layout: Layout) -> None:
    assert layout.record(UID).uri == f"s3://records/v1/records/ab/12/{UID}.json"


def test_a_review_lies_beside_the_record_of_the_event_it_is_about(layout: Layout) -> None:
    assert layout.review(UID).uri == f"s3://records/v1/reviews/ab/12/{UID}.json"


def test_the_entries_of_an_account_lie_together_and_each_is_found_by_its_event_too(layout: Layout) -> None:
    assert layout.account_entry(DIGEST, 1).uri == f"s3://records/v1/accounts/cd/34/{DIGEST}/99999999.json"
    assert layout.account_entry(DIGEST, 99_999_999).uri == f"s3://records/v1/accounts/cd/34/{DIGEST}/00000001.json"
    assert layout.counted(UID).uri == f"s3://records/v1/counted/ab/12/{UID}.json"


@given(DIGESTS, NUMBERS, NUMBERS)
def test_of_two_entries_the_newer_one_is_listed_first(account: str, entry_number: int, other: int) -> None:
    layout = Layout(content_bucket="content", records_bucket="records")
    keys = [layout.account_entry(account, number).key for number in (entry_number, other)]
    assert all(key.startswith(account_prefix(account)) for key in keys)
    assert (keys[0] < keys[1]) == (entry_number > other)


def test_checks_of_an_identity_lie_together_the_newest_first_and_of_two_at_one_time_the_worse(layout: Layout) -> None:
    older = IdentityKey(DIGEST, 1_780_000_000_000, "expired", "mobile", UID)
    newer = IdentityKey(DIGEST, 1_780_000_000_001, "verified", "mobile", UID)
    place = "8219999999999.verified.mobile"
    assert layout.identity(newer).uri == f"s3://content/v1/identities/cd/34/{DIGEST}/{place}.{UID}.json"
    worse = IdentityKey(DIGEST, newer.at, "unverified", "mobile", OTHER)
    assert sorted(map(str, (older, newer, worse))) == list(map(str, (worse, newer, older)))
    assert all(str(key).startswith(identity_prefix(DIGEST)) for key in (older, newer))
    with pytest.raises(BugError):
        layout.identity(IdentityKey(DIGEST, 0, "verified", "mobile", UID))


@pytest.mark.parametrize("number", [0, -1, 100_000_000])
def test_entries_and_minutes_are_numbered_from_one_to_what_the_key_has_room_for(layout: Layout, number: int) -> None:
    with pytest.raises(BugError):
        layout.account_entry(UID, number)
    with pytest.raises(BugError):
        layout.snapshot(SnapshotKey(UID, 0, number))


def test_snapshots_of_a_partition_lie_together_and_the_newest_is_listed_first(layout: Layout) -> None:
    older, newer = (SnapshotKey(DIGEST, 7, minute) for minute in (29_820_600, 29_820_660))
    assert layout.snapshot(newer).uri == f"s3://content/v1/recognition/cd/34/{DIGEST}/7/70179340.json"
    assert str(newer) < str(older)
    assert all(str(key).startswith(snapshot_prefix(DIGEST, 7)) for key in (older, newer))
    assert layout.snapshot(CodesKey(DIGEST, 7, 29_820_660, 3)).key == f"v1/codes/cd/34/{DIGEST}/7/70179340/3.codes"


@given(WELL_FORMED)
def test_a_key_is_read_back_as_what_it_was(key: Key) -> None:
    assert parse_key(str(key)) == key


@given(WELL_FORMED, WELL_FORMED)
def test_no_two_things_share_a_key(key: Key, other: Key) -> None:
    assert (str(key) == str(other)) == (key == other)


@given(WELL_FORMED)
def test_no_key_is_the_folder_of_another(key: Key) -> None:
    """SeaweedFS 4.48 leaves such keys out of a listing in pages: findings/seaweedfs-pages-lose-keys.sh."""
    *folders, name = str(key).split("/")
    assert "." in name
    assert not any("." in folder for folder in folders)


@given(WELL_FORMED)
def test_keys_are_made_of_plain_characters_and_are_locations(key: Key) -> None:
    assert re.fullmatch(r"[a-z0-9/._]+", str(key))
    assert Location.parse(f"s3://content/{key}").key == str(key)


@given(DIGESTS, DIGESTS, MEDIA_TYPES)
def test_all_that_is_known_of_a_digest_lies_under_its_prefix(digest: str, uid: str, media_type: str) -> None:
    layout = Layout(content_bucket="content", records_bucket="records")
    for key in (
        layout.manifest(digest, uid).key,
        layout.sealed(digest, uid, media_type).key,
        str(PointerKey(digest, uid)),
    ):
        assert key.startswith(digest_prefix(digest))


@given(
    st.text() | st.from_regex(r"v1/(accounts|assets|codes|counted|recognition|records|reviews|sha256)/[0-9a-f]{2}/.*")
)
def test_only_exact_keys_are_read_back(text: str) -> None:
    key = parse_key(text)
    assert key is None or str(key) == text


@pytest.mark.parametrize(
    "text",
    [
        f"v1/assets/ff/12/{UID}.png",
        f"v1/assets/ab/12/{UID}",
        f"v1/assets/ab/12/{UID}.tar.gz",
        f"v2/assets/ab/12/{UID}.png",
        f"v1/records/ab/12/{UID.upper()}.json",
        f"v1/records/ab/12/{UID}.json.bak",
        f"v1/reviews/ab/12/{UID}",
        f"v1/counted/ab/12/{UID}.c2pa",
        f"v1/accounts/ab/12/{UID}/00000000.json",
        f"v1/accounts/ab/12/{UID}/99999999",
        f"v1/accounts/ab/12/{UID}/9999999.json",
        f"v1/accounts/ab/12/{UID}/9999999\uff19.json",
        f"v1/accounts/ab/12/{UID}/newest.json",
        f"v1/accounts/ab/12/{UID}.json",
        f"v1/recognition/ab/12/{UID}/0/70179340.codes",
        f"v1/recognition/ab/12/{UID}/00/70179340.json",
        f"v1/recognition/ab/12/{UID}/-1/70179340.json",
        f"v1/recognition/ab/12/{UID}/0/00000000.json",
        f"v1/codes/ab/12/{UID}/0/70179340/01.codes",
        f"v1/codes/ab/12/{UID}/0/70179340/1.json",
        f"v1/sha256/cd/34/{DIGEST}/{UID}.txt",
        f"v1/sha256/cd/34/{DIGEST}/{UID}.sealed",
        f"v1/sha256/cd/34/{DIGEST}/{UID}.sealed.",
        f"v1/sha256/cd/34/{DIGEST}/{UID}.sealed.tar.gz",
        f"v2/sha256/cd/34/{DIGEST}/{UID}.sealed.png",
        f"v1/sha256/cd/34/{DIGEST}/{UID}",
        f"v1/sha256/cd/34/{UID}/{DIGEST}.c2pa",
        "",
    ],
)
def test_what_only_looks_like_a_key_is_none(text: str) -> None:
    assert parse_key(text) is None


def key_of(media_type: str) -> str:
    return Layout(content_bucket="content", records_bucket="records").sealed(DIGEST, UID, media_type).key


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("image/jpeg", "jpg"),
        ("Image/PNG", "png"),
        ("text/plain; charset=utf-8", "txt"),
        ("audio/x-wav", "wav"),
        ("application/octet-stream", "bin"),
        ("image/../../etc/passwd", "bin"),
        ("image/png/../x", "bin"),
        ("image/png\r\nx-amz-acl: public-read", "bin"),
        ("", "bin"),
    ],
)
def test_the_extension_comes_from_a_table_whatever_the_media_type_says(media_type: str, expected: str) -> None:
    assert key_of(media_type) == f"v1/sha256/cd/34/{DIGEST}/{UID}.sealed.{expected}"


@given(st.text())
def test_every_media_type_gives_a_safe_extension(media_type: str) -> None:
    assert re.fullmatch(r"v1/sha256/[0-9a-f/]+\.sealed\.[a-z0-9]{2,5}", key_of(media_type))


@pytest.mark.parametrize("digest", ["", "ab", UID.upper(), UID + "0", "../" + UID[3:], UID + "\n"])
def test_no_key_is_made_of_what_is_no_digest(layout: Layout, digest: str) -> None:
    for make in (
        lambda: layout.sealed(digest, UID, "image/png"),
        lambda: layout.sealed(UID, digest, "image/png"),
        lambda: layout.record(digest),
        lambda: layout.review(digest),
        lambda: layout.counted(digest),
        lambda: layout.account_entry(digest, 1),
        lambda: account_prefix(digest),
        lambda: layout.manifest(digest, UID),
        lambda: layout.manifest(UID, digest),
        lambda: digest_prefix(digest),
    ):
        with pytest.raises(BugError):
            make()
