"""Tokens for brokers: asked for once, kept while they are good, and no secret in what is said of a failure."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from agents.kafka_tokens import NoTokenError, token_provider
from agents.settings import KafkaSettings
from pipeline.errors import OperatorError, WorldError
from tests.broker.token_issuer import TokenIssuer, issuing


def settings(**others: object) -> KafkaSettings:
    asked = {"oauth_url": "http://127.0.0.1:9/token", "oauth_client_id": "us", "oauth_client_secret": "s%: c/ret"}
    return KafkaSettings(security_protocol="SASL_SSL", **{"sasl_mechanism": "OAUTHBEARER", **asked, **others})


async def test_a_token_is_asked_for_once_while_it_is_good() -> None:
    issuer = TokenIssuer({"us": "s%: c/ret"})
    with issuing(issuer):
        provider = token_provider(settings(oauth_url=issuer.url))
        tokens = [await provider.token() for _ in range(3)]
    assert issuer.issued == 1
    assert len(set(tokens)) == 1
    payload = tokens[0].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"] == "us"


async def test_a_refusal_is_the_operators_and_an_issuer_that_is_away_the_worlds() -> None:
    issuer = TokenIssuer({"us": "another"})
    with issuing(issuer), pytest.raises(NoTokenError) as refused:
        await token_provider(settings(oauth_url=issuer.url)).token()
    with pytest.raises(NoTokenError) as away:
        await token_provider(settings()).token()
    assert isinstance(refused.value.why, OperatorError)
    assert isinstance(away.value.why, WorldError)
    assert not any("c/ret" in str(failure.value) for failure in (refused, away))


@pytest.mark.parametrize("status", [408, 429])
async def test_an_issuer_that_is_busy_is_no_fault_of_the_operators(status: int) -> None:
    issuer = TokenIssuer({"us": "s%: c/ret"}, busy=status)
    with issuing(issuer), pytest.raises(NoTokenError) as busy:
        await token_provider(settings(oauth_url=issuer.url)).token()
    assert isinstance(busy.value.why, WorldError)


@pytest.mark.parametrize("left_out", ["oauth_url", "oauth_client_id", "oauth_client_secret"])
def test_who_asks_and_where_has_to_be_said(left_out: str) -> None:
    with pytest.raises(OperatorError, match="SEALSTREAM_KAFKA_OAUTH_URL"):
        token_provider(settings(**{left_out: None}))


async def test_tokens_for_amazon_msk_are_signed_for_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with pytest.raises(OperatorError, match="SEALSTREAM_KAFKA_MSK_REGION"):
        token_provider(settings(sasl_mechanism="AWS_MSK_IAM"))
    token = await token_provider(settings(sasl_mechanism="AWS_MSK_IAM", msk_region="eu-west-1")).token()
    signed = urlsplit(base64.urlsafe_b64decode(token + "==").decode())
    assert signed.hostname == "kafka.eu-west-1.amazonaws.com"
    assert parse_qs(signed.query)["Action"] == ["kafka-cluster:Connect"]
