"""A user whose identity was checked: the newest check decides about events that do not say how their user stands."""

from typing import Any

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.identity import account_of
from tests.unit.house import House, activity, publication

IDENTITY = "cn.deep-synthesis.art09.identity"
USER = "salted-anna"


@pytest.fixture
def china(credentials: InProcessCredentialService) -> House:
    return House(credentials, jurisdictions=("CN",))


def check(house: House, status: str | None, method: str | None = None, *, at: str = "11:00", **more: Any) -> Any:
    """A check of the user at a time of that day, reported under an id of its own."""
    said = {name: value for name, value in {"status": status, "method": method}.items() if value is not None}
    data = {"event_type": "identity.verified", "user": {"id_hash": USER, "identity": said}, **more}
    return house.assess(activity(data, event_id=f"{status} at {at}", time=f"2026-06-01T{at}:00Z"))


def user(status: str) -> dict[str, Any]:
    return {"id_hash": USER, "identity": {"status": status, "method": "mobile"}}


def stands(house: House, event_id: str, user: dict[str, Any] | None = None) -> str | None:
    """What Article 9 says of a publication of the user."""
    text = {"id": event_id, "mime": "text/plain", "text": "A poem.", "synthetic": "no"}
    data = {"content": text, "user": {"id_hash": USER} if user is None else user}
    outcome = house.inspect(publication(data, event_id=event_id))
    return next((finding.outcome for finding in outcome.record.findings if finding.rule == IDENTITY), None)


def test_a_user_who_was_checked_may_publish_until_a_later_check_says_otherwise(china: House) -> None:
    assert stands(china, "before") == "unknown"
    check(china, "verified", "mobile", at="11:01")
    assert stands(china, "verified") is None
    check(china, "expired", "mobile", at="11:02")
    assert stands(china, "expired") == "violation"
    check(china, "verified", "national_netid", at="11:03")
    assert stands(china, "again") is None
    check(china, "unverified", at="11:04")
    assert stands(china, "withdrawn") == "violation"


def test_the_time_of_the_check_counts_and_not_when_it_arrives(china: House) -> None:
    check(china, "unverified", at="11:05")
    check(china, "verified", "mobile", at="11:04")
    assert stands(china, "a") == "violation"


def test_of_two_checks_at_one_time_the_worse_counts(china: House) -> None:
    check(china, "expired", "mobile")
    check(china, "verified", "mobile")
    assert stands(china, "a") == "violation"


def test_a_check_from_the_future_does_not_outlast_what_is_reported_after_it(china: House) -> None:
    check(china, "verified", "mobile", at="23:00")
    check(china, "expired", "mobile", at="22:00")
    assert stands(china, "a") == "violation"


def test_what_an_event_says_of_its_user_itself_counts_first(china: House) -> None:
    check(china, "unverified")
    assert stands(china, "a", user("verified")) is None


def test_a_method_that_nobody_named_stays_unknown_and_one_that_is_none_verifies_nothing(china: House) -> None:
    check(china, "verified", at="11:01")
    assert stands(china, "a") == "unknown"
    check(china, "verified", "none", at="11:02")
    assert stands(china, "b") == "violation"


def test_a_check_that_the_authority_forbade_verifies_nobody(china: House) -> None:
    said = check(china, "verified", "mobile", service={"id": "s", "suspended_by_order": True})
    assert said.record.decision == "block"
    assert stands(china, "a") == "unknown"


def test_a_check_is_remembered_once_under_a_digest_and_what_is_none_not_at_all(china: House) -> None:
    check(china, None)
    china.assess(activity({"event_type": "service.changed", "user": user("verified")}, event_id="a"))
    china.assess(activity({"event_type": "identity.verified", "user": {"identity": {"status": "verified"}}}))
    assert not checks(china)
    check(china, "verified", "mobile")
    check(china, "verified", "mobile")
    (key,) = checks(china)
    assert key.startswith(f"v1/identities/{account_of(USER)[:2]}/")
    assert USER not in key
    assert USER.encode() not in china.stored(f"s3://sealstream/{key}")


def checks(house: House) -> list[str]:
    return [where.key for where in house.store.objects if where.key.startswith("v1/identities/")]


def test_only_an_event_that_names_a_user_and_not_how_it_stands_costs_a_question(china: House) -> None:
    stands(china, "nobody", {})
    stands(china, "stated", user("verified"))
    assert not questions(china)
    stands(china, "named")
    assert questions(china) == ["list"]


def questions(house: House) -> list[str]:
    return [call.operation for call in house.store.calls if "identities" in call.uri]
