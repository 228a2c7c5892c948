"""People at work over real Kafka, in a real browser: what is clicked is worked on by a worker and seen by others.

One Kafka, one store, one worker, one console, one house of public doors and one browser serve all of it; everybody
logs in by OpenID Connect. Each scenario has events and cases of its own.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.broker.bureau import Bureau, open_bureau
from tests.broker.kill.cases import account_of, decision_id
from tests.broker.test_people import letter, review
from tests.browser.desks import do, open_case, open_chromium, press, read_back, write
from tests.tools import need
from tests.unit.console.browsing import hidden

pytestmark = [pytest.mark.kafka, pytest.mark.s3]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def bureau(kafka: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    with open_bureau(kafka, tmp_path_factory.mktemp("bureau"), chromium) as bureau:
        yield bureau
        assert not bureau.troubles


@pytest.fixture(autouse=True)
def put_away(bureau: Bureau) -> Iterator[None]:
    """Pages that nobody looks at any more would be exchanged whenever something happens."""
    yield
    for page in bureau.desks.values():
        page.goto("about:blank")


def uid_of(path: str) -> str:
    return path.rpartition("/")[2]


def decided(bureau: Bureau, path: str) -> list[dict[str, Any]]:
    """The decisions about an event that lie on the topic, each once."""
    said = bureau.on_topic("decisions", lambda decision: decision["event_uid"] == uid_of(path))
    return [*{decision["decision_id"]: decision for decision in said}.values()]


def steps(bureau: Bureau, path: str) -> list[str]:
    """What was said about accounts because of an event: steps, and what takes them back."""
    said = bureau.on_topic("enforcement", lambda message: message["event_uid"] == uid_of(path))
    return ["taken back" if "reverses" in message else message["account"] for message in said]


def test_a_viewer_decides_nothing_in_the_console_or_past_it(bureau: Bureau) -> None:  # scenario 1
    path = bureau.held("looked-at")
    vera = bureau.at_desk("vera")
    vera.goto("/queue")
    vera.get_by_role("link", name="looked-at").click()
    expect(vera.get_by_text("may look, and not decide")).to_be_visible()
    expect(vera.get_by_role("button")).to_have_text(["Log out"])
    expect(vera.locator("#content").locator("img, video, audio, object, iframe")).to_have_count(0)
    form = {
        "act": "release",
        "token": "0" * 32,
        "seen": decision_id(uid_of(path)),
        "reason": "By hand.",
        "form": hidden(vera.content(), "form"),
    }
    assert vera.request.post(f"{path}/acts", form=form).status == 403
    assert not bureau.on_topic("reviews", lambda message: message["data"]["event_uid"] == uid_of(path))
    by_hand = review(uid_of(path), "release", "vera", "viewer")
    sent = bureau.wait(bureau.installation.send("reviews", by_hand, version=2))
    assert bureau.wait(letter(bureau.installation, sent))["error"] == "RoleRefusedError"
    assert [decision["decision"] for decision in decided(bureau, path)] == ["hold"]
    vera.goto("/audit")
    expect(vera.get_by_role("row").filter(has_text="Seen by a person.")).to_contain_text("refused")
    assert bureau.standing(path) == ["hold"]


def test_a_reviewer_releases_what_is_next_by_keyboard_alone_and_it_is_gone_for_others(
    bureau: Bureau, record_property: Callable[[str, str], None]
) -> None:  # scenario 2
    path = bureau.held("released")
    anna, ben = bureau.at_desk("anna"), bureau.at_desk("ben")
    for page in (anna, ben):
        page.goto("/queue")
    row = ben.get_by_role("link", name="released")
    expect(row).to_be_visible()
    press(anna, "released")
    expect(anna.get_by_role("heading", name="Why")).to_be_visible()
    expect(anna.locator("section", has=anna.get_by_role("heading", name="Why"))).to_contain_text("Art")
    write(anna, "It is labelled.")
    press(anna, "Release")
    pressed = time.monotonic()
    row.wait_for(state="detached")
    gone = time.monotonic() - pressed
    expect(anna.get_by_text("Done: Release")).to_be_visible()
    anna.reload()
    expect(anna.get_by_text("Released by you")).to_be_visible()
    held, released = decided(bureau, path)
    assert (released["decision"], released["supersedes"]) == ("allow", held["decision_id"])
    assert (released["review"]["reviewer"], released["review"]["reason"]) == ("anna", "It is labelled.")
    record_property("figure", f"released, and gone in another browser: {gone:.2f} s")


def test_of_two_at_one_event_the_slower_is_told_by_keyboard_alone(bureau: Bureau) -> None:  # scenario 3
    path = bureau.held("two-at-one")
    fast, slow = bureau.at_desk("anna"), bureau.at_desk("ben")
    for page in (fast, slow):
        page.goto(path)
    write(slow, "What I wrote so far")
    press(fast, "Claim")
    expect(slow.get_by_text("anna works on it")).to_be_visible()
    expect(slow.get_by_role("button", name="Release")).to_be_disabled()
    expect(fast.get_by_text("Done: Claim")).to_be_visible()
    press(fast, "Give back")
    expect(slow.get_by_role("button", name="Release")).to_be_enabled()
    expect(slow.get_by_label("Reason")).to_have_value("What I wrote so far")
    expect(fast.get_by_text("Done: Give back")).to_be_visible()
    write(fast, "It is labelled.")
    with bureau.worker_asleep():  # both send in the same moment
        press(fast, "Release")
        expect(fast.get_by_text("Sent, waiting for the worker")).to_be_visible()
        press(slow, "Refuse")
        expect(slow.get_by_text("Sent, waiting for the worker")).to_be_visible()
    bureau.until(lambda: len(bureau.standing(path)) > 1)
    is_released = bureau.standing(path)[-1] == "allow"  # nobody promises which of the two comes first
    taken, refused = (fast, slow) if is_released else (slow, fast)
    expect(taken.get_by_text("Done: Release" if is_released else "Done: Refuse")).to_be_visible()
    expect(refused.get_by_text("The worker refused it")).to_be_visible()
    expect(refused.get_by_text("Released by anna" if is_released else "Refused by ben").first).to_be_visible()
    assert [decision["decision"] for decision in decided(bureau, path)] == ["hold", "allow" if is_released else "block"]


@pytest.fixture(scope="module")
def left(bureau: Bureau) -> str:
    """The path of an event that anna claimed before she closed the tab: nothing is sent then, and the claim goes on."""
    path = bureau.held("left")
    tab = bureau.at_desk("anna").context.new_page()
    bureau.listen(tab)
    tab.goto(path)
    press(tab, "Claim")
    expect(tab.get_by_text("You work on this until")).to_be_visible()
    emil = bureau.at_desk("emil", "second-reviewer")
    emil.goto(path)
    expect(emil.get_by_text("anna works on it")).to_be_visible()
    tab.close()
    return path


@pytest.mark.usefixtures("left")  # from here on; whether it is free again is asked later, so that nobody waits for it
def test_a_claim_is_dropped_by_cancel_by_back_and_by_a_verdict_by_keyboard_alone(bureau: Bureau) -> None:  # scenario 4
    path = bureau.held("dropped")
    anna, ben, emil = bureau.at_desk("anna"), bureau.at_desk("ben"), bureau.at_desk("emil", "second-reviewer")
    for page in (anna, ben):
        page.goto(path)

    def claimed() -> None:
        press(anna, "Claim")
        expect(anna.get_by_text("Done: Claim")).to_be_visible()
        expect(ben.get_by_role("button", name="Claim")).to_be_disabled()

    def free() -> None:
        expect(ben.get_by_role("button", name="Claim")).to_be_enabled()

    claimed()
    press(anna, "Give back")
    free()
    expect(anna.get_by_text("Done: Give back")).to_be_visible()
    claimed()
    press(anna, "Give back, and to the queue")
    expect(anna.get_by_role("heading", name="Held for review")).to_be_visible()
    free()
    press(ben, "Claim")
    expect(ben.get_by_text("You work on this until")).to_be_visible()
    write(ben, "It is labelled.")
    press(ben, "Second eyes")  # a decision: the claim was on the one before
    expect(ben.get_by_text("Done: Second eyes")).to_be_visible()
    expect(ben.get_by_text("Nobody has claimed it.")).to_be_visible()
    emil.goto(path)
    press(emil, "Claim")
    expect(emil.get_by_text("You work on this until")).to_be_visible()


def test_four_eyes_see_what_is_refused_and_the_account_gets_one_step(bureau: Bureau) -> None:  # scenario 5
    path = bureau.held("four-eyes", needs_two=True)
    anna, emil = bureau.at_desk("anna"), bureau.at_desk("emil", "second-reviewer")
    anna.goto(path)
    anna.get_by_label("Reason").fill("It deceives.")
    anna.get_by_role("button", name="Refuse").click()
    expect(anna.get_by_text("It waits for another person: you (anna) reviewed it before.")).to_be_visible()
    expect(anna.get_by_role("button", name="Refuse")).to_be_disabled()
    assert bureau.standing(path) == ["hold", "hold"]
    assert steps(bureau, path) == []
    emil.goto(path)
    emil.get_by_label("Reason").fill("I agree.")
    emil.get_by_role("button", name="Refuse").click()
    expect(emil.get_by_text("Done: Refuse")).to_be_visible()
    assert bureau.standing(path) == ["hold", "hold", "block"]
    assert [decision["review"] and decision["review"]["reviewer"] for decision in decided(bureau, path)] == [
        None,
        "anna",
        "emil",
    ]
    bureau.until(lambda: bool(steps(bureau, path)))
    assert steps(bureau, path) == [account_of("user-of-four-eyes")]


def test_the_public_complains_and_another_officer_overturns(bureau: Bureau) -> None:  # scenario 6
    path = bureau.held("complained-of")
    reviewer = bureau.at_desk("gita")
    reviewer.goto(path)
    reviewer.get_by_label("Reason").fill("It deceives.")
    reviewer.get_by_role("button", name="Refuse").click()
    expect(reviewer.get_by_text("Done: Refuse")).to_be_visible()
    somebody = bureau.page()
    somebody.goto(f"{bureau.doors}/complaints/new?event={uid_of(path)}")
    somebody.locator("textarea").fill("It is satire, and says so.")
    somebody.get_by_role("button").last.click()
    somebody.wait_for_url("**/complaints/status/*")
    number = somebody.locator("code").first.inner_text()
    dora, gita = bureau.at_desk("dora"), bureau.at_desk("gita", "complaints-officer")
    for officer in (dora, gita):
        officer.goto("/cases?kind=complaint")
        officer.get_by_role("link", name=number).click()
    do(dora, "Acknowledge")
    somebody.reload()
    expect(somebody.get_by_text("Received, and being looked at")).to_be_visible()
    expect(gita.get_by_role("button", name="Answer: overturn")).to_be_disabled()
    expect(gita.get_by_text("you decided the original (gita). Another officer has to.").first).to_be_visible()
    do(dora, "Answer: overturn", "It is satire and says so.", done="Answer")
    assert bureau.standing(path) == ["hold", "block", "allow"]
    overturned = decided(bureau, path)[-1]
    assert (overturned["review"]["reviewer"], overturned["review"]["case"]) == ("dora", number)
    assert steps(bureau, path) == [account_of("user-of-complained-of"), "taken back"]
    somebody.reload()
    expect(somebody.get_by_text("What was decided is changed.")).to_be_visible()
    expect(somebody.get_by_text("It is satire and says so.")).to_be_visible()
    assert "gita" not in somebody.content()
    assert "dora" not in somebody.content()


def test_an_order_is_warned_of_and_missed_once_each_though_the_worker_is_killed_between(
    bureau: Bureau,
) -> None:  # scenario 7
    need("pdftotext")
    dora = bureau.at_desk("dora")
    numbers = ("T-2026-31", "T-2026-32")
    for number in numbers:  # the second one's last word says that everything was said about the first
        open_case(dora, "takedown", number, {"What kind of demand": "order"}, places="IN")
    due = dora.locator("table time").first.get_attribute("datetime")
    assert due is not None
    expect(dora.get_by_role("cell", name="warned")).to_be_visible()
    bureau.installation.kill_worker()
    assert announced(bureau, numbers[1]) == ["warned"]
    bureau.installation.start_worker()
    expect(dora.get_by_role("cell", name="missed")).to_be_visible(timeout=120_000)  # and no event came
    expect(dora.get_by_text("late", exact=True)).to_be_visible()
    for number in numbers:
        assert sorted(announced(bureau, number)) == ["due", "missed", "warned"]
        assert len(bureau.on_topic("alerts", lambda alert, of=number: alert["evidence"].get("takedown.id") == of)) == 1
    dora.goto("/clocks")
    row = dora.get_by_role("row").filter(has_text=numbers[1])
    assert row.locator("time").first.get_attribute("datetime") == due
    expect(row.get_by_text("missed")).to_be_visible()
    dora.goto("/alerts?state=open&kind=takedown-overdue")
    expect(dora.get_by_role("article")).to_have_count(2)
    newest = dora.get_by_role("article").first
    newest.get_by_role("button", name="Acknowledge").click()
    expect(dora.get_by_text("Done: Acknowledge")).to_be_visible()
    dora.goto("/alerts?state=acknowledged&kind=takedown-overdue")
    dora.get_by_role("article").get_by_role("link").first.click()
    expect(dora.get_by_role("heading", name=numbers[1])).to_be_visible()
    text = read_back(report(bureau, "duties", "en", "--unsealed"))
    for told in (*numbers, due[:10], due[11:19], "missed", "rule 3(1)(d)"):
        assert told in text, told


def announced(bureau: Bureau, number: str) -> list[str]:
    """What the clocks of a case said, as it lies on the topic."""
    return [
        announcement["stage"]
        for announcement in bureau.on_topic(
            "clocks", lambda message: "stage" in message and message["case_id"] == number
        )
    ]


def report(bureau: Bureau, kind: str, language: str, *more: str) -> bytes:
    """The PDF of a report about this month, as the command makes it."""
    to = bureau.installation.log.with_name(f"{kind}-{time.monotonic_ns()}.pdf")
    bureau.installation.sealstream("report", kind, "--period", month(), "--lang", language, "--out", str(to), *more)
    return to.read_bytes()


def month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


def test_a_rumour_goes_from_the_alert_to_the_report_in_chinese(bureau: Bureau) -> None:  # scenario 8
    need("pdftotext")
    uid = uid_of(bureau.held("rumour"))
    dora = bureau.at_desk("dora")
    dora.goto("/alerts?state=open")
    dora.locator(f"#alert-{uid}").get_by_role("link", name="Open an incident").click()
    dora.get_by_label("Number, your own").fill("I-2026-8")
    dora.get_by_label("What it is about").select_option("rumour")
    dora.get_by_label("Places").fill("CN")
    dora.get_by_label("Reason").fill("The flood that it shows did not happen.")
    dora.get_by_role("button", name="Open it").click()
    expect(dora.get_by_role("heading", name="I-2026-8")).to_be_visible()
    do(dora, "Disposed of")
    do(dora, "Refuted")
    dora.get_by_label("Document", exact=True).set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"To the authority."}
    )
    dora.get_by_label("Where it is kept").fill("s3://evidence/letter.pdf")
    do(dora, "Reported to the authority")
    expect(dora.get_by_text(sha256(b"To the authority.").hexdigest())).to_be_visible()
    expect(dora.get_by_role("link", name=uid)).to_be_visible()
    body = report(bureau, "incident", "zh")
    assert report(bureau, "incident", "zh") == body
    text = read_back(body)
    for told in ("I-2026-8", "谣言", "第十一条", f"{datetime.now(UTC):%Y-%m}"):
        assert told in text, told
    assert re.search(r"[0-9a-f]{64}", text)
    dora.goto("/audit?what=incident.refuted")
    expect(dora.get_by_role("row").filter(has_text="dora")).to_have_count(1)
    dora.goto("/reports")
    with dora.expect_download() as taken:
        dora.get_by_role("button", name=f"Open PDF incident {month()} zh").click()
    assert Path(taken.value.path()).read_bytes() == body
    dora.goto("/audit?what=report.exported")
    expect(dora.get_by_role("row").filter(has_text="Report opened")).to_contain_text(sha256(body).hexdigest())


def test_what_is_clicked_is_on_the_page_soon(bureau: Bureau, record_property: Callable[[str, str], None]) -> None:
    """How soon, is said at the end of a run; what else the machine does is no fault of the page."""
    for number in range(15):
        bureau.publish(f"clicked-{number}")
    anna = bureau.at_desk("anna")
    anna.goto("/queue")
    expect(anna.get_by_role("link", name="clicked-")).to_have_count(15)
    taken = [seconds_to_decide(anna, f"clicked-{number}") for number in range(15)]
    record_property("figure", f"click to decision on the page, median of 15: {median(taken):.2f} s")


def seconds_to_decide(page: Page, name: str) -> float:
    page.goto("/queue")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Reason").fill("It is labelled.")
    done = page.get_by_text("Done: Release")
    button = page.get_by_role("button", name="Release")
    button.wait_for()
    clicked = time.monotonic()
    button.click()
    done.wait_for()
    return time.monotonic() - clicked


def test_a_claim_is_dropped_by_its_time_where_the_tab_was_closed(bureau: Bureau, left: str) -> None:  # scenario 4
    emil = bureau.at_desk("emil", "second-reviewer")
    emil.goto(left)
    expect(emil.get_by_role("button", name="Claim")).to_be_enabled()  # by itself
    press(emil, "Claim")
    expect(emil.get_by_text("You work on this until")).to_be_visible()
