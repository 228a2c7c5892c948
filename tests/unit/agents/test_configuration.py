"""The configuration as a whole: nothing that was meant is left out in silence."""

import subprocess
import sys

import pytest

from agents.configuration import effective, require_known, unknown_variables
from pipeline.errors import OperatorError


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("SEALSTREAM_POLICY_JURISDICTION", "SEALSTREAM_POLICY_JURISDICTIONS"),
        ("SEALSTREAM_REQUIRE_RETENTON", "SEALSTREAM_REQUIRE_RETENTION"),
        ("SEALSTREAM_SIGNCERT", "SEALSTREAM_SIGN_CERT"),
        ("sealstream_kafka_bootstrap_server", "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"),
    ],
)
def test_a_slip_of_the_pen_stops_a_worker_and_says_what_was_meant(slip: str, meant: str) -> None:
    with pytest.raises(OperatorError, match=f"{slip} is no setting; did you mean {meant}") as error:
        require_known({slip: "a secret", "PATH": "/bin"})
    assert "a secret" not in str(error.value)


def test_what_is_like_no_setting_is_only_named() -> None:
    (strange,) = require_known({"SEALSTREAM_BUILD_NUMBER_OF_OURS": "7"})
    assert (strange.variable, strange.meant) == ("SEALSTREAM_BUILD_NUMBER_OF_OURS", None)


def test_settings_and_what_kubernetes_tells_of_services_are_not_strange() -> None:
    there = {setting.variable: "" for setting in effective()}
    kubernetes = ("SEALSTREAM_SERVICE_HOST", "SEALSTREAM_PORT_8080_TCP_ADDR", "SEALSTREAM_HEALTH_SERVICE_PORT_HTTP")
    assert unknown_variables({**there, **dict.fromkeys(kubernetes, ""), "SEALSTREAM_DEBUG": "1"}) == ()


def test_every_value_is_shown_with_where_it_is_from_and_secrets_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_POLICY_JURISDICTIONS", "CN,EU")
    monkeypatch.setenv("SEALSTREAM_KAFKA_SASL_PASSWORD", "hush-4711")
    shown = {setting.variable: setting for setting in effective()}
    assert (shown["SEALSTREAM_POLICY_JURISDICTIONS"].value, shown["SEALSTREAM_POLICY_JURISDICTIONS"].origin) == (
        "CN,EU",
        "environment",
    )
    assert (shown["SEALSTREAM_DRAIN_SECONDS"].value, shown["SEALSTREAM_DRAIN_SECONDS"].origin) == ("20.0", "default")
    assert shown["SEALSTREAM_KAFKA_SASL_PASSWORD"].value == "(set, hidden)"
    assert not any("hush" in setting.value for setting in shown.values())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SEALSTREAM_RECOGNISER_SHARE", "1/3"),
        ("SEALSTREAM_RECOGNISER_URLS", "http://a0:8081|http://b0:8081,http://a1:8081"),
        ("SEALSTREAM_POLICY_LADDER", "warn:1,close:4"),
        ("SEALSTREAM_POLICY_UNLESS_SAID", "service.ssmi=true"),
        ("SEALSTREAM_REQUIRE_RETENTION", "true"),
    ],
)
def test_a_value_is_shown_as_it_is_written(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    (shown,) = (setting for setting in effective() if setting.variable == variable)
    assert (shown.value, shown.origin) == (value, "environment")


def test_whoever_looks_at_the_settings_loads_neither_the_store_nor_what_recognises() -> None:
    script = """
import sys, agents.configuration
print(sorted({"numpy", "boto3", "botocore", "agents.assembly"} & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
