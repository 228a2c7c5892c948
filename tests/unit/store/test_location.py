"""Where an object is: what is taken as a location and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AssetRefusedError, BugError
from pipeline.store import Location

BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", fullmatch=True)
SEGMENTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=40)
KEYS = st.lists(SEGMENTS.filter(lambda segment: segment not in {".", ".."}), min_size=1, max_size=6).map("/".join)


@given(BUCKETS, KEYS)
def test_a_location_is_read_back_from_its_uri(bucket: str, key: str) -> None:
    location = Location(bucket, key)
    assert Location.parse(location.uri) == location
    assert str(location) == f"s3://{bucket}/{key}"


def test_nothing_in_a_key_is_unescaped() -> None:
    assert Location.parse("s3://inbox/a%2Fb?c#d e").key == "a%2Fb?c#d e"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "inbox/a.png",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "S3://inbox/a.png",
        "s3:/inbox/a.png",
        "s3://",
        "s3://inbox",
        "s3://inbox/",
        "s3:///a.png",
        "s3://in/a.png",
        "s3://Inbox/a.png",
        "s3://user:secret@inbox/a.png",
        "s3://inbox:9000/a.png",
        "s3://-inbox/a.png",
        "s3://" + "b" * 64 + "/a.png",
    ],
)
def test_what_is_no_s3_uri_is_refused(uri: str) -> None:
    with pytest.raises(AssetRefusedError):
        Location.parse(uri)


@pytest.mark.parametrize(
    "key", ["/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\x00b", "a\nb", "a\x7f", "a\ud800", "ü" * 513]
)
def test_keys_that_clients_or_proxies_would_rewrite_are_refused(key: str) -> None:
    with pytest.raises(AssetRefusedError):
        Location.parse(f"s3://inbox/{key}")


def test_a_key_may_have_1024_bytes() -> None:
    assert Location.parse("s3://inbox/" + "ü" * 512).key == "ü" * 512


def test_a_refusal_does_not_repeat_what_it_was_given() -> None:
    with pytest.raises(AssetRefusedError) as refusal:
        Location.parse("http://example.test/Jane-Doe.png")
    assert "Jane" not in str(refusal.value)


def test_our_own_code_may_not_make_such_a_location_either() -> None:
    with pytest.raises(BugError):
        Location("inbox", "a//b")
