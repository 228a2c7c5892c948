"""Errors: each belongs to one family, which decides what becomes of the event, and explains itself."""

from dataclasses import fields
from typing import Final

import pytest

import schemas
from pipeline import errors
from pipeline.errors import (
    AssetDigestError,
    AssetForbiddenError,
    AssetMissingError,
    AssetRefusedError,
    BugError,
    EnvelopeError,
    EventInvalidError,
    HostileAssetError,
    IdentityReusedError,
    OperatorError,
    ProducerError,
    SealRefusedError,
    SealstreamError,
    TimeStampError,
    WorldError,
)

FAMILIES: Final = (ProducerError, WorldError, OperatorError, BugError)

ERRORS: Final[tuple[SealstreamError, ...]] = (
    ProducerError("It broke.", "Mend it."),
    WorldError("It broke.", "Mend it."),
    OperatorError("It broke.", "Mend it."),
    BugError("It broke.", "Mend it."),
    EnvelopeError(what="It broke.", remedy="Mend it."),
    IdentityReusedError(what="It broke.", remedy="Mend it."),
    EventInvalidError(what="It broke.", remedy="Mend it.", path="$.content", rule="required", value_type="missing"),
    AssetRefusedError(what="It broke.", remedy="Mend it."),
    AssetMissingError(what="It broke.", remedy="Mend it."),
    AssetForbiddenError(what="It broke.", remedy="Mend it."),
    AssetDigestError(what="It broke.", remedy="Mend it.", declared="aa", found="bb"),
    HostileAssetError(what="It broke.", remedy="Mend it."),
    SealRefusedError(what="It broke.", remedy="Mend it."),
    TimeStampError(what="It broke.", remedy="Mend it."),
)
each_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)


def test_every_error_there_is_is_specified_here() -> None:
    nobodys = {"SealstreamError", "EventErasedError"}
    assert {type(error).__name__ for error in ERRORS} | nobodys == set(errors.__all__)


@each_error
def test_an_error_belongs_to_exactly_one_family(error: SealstreamError) -> None:
    assert [isinstance(error, family) for family in FAMILIES].count(True) == 1


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (EnvelopeError, ProducerError),
        (EventInvalidError, ProducerError),
        (AssetRefusedError, ProducerError),
        (AssetDigestError, ProducerError),
        (HostileAssetError, ProducerError),
        (SealRefusedError, ProducerError),
        (AssetMissingError, WorldError),
        (AssetForbiddenError, WorldError),
        (TimeStampError, WorldError),
    ],
)
def test_whose_fault_it_is(kind: type[SealstreamError], family: type[SealstreamError]) -> None:
    assert issubclass(kind, family)


@each_error
def test_an_error_says_what_happened_and_what_to_do(error: SealstreamError) -> None:
    assert str(error) == "It broke. Mend it."


def test_an_error_without_a_remedy_ends_where_it_ends() -> None:
    assert str(WorldError("It broke.", "")) == "It broke."


@each_error
def test_the_stage_is_one_that_dead_letters_know(error: SealstreamError) -> None:
    assert error.stage in schemas.load("dead-letter.v1")["properties"]["stage"]["enum"]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (EnvelopeError, "intake"),
        (EventInvalidError, "intake"),
        (AssetRefusedError, "fetch"),
        (AssetMissingError, "fetch"),
        (AssetForbiddenError, "fetch"),
        (AssetDigestError, "fetch"),
        (HostileAssetError, "parse"),
        (SealRefusedError, "seal"),
        (TimeStampError, "seal"),
        (WorldError, "unknown"),
    ],
)
def test_where_it_arises(kind: type[SealstreamError], stage: str) -> None:
    assert kind.stage == stage


@each_error
def test_an_error_is_only_equal_to_itself(error: SealstreamError) -> None:
    same_words = type(error)(*(getattr(error, field.name) for field in fields(error)))
    assert str(same_words) == str(error)
    assert same_words != error
    assert len({error, same_words}) == 2


@each_error
def test_an_error_keeps_its_cause(error: SealstreamError) -> None:
    cause = OSError("no route")
    with pytest.raises(type(error)) as caught:
        raise error from cause
    assert caught.value.__cause__ is cause
