"""The demo as people run it, on the embedded broker: the law at work, and nothing lost."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.reports.pdf import FONT
from tests.tools import need_font


@pytest.fixture(scope="module")
def told() -> str:
    """Everything that the demo prints."""
    demo = subprocess.run(
        [sys.executable, "-m", "agents.cli", "demo"], capture_output=True, text=True, timeout=180, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    return demo.stdout


def scene(told: str, title: str) -> list[str]:
    """The line of a scene, and those below it."""
    lines = told.splitlines()
    (start,) = [number for number, line in enumerate(lines) if f" {title} " in line]
    below = next((n for n, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith("    ")), len(lines))
    return lines[start:below]


def test_it_ends_with_nothing_lost(told: str) -> None:
    assert re.fullmatch(r"demo: [1-9][0-9]* events, .*, 0 lost", told.splitlines()[-1])


def test_the_report_on_it_is_sealed_and_its_seal_is_valid(told: str) -> None:
    need_font(FONT)
    (file,) = re.findall(r"^The incident report of what happened here, as PDF: (.+\.pdf)$", told, re.MULTILINE)
    assert Path(file).read_bytes().startswith(b"%PDF-")
    assert "sealstream inspect says of its seal: credential valid, trusted" in told


@pytest.mark.parametrize(
    ("title", "outcome", "finding"),
    [
        ("a report by an unverified user", "block", "CN Deep Synthesis Art. 9 .*identity-unverified"),
        ("spoken news without a mark", "hold", r"CN Deep Synthesis Art. 17\(1\) .*label-missing"),
        ("a prompt with a prohibited phrase", "block", r"CN Deep Synthesis Art. 6 and 10 .*\(phrase-1\)"),
        ("a prohibited picture, sealed anew", "block", r"CN Deep Synthesis Art. 6 and 10 .*\(picture-1\)"),
        ("a photo without implicit mark", "hold", "CN GB 45438 cl. 6.1 and App. E .*implicit-mark-invalid"),
        ("AI content not declared", "hold", "CN Labeling Measures Art. 10 .*declaration-missing"),
        ("false news by the same user", "block", "CN Deep Synthesis Art. 6 .*false-news"),
        ("the newcomer changes, not assessed", "block", "CN Deep Synthesis Art. 20 .*assessment-missing"),
        ("a complaint waits too long", "allow", "CN Deep Synthesis Art. 12 .*complaint-overdue"),
        ("a deepfake without a label", "hold", r"EU AI Act Art. 50\(4\) .*explicit-mark-missing"),
        ("a photo like life, no label", "hold", r"Korea AI Basic Act Art. 31\(3\) .*explicit-mark-missing"),
        ("the photo, edited: a mark got lost", "block", r"India IT Rules 3\(3\) .*mark-removed"),
        ("a picture without its labels", "block", "label-removed"),
        ("audio without latent disclosure", "hold", r"Cal. BPC § 22757.3\(b\) .*latent-disclosure-missing"),
    ],
)
def test_a_violation_is_found_and_cited(told: str, title: str, outcome: str, finding: str) -> None:
    first, *below = scene(told, title)

    assert re.search(rf"\b{outcome}\b", first)
    assert [line for line in below if re.search(finding, line)]


@pytest.mark.parametrize(
    "title", ["an article with everything in order", "licensed news, reposted", "the same before the law applied"]
)
def test_what_keeps_the_law_that_is_in_force_is_allowed_without_an_alert(told: str, title: str) -> None:
    (only,) = scene(told, title)

    assert "allow" in only


def test_one_account_climbs_the_ladder(told: str) -> None:
    steps = re.findall(r"(warn|restrict|suspend): (\d) violations? within 365 days, account (\w{8})", told)
    accounts = {account for _, number, account in steps if number == "3"}

    assert [step for step, _, account in steps if account in accounts] == ["warn", "restrict", "suspend"]


def test_reviews_release_and_refuse_and_the_first_one_counts(told: str) -> None:
    assert "allow" in scene(told, "the video is released")[0]
    refused, step = scene(told, "what was not declared is refused")
    assert "block" in refused
    assert "warn" in step
    assert "Another review came first" in scene(told, "somebody else reviews the video")[0]


def test_a_complaint_is_right_and_a_court_that_is_forgotten_is_missed(told: str) -> None:
    assert "complaint K-17 received" in scene(told, "somebody complains of the refusal")[0]
    allowed, step = scene(told, "the complaint is right: it is allowed")
    assert re.search(r"\ballow\b.* by officer-2", allowed)
    assert "taken back" in step
    order, alert = scene(told, "an order of a court that is forgotten")
    assert "takedown T-31 requested" in order
    assert "takedown-overdue" in alert


def test_what_was_allowed_is_found_illegal_and_retracted_and_the_incident_is_told_to_its_end(told: str) -> None:
    retracted, *alerts = scene(told, "the article is illegal after all")
    assert re.search("retracted +an article with everything in order", retracted)
    assert [line for line in alerts if "CN Deep Synthesis Art. 10" in line]
    for title, state in {
        "an article is reported: an incident": "opened",
        "the incident is dealt with": "disposed",
        "the incident is reported": "reported",
    }.items():
        assert f"incident N-5 {state}" in scene(told, title)[0]


@pytest.mark.parametrize(
    ("before", "change", "after", "finding"),
    [
        (
            "a portrait edited with consent",
            "the person takes the consent back",
            "the portrait again, consent revoked",
            "consent-missing",
        ),
        (
            "licensed news, reposted",
            "Brenlow Gazette is struck off",
            "the same news, reposted again",
            "news-source-unlisted",
        ),
    ],
)
def test_reference_sets_change_while_the_worker_runs(
    told: str, before: str, change: str, after: str, finding: str
) -> None:
    assert len(scene(told, before)) == 1
    assert re.search("in force|deleted", scene(told, change)[0])
    assert [line for line in scene(told, after) if finding in line]


def test_a_bad_update_is_refused_and_operators_hear_of_it(told: str) -> None:
    entry, alert = scene(told, "a phrase with an old version number")

    assert "refused" in entry
    assert "operations: The reference set features refused an update, and keeps what was known before" in alert
