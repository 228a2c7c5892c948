"""Which recognisers there are, and which partitions each answers for."""

import pytest

from agents.similarity.settings import RecogniserSettings, RecognitionSettings, Share
from pipeline.errors import OperatorError


def test_by_default_workers_remember_what_was_sealed_for_half_a_year_themselves() -> None:
    assert RecogniserSettings().urls == ()
    assert (RecogniserSettings().host, RecogniserSettings().share) == ("127.0.0.1", Share(0, 1))
    assert (RecognitionSettings().days, RecognitionSettings().snapshot_minutes) == (183, 60)


def test_urls_are_written_share_by_share_with_replicas_of_one_beside_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEALSTREAM_RECOGNISER_URLS", "http://a:8081/ | http://b:8081, https://c/recogniser")
    assert RecogniserSettings().urls == (("http://a:8081", "http://b:8081"), ("https://c/recogniser",))


@pytest.mark.parametrize("urls", ["a:8081", "ftp://a", "http://", "http://user:secret@a:8081", "http://a,|"])
def test_what_is_no_url_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch, urls: str) -> None:
    monkeypatch.setenv("SEALSTREAM_RECOGNISER_URLS", urls)
    with pytest.raises(OperatorError, match="SEALSTREAM_RECOGNISER_URLS cannot be used") as refused:
        RecogniserSettings()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("share", ["0", "3/3", "-1/3", "0/0", "1/3/5", "a/b", "0/99999"])
def test_what_is_no_share_is_refused(monkeypatch: pytest.MonkeyPatch, share: str) -> None:
    monkeypatch.setenv("SEALSTREAM_RECOGNISER_SHARE", share)
    with pytest.raises(OperatorError, match="SEALSTREAM_RECOGNISER_SHARE cannot be used"):
        RecogniserSettings()


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_every_partition_belongs_to_exactly_one_share(of: int) -> None:
    shares = [Share(number, of) for number in range(of)]
    assert all([share.has(partition) for share in shares].count(True) == 1 for partition in range(50))
