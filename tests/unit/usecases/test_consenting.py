"""A consent that is revoked: what was made with it is found, and what is made with it from then on is stopped."""

from typing import Any

import orjson
import pytest

import schemas
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.identity import consent_of
from pipeline.events.outgoing import to_json
from tests.unit.house import House, activity, generation, png, publication

ALERT = "cn.deep-synthesis.art14.made-with-revoked-consent"


@pytest.fixture
def china(credentials: InProcessCredentialService) -> House:
    return House(credentials, jurisdictions=("CN",))


def portrait(house: House, name: str, ref: str | None = "c-1") -> dict[str, Any]:
    content = {**house.put(f"{name}.png", png(), "image/png"), "operation": "edited", "biometric": ["face"]}
    consent = {"status": "granted", "separate": True, "prompted": True, **({} if ref is None else {"ref": ref})}
    return {"content": content, "consent": consent}


def revocation(**more: Any) -> Any:
    return activity({"event_type": "consent.revoked", "consent": {"ref": "c-1", "status": "revoked"}, **more})


def found(outcome: Any) -> set[str]:
    return {finding.kind for finding in outcome.record.findings}


def test_what_was_made_with_a_revoked_consent_is_found_and_nothing_more_is_made_with_it(china: House) -> None:
    sealed = china.seal(generation(portrait(china, "a"), event_id="a"))
    china.seal(generation(portrait(china, "b", "another"), event_id="b"))
    china.seal(generation(portrait(china, "c", None), event_id="c"))
    assert "consent-missing" not in found(sealed)

    (alert,) = china.consent(revocation())
    assert (alert.rule.id, alert.event_uid, alert.event) == (ALERT, sealed.record.event_uid, sealed.record.event)
    assert (alert.subject.content_id, alert.record_uri) == ("a.png", sealed.record.record_uri)
    assert schemas.first_violation(schemas.validator("alert.v2"), orjson.loads(to_json(alert))) is None
    assert china.consent(revocation()) == (alert,)

    later = china.seal(generation(portrait(china, "d"), event_id="d"))
    assert "consent-missing" in found(later)
    assert later.record.decision == "block"
    # It names the consent, too, whoever asks again.
    assert [raised.event_uid for raised in china.consent(revocation())] == sorted(
        [alert.event_uid, later.record.event_uid]
    )


def test_outside_of_china_what_was_made_with_a_revoked_consent_is_found_as_well(
    credentials: InProcessCredentialService,
) -> None:
    house = House(credentials, jurisdictions=("ES",))
    sealed = house.seal(generation(portrait(house, "a"), event_id="a"))
    both = house.seal(generation({**portrait(house, "b"), "jurisdictions": ["KR", "CN"]}, event_id="b"))
    told = {alert.event_uid: alert.rule.id for alert in house.consent(revocation())}
    assert told == {sealed.record.event_uid: "high-risk.made-with-revoked-consent", both.record.event_uid: ALERT}
    later = house.seal(generation(portrait(house, "c"), event_id="c"))
    assert later.record.decision == "block"


def test_a_publication_is_found_as_well_and_a_reference_is_in_no_key(china: House) -> None:
    data = portrait(china, "a", "Anna Example")
    data["content"] = {name: value for name, value in data["content"].items() if name != "operation"}
    said = china.inspect(publication({**data, "declaration": {"value": "ai"}}, event_id="a"))
    ref = {"consent": {"ref": "Anna Example"}}
    (alert,) = china.consent(activity({"event_type": "consent.revoked", **ref}))
    assert alert.event_uid == said.record.event_uid
    assert any(consent_of("Anna Example") in at.key for at in china.store.objects)
    assert not [at.key for at in china.store.objects if "Anna" in at.key]


def test_what_names_no_consent_costs_nothing_and_what_revokes_none_finds_nothing(china: House) -> None:
    before = len(china.store.objects)
    assert china.consent(activity({"event_type": "consent.revoked"})) == ()
    assert china.consent(activity({"event_type": "service.changed", "consent": {"ref": "c-1"}})) == ()
    assert len(china.store.objects) == before
