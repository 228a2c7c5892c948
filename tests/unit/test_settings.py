"""Settings: every one has a default, and one that cannot be used is named, its value never repeated."""

import os
import re
import traceback
from pathlib import Path
from typing import Final, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from agents.delivery.watchdog import WatchdogSettings
from pipeline.errors import OperatorError
from pipeline.settings import (
    ENV_PREFIX,
    AssetSettings,
    CredentialSettings,
    PolicySettings,
    Settings,
    StoreSettings,
)

TYPES: Final[tuple[type[Settings], ...]] = (StoreSettings, AssetSettings, CredentialSettings)
VARIABLES: Final = [(settings, f"{ENV_PREFIX}{name.upper()}") for settings in TYPES for name in settings.model_fields]
SECRET: Final = "kingfisher-4711"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(ENV_PREFIX):
            monkeypatch.delenv(name)


# What can be set


@pytest.mark.parametrize("settings", TYPES)
def test_nothing_has_to_be_set(settings: type[Settings]) -> None:
    assert settings() == settings.model_construct()


def test_the_defaults() -> None:
    assert StoreSettings().model_dump() == {
        "content_bucket": "sealstream",
        "records_bucket": "sealstream-records",
        "inbox_bucket": "sealstream-inbox",
        "start_seconds": 300.0,
        "retention_days": 183,
        "retention_mode": "GOVERNANCE",
        "require_retention": False,
    }
    assert AssetSettings().model_dump() == {
        "allowed_buckets": (),
        "max_asset_bytes": 67_108_864,
        "missing_asset_patience": 60.0,
        "forbidden_asset_patience": 300.0,
    }
    assert CredentialSettings().model_dump() == {
        "signers": None,
        "sign_cert": None,
        "sign_key": None,
        "sign_algorithm": None,
        "time_stamp_url": (),
        "time_stamp_seconds": 5.0,
        "time_stamp_policy": "wait",
        "sign_seconds": 10.0,
        "trust_lists": ("c2pa", "c2pa-tsa"),
        "trust_anchors": None,
        "denied_signers": None,
        "state_dir": Path("~/.local/state/sealstream"),
        "parser_processes": 2,
        "parser_memory_bytes": 1_610_612_736,
        "parser_seconds": 30.0,
        "parser_long_seconds": 900.0,
        "parser_confinement": "try",
    }


def test_no_variable_belongs_to_two_settings() -> None:
    names = [name for _, name in VARIABLES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("settings", "variable", "text", "value"),
    [
        (StoreSettings, "SEALSTREAM_CONTENT_BUCKET", "assets", "assets"),
        (StoreSettings, "SEALSTREAM_RETENTION_DAYS", "1", 1),
        (StoreSettings, "SEALSTREAM_RETENTION_DAYS", "36500", 36_500),
        (StoreSettings, "SEALSTREAM_RETENTION_MODE", "COMPLIANCE", "COMPLIANCE"),
        (StoreSettings, "SEALSTREAM_REQUIRE_RETENTION", "true", True),
        (StoreSettings, "SEALSTREAM_REQUIRE_RETENTION", "0", False),
        (AssetSettings, "SEALSTREAM_ALLOWED_BUCKETS", "one", ("one",)),
        (AssetSettings, "SEALSTREAM_ALLOWED_BUCKETS", " one, two ,,three,", ("one", "two", "three")),
        (AssetSettings, "SEALSTREAM_ALLOWED_BUCKETS", ",", ()),
        (AssetSettings, "SEALSTREAM_MAX_ASSET_BYTES", "1", 1),
        (AssetSettings, "SEALSTREAM_MISSING_ASSET_PATIENCE", "0", 0.0),
        (CredentialSettings, "SEALSTREAM_SIGN_CERT", "/etc/sealstream/chain.pem", Path("/etc/sealstream/chain.pem")),
        (CredentialSettings, "SEALSTREAM_SIGN_ALGORITHM", "ed25519", "ed25519"),
        (CredentialSettings, "SEALSTREAM_PARSER_PROCESSES", "1", 1),
        (CredentialSettings, "SEALSTREAM_PARSER_SECONDS", "0.5", 0.5),
    ],
)
def test_a_variable_sets_it(
    monkeypatch: pytest.MonkeyPatch, settings: type[Settings], variable: str, text: str, value: object
) -> None:
    monkeypatch.setenv(variable, text)
    assert getattr(settings(), variable.removeprefix(ENV_PREFIX).lower()) == value


@pytest.mark.parametrize(("settings", "variable"), VARIABLES)
def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch, settings: type[Settings], variable: str) -> None:
    monkeypatch.setenv(variable, "")
    assert settings() == settings.model_construct()


@pytest.mark.parametrize("settings", TYPES)
def test_settings_are_read_once_and_never_change(settings: type[Settings]) -> None:
    loaded = settings()
    with pytest.raises(ValueError, match="frozen"):
        setattr(loaded, next(iter(settings.model_fields)), None)


# What cannot be used


@pytest.mark.parametrize(
    ("settings", "variable", "text", "because"),
    [
        (StoreSettings, "SEALSTREAM_RETENTION_DAYS", "half a year", "valid integer"),
        (StoreSettings, "SEALSTREAM_RETENTION_DAYS", "0", "greater than or equal to 1"),
        (StoreSettings, "SEALSTREAM_RETENTION_DAYS", "36501", "less than or equal to 36500"),
        (StoreSettings, "SEALSTREAM_RETENTION_MODE", "governance", "'GOVERNANCE' or 'COMPLIANCE'"),
        (StoreSettings, "SEALSTREAM_REQUIRE_RETENTION", "perhaps", "valid boolean"),
        (AssetSettings, "SEALSTREAM_MAX_ASSET_BYTES", "64MiB", "valid integer"),
        (AssetSettings, "SEALSTREAM_MAX_ASSET_BYTES", "0", "greater than or equal to 1"),
        (AssetSettings, "SEALSTREAM_MAX_ASSET_BYTES", "9" * 5000, "integer"),
        (AssetSettings, "SEALSTREAM_MISSING_ASSET_PATIENCE", "-1", "greater than or equal to 0"),
        (AssetSettings, "SEALSTREAM_MISSING_ASSET_PATIENCE", "nan", ""),
        (AssetSettings, "SEALSTREAM_MISSING_ASSET_PATIENCE", "1 minute", "valid number"),
        (CredentialSettings, "SEALSTREAM_SIGN_ALGORITHM", "rs256", "'es256'"),
        (CredentialSettings, "SEALSTREAM_PARSER_PROCESSES", "0", "greater than or equal to 1"),
        (CredentialSettings, "SEALSTREAM_PARSER_MEMORY_BYTES", "1024", "greater than or equal to 134217728"),
        (CredentialSettings, "SEALSTREAM_PARSER_SECONDS", "0", "greater than 0"),
        (CredentialSettings, "SEALSTREAM_PARSER_SECONDS", "nan", ""),
    ],
)
def test_what_cannot_be_used_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, settings: type[Settings], variable: str, text: str, because: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(OperatorError) as caught:
        settings()
    assert f"The setting {variable} cannot be used: " in caught.value.what
    assert because in caught.value.what
    assert variable in caught.value.remedy


@given(st.sampled_from(VARIABLES), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10))
def test_whatever_is_set_is_taken_or_refused_without_being_repeated(
    setting: tuple[type[Settings], str], text: str
) -> None:
    settings, variable = setting
    refused = None
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(variable, f"{text}{SECRET}{text}")
        try:
            settings()
        except OperatorError as error:
            refused = error
    if refused is not None:
        assert variable in refused.what
        assert SECRET not in _all_that_is_shown(refused)


@pytest.mark.parametrize("text", ["inf", "1e400"])
@pytest.mark.parametrize(
    ("settings", "variable"),
    [(CredentialSettings, "SEALSTREAM_PARSER_SECONDS"), (AssetSettings, "SEALSTREAM_MISSING_ASSET_PATIENCE")],
)
def test_a_time_without_end_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, settings: type[Settings], variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(OperatorError, match=variable):
        settings()


# Other settings that are loaded the same way


class Connection(Settings):
    model_config = SettingsConfigDict(env_prefix="SEALSTREAM_TEST_", env_ignore_empty=True)

    user: str | None = None
    password: SecretStr | None = None
    ports: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self


def test_a_setting_with_a_prefix_of_its_own_is_named_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_TEST_PORTS", '["x"]')
    with pytest.raises(OperatorError, match="SEALSTREAM_TEST_PORTS"):
        Connection()


def test_settings_that_contradict_each_other_are_not_told_by_half_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_TEST_PASSWORD", SECRET)
    with pytest.raises(OperatorError, match="user and password go together") as caught:
        Connection()
    assert SECRET not in _all_that_is_shown(caught.value)
    assert "SEALSTREAM_TEST_ " not in caught.value.what


def test_a_setting_is_named_wherever_its_settings_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_STUCK_SECONDS", SECRET)
    with pytest.raises(OperatorError, match="SEALSTREAM_STUCK_SECONDS") as caught:
        WatchdogSettings()
    assert SECRET not in _all_that_is_shown(caught.value)


def test_a_list_that_cannot_be_read_is_named_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_TEST_PORTS", f"1, {SECRET}")
    with pytest.raises(OperatorError, match="SEALSTREAM_TEST_PORTS"):
        Connection()


def _all_that_is_shown(error: BaseException) -> str:
    return "".join((*traceback.format_exception(error), str(error), repr(error)))


@pytest.mark.parametrize(
    ("text", "said"),
    [("XX", "XX is no place: did you mean"), ("EU,Germny", "Germny is no place: did you mean DE?")],
)
def test_a_place_that_is_none_is_refused_with_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("SEALSTREAM_POLICY_JURISDICTIONS", text)
    with pytest.raises(OperatorError, match=rf"SEALSTREAM_POLICY_JURISDICTIONS cannot be used: {re.escape(said)}"):
        PolicySettings()


def test_any_place_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_POLICY_JURISDICTIONS", "DE, US-CA, JP, *")
    assert PolicySettings().jurisdictions == ("DE", "US-CA", "JP", "*")
