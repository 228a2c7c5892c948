"""`sealstream policy explain`: why an event is judged as it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.policy.given import Answer, publication
from tests.unit.cli.typing import Run


@pytest.fixture
def event_file(tmp_path: Path) -> Callable[..., Path]:
    def write(event: object) -> Path:
        path = tmp_path / "event.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        return path

    return write


def rules(explained: Any) -> dict[str, Any]:
    return {rule["rule"]: rule for pack in explained["packs"] for rule in pack["rules"]}


UNVERIFIED = {"user": {"id_hash": "0c5f", "identity": {"status": "unverified"}}}


def test_every_rule_of_every_pack_has_its_standing(answer: Answer, event_file: Callable[..., Path]) -> None:
    explained = answer("explain", event_file(publication(**UNVERIFIED)))
    assert len(rules(explained)) == sum(len(pack["rules"]) for pack in explained["packs"]) > 50
    identity = rules(explained)["cn.deep-synthesis.art09.identity"]
    assert (identity["standing"], identity["action"]) == ("violation", "block")
    assert identity["facts"] == {"user.identity.status": "unverified"}
    assert identity["missing"] == ["user.identity.method"]
    assert identity["must_holds"] is False
    assert "Art. 9" in identity["citation"]
    assert identity["remedy"]
    assert rules(explained)["eu.ai-act.art50-4.deepfake"]["standing"] == "other-jurisdiction"
    assert rules(explained)["cn.deep-synthesis.art13.app-listing"]["standing"] == "other-event"
    assert (explained["decision"], explained["decided_by"]) == ("block", ["cn.deep-synthesis.art09.identity"])


def test_people_read_the_whole_reasoning(run: Run, event_file: Callable[..., Path]) -> None:
    code, out, _ = run("explain", event_file(publication(**UNVERIFIED)))
    assert code == 0
    for expected in (
        "publish.requested",
        "2026-06-01T11:59:00Z",
        "violation  cn.deep-synthesis.art09.identity  block, critical",
        "user.identity.status == 'verified' && user.identity.method != 'none'  → false",
        "user.identity.status = unverified",
        "not asked, for other events",
        "Decision: block",
        "by cn.deep-synthesis.art09.identity",
        "Not in it: what a worker measures itself",
    ):
        assert expected in out


def test_findings_come_before_what_passes(run: Run, event_file: Callable[..., Path]) -> None:
    event = publication(**UNVERIFIED, content={"synthetic": "yes"}, review={"verdict": "ok"})
    order = ["violation", "unknown", "pass"]
    out = run("explain", event_file(event))[1].split("cn-labeling-2025", 1)[0]
    lines = [line.split()[0] for line in out.splitlines() if line.split()[:1] and line.split()[0] in order]
    assert lines == sorted(lines, key=order.index)
    assert set(lines) == set(order)


def test_personal_values_are_never_shown(run: Run, event_file: Callable[..., Path]) -> None:
    secret = "b7d1c0ffee"
    event = publication(
        user={"id_hash": secret},
        actor={"role": "user", "id": secret},
        consent={"ref": secret},
        explicit={"present": True, "text": secret, "waived_on_request": True},
        log={"agreement_ref": secret},
        incident={"record_ref": secret},
        content={"subject_ids": [secret], "synthetic": "yes", "editorial_responsible": secret},
        prompt={"text": secret},
    )
    for style in ((), ("--json",)):
        code, out, err = run("explain", event_file(event), *style)
        assert code == 0
        assert secret not in out + err
    assert "[redacted]" in out


def test_data_alone_needs_to_be_told_what_it_is(answer: Answer, run: Run, event_file: Callable[..., Path]) -> None:
    path = event_file(publication(**UNVERIFIED)["data"])
    code, _, err = run("explain", path)
    assert code == 1
    assert "--type generation, publication, activity" in err
    assert answer("explain", path, "--type", "publication")["decision"] == "block"
    assert run("explain", path, "--type", "generation")[0] == 1


def test_an_activity_is_judged_too(answer: Answer, event_file: Callable[..., Path]) -> None:
    listing = {
        "event_type": "app.listing",
        "jurisdictions": ["CN"],
        "app": {"ai_declared": True, "filing_checked": False},
    }
    explained = answer("explain", event_file(listing), "--type", "activity")
    assert rules(explained)["cn.deep-synthesis.art13.app-listing"]["standing"] == "violation"
    assert explained["event"]["time"] is None


def test_packs_and_roles_can_be_chosen(
    answer: Answer, event_file: Callable[..., Path], pack_file: Callable[..., Path]
) -> None:
    event = event_file(publication(content={"is_news": True}))
    explained = answer("explain", event, "--pack", pack_file())
    assert [pack["pack"]["name"] for pack in explained["packs"]] == ["small-law"]
    assert rules(explained)["small.law.news"]["standing"] == "violation"
    explained = answer("explain", event, "--pack", pack_file(), "--role", "user")
    assert rules(explained)["small.law.news"]["standing"] == "other-role"
    assert explained["decision"] == "allow"


def test_facts_that_a_worker_would_add_can_be_given(answer: Answer, event_file: Callable[..., Path]) -> None:
    event = event_file(publication(content={"synthetic": "yes"}))
    marks = ("--fact", "watermark.present=yes", "--fact", "watermark.detector_ok=yes")
    rule = "cn.deep-synthesis.art16.implicit-mark"
    assert rules(answer("explain", event))[rule]["standing"] == "unknown"
    explained = answer("explain", event, *marks)
    assert rules(explained)[rule]["standing"] == "pass"
    assert explained["given_facts"] == ["watermark.present", "watermark.detector_ok"]


def test_what_follows_from_the_event_is_known_as_a_worker_knows_it(
    answer: Answer, event_file: Callable[..., Path]
) -> None:
    explained = answer("explain", event_file(publication(declaration={"made": True, "value": "ai"})))
    assert (explained["facts"]["content.synthetic"], explained["facts"]["content.media"]) == ("yes", "text")


def test_assumed_jurisdictions_are_said_to_be(
    answer: Answer, run: Run, event_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = publication()
    del event["data"]["jurisdictions"]
    path = event_file(event)
    assert answer("explain", path)["jurisdictions"] == []
    assert "none: only packs for everywhere are asked" in run("explain", path)[1]
    monkeypatch.setenv("SEALSTREAM_POLICY_JURISDICTIONS", "EU")
    explained = answer("explain", path)
    assert (explained["jurisdictions"], explained["jurisdictions_assumed"]) == (["EU"], True)
    assert "EU (assumed: the event names none)" in run("explain", path)[1]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("not JSON", "The value is not JSON"),
        (json.dumps(publication() | {"type": "sealstream.review.v1"}), "not judged by policy packs"),
        (json.dumps(publication() | {"data": {}}), "$.content"),
        ("[1]", "not an object"),
    ],
)
def test_what_is_no_event_is_refused(run: Run, tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(content, encoding="utf-8")
    code, out, err = run("explain", path)
    assert (code, out) == (1, "")
    assert complaint in err


def test_a_bad_pack_is_the_operators_to_mend(
    run: Run, event_file: Callable[..., Path], pack_file: Callable[..., Path]
) -> None:
    code, _, err = run("explain", event_file(publication()), "--pack", pack_file(must="content.nothing"))
    assert code == 2
    assert "small-law.yaml:" in err
