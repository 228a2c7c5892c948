"""What people see of the demo: settled scenes once, with what was found; nothing lost is hidden."""

import io
import re
from dataclasses import replace

from rich.console import Console

from agents.demo.played import Played
from agents.demo.view import View, summary
from pipeline.events.outputs import Alert, CitedRule, EnforcedRule, Enforcement, EventReference, Subject

EVENT = EventReference(source="sealstream-demo", id="demo-01", type="sealstream.publication.v1", time=None)
PUBLISHED = Played(key="demo-01", title="a report", kind="publication", where="CN", file="report.pdf")
BLOCKED = replace(PUBLISHED, outcome="block", expected_alerts=1)


def alert(number: int = 1, **more: object) -> Alert:
    members: dict[str, object] = {
        "alert_id": f"{number:064}",
        "event_uid": "0" * 64,
        "event": EVENT,
        "kind": "identity-unverified",
        "severity": "critical",
        "rule": CitedRule(id="art09", citation="CAC, MIIT and MPS Order No. 12 (Deep Synthesis Provisions), Art. 9"),
        "action": "block",
        "outcome": "violation",
        "code": None,
        "message": "The user who wants to publish this has no verified real identity.",
        "evidence": {},
        "subject": Subject(content_id="demo-01", mime=None, sha256=None),
        "record_uri": None,
        **more,
    }
    return Alert(**members)  # type: ignore[arg-type]


STEP = Enforcement(
    enforcement_id="1" * 64,
    account="4d1b4de1" + "0" * 56,
    step="restrict",
    violations=2,
    window_days=365,
    event_uid="0" * 64,
    event=EVENT,
    rules=(EnforcedRule(id="art06", citation=None),),
    record_uri="s3://records/record",
    entry_uri="s3://records/entry",
    entered_at="2026-11-20T09:00:00Z",
)


def shown(*states: Played, width: int = 200, terminal: bool = False) -> str:
    """What is printed when one scene goes through these states."""
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    with View(console) as view:
        for state in states:
            view.show([state])
    printed = console.file
    assert isinstance(printed, io.StringIO)
    return printed.getvalue()


def test_a_finding_is_shown_with_its_citation() -> None:
    scene, finding = shown(replace(BLOCKED, alerts=(alert(),))).splitlines()

    assert scene.split() == ["publication", "CN", "a", "report", "block", "report.pdf"]
    assert "CN Deep Synthesis Art. 9 " in finding
    assert finding.endswith("identity-unverified: The user who wants to publish this has no verified real identity.")


def test_a_scene_waits_for_its_alerts_and_is_shown_once() -> None:
    done = replace(BLOCKED, alerts=(alert(),))

    assert shown(PUBLISHED, BLOCKED) == ""
    assert shown(PUBLISHED, BLOCKED, done, done) == shown(done)


def test_the_strictest_findings_come_first_and_the_rest_is_counted() -> None:
    alerts = (*(alert(number, action="alert") for number in range(4)), alert(9, action="block"))
    lines = shown(replace(BLOCKED, alerts=alerts)).splitlines()

    assert [line.split()[1] for line in lines[1:]] == ["block", "alert", "alert", "2"]


def test_the_features_that_were_found_are_named() -> None:
    found = alert(evidence={"matched_features": ("phrase-1", "picture-1")})

    assert "identity-unverified (phrase-1, picture-1): " in shown(replace(BLOCKED, alerts=(found,)))


def test_a_step_against_an_account_is_shown_below_what_led_to_it() -> None:
    waiting = replace(BLOCKED, expected_alerts=0, expects_step=True)
    scene, step = shown(waiting, replace(waiting, step=STEP)).splitlines()

    assert "block" in scene
    assert step.endswith("restrict: 2 violations within 365 days, account 4d1b4de1")


def test_lines_fit_a_terminal_and_are_whole_in_a_file() -> None:
    done = replace(BLOCKED, alerts=(alert(),))

    assert "no verified real identity." in shown(done, width=80)
    on_a_terminal = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", shown(done, width=80, terminal=True))
    assert [line for line in on_a_terminal.split("\n") if len(line.strip()) > 80] == []
    assert "identity-unverified: The user" in on_a_terminal


def test_whatever_is_not_settled_counts_as_lost() -> None:
    done = replace(BLOCKED, alerts=(alert(),))
    without_alert = replace(BLOCKED, key="demo-02")
    without_step = replace(done, key="demo-03", expects_step=True)

    assert summary([done]) == (
        "demo: 1 events, 0 sealed, 1 decisions, 1 alerts citing 1 provisions, 0 steps against accounts, "
        "0 dead letters, 0 lost"
    )
    for lost in (PUBLISHED, without_alert, without_step):
        assert summary([done, lost]).endswith(", 1 lost")
