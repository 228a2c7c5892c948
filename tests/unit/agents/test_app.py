"""A worker that cannot run says why before it asks anything of a network."""

from pathlib import Path

import pytest

from agents.app import create_app
from pipeline.errors import OperatorError

WRONG = {
    "SEALSTREAM_STUCK_SECONDS": "abc",
    "SEALSTREAM_OUTSIDE_SECONDS": "0",
    "SEALSTREAM_DRAIN_SECONDS": "abc",
    "SEALSTREAM_MISSING_ASSET_PATIENCE": "-1",
    "SEALSTREAM_RETENTION_DAYS": "0",
    "SEALSTREAM_LABEL_EXPLICIT": "sometimes",
    "SEALSTREAM_POLICY_PACKS": "/nowhere/pack.yaml",
    "SEALSTREAM_POLICY_LADDER": "warn:never",
    "SEALSTREAM_TRUST_LISTS": "everybody",
    "SEALSTREAM_TRUST_ANCHORS": "/nowhere/anchors.pem",
    "SEALSTREAM_SIGN_CERT": "/nowhere/chain.pem",
    "SEALSTREAM_PARSER_CONFINEMENT": "perhaps",
    "SEALSTREAM_KAFKA_TOPIC_CHECK": "gently",
    "SEALSTREAM_HEALTH_PORT": "many",
}


@pytest.fixture(autouse=True)
def _no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever asks this store hears that nobody is there, which is no fault of the settings."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path))


@pytest.mark.parametrize(("name", "value"), WRONG.items(), ids=WRONG)
def test_a_setting_that_cannot_be_used_is_named_before_the_store_is_asked(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OperatorError) as refused:
        create_app()
    said = str(refused.value)
    assert name in said or value in said


def test_settings_that_cannot_go_together_are_told_before_the_store_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_STUCK_SECONDS", "10")
    with pytest.raises(OperatorError, match="SEALSTREAM_STUCK_SECONDS"):
        create_app()


def test_certificates_for_the_brokers_that_are_not_there_are_told_before_the_store_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEALSTREAM_KAFKA_SECURITY_PROTOCOL", "SSL")
    monkeypatch.setenv("SEALSTREAM_KAFKA_SSL_CA", "/nowhere/ca.pem")
    with pytest.raises(OperatorError, match="SEALSTREAM_KAFKA_SSL_CA"):
        create_app()
