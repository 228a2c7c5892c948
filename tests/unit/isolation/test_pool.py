"""A job that kills, stalls or starves its child fails alone; the pool goes on as if nothing had been."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import BugError, HostileAssetError, SealRefusedError, WorldError
from pipeline.isolation import AssetStalledError, WorkerPool
from pipeline.isolation.jobs import ExtractJob

PATIENT = (sys.executable, str(Path(__file__).parent / "hostile_child.py"), "patient")
GETTING_ON = (*PATIENT[:2], "getting-on")

Act = Callable[[WorkerPool, str], str]
MakePool = Callable[..., WorkerPool]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(seconds: float, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_a_child_serves_job_after_job(make_pool: MakePool, act: Act) -> None:
    pool = make_pool()
    assert len({act(pool, "pid") for _ in range(5)}) == 1


@pytest.mark.parametrize("asset", ["abort", "exit"])
def test_an_asset_that_kills_its_parser_fails_and_the_next_one_does_not(
    make_pool: MakePool, act: Act, asset: str
) -> None:
    pool = make_pool()
    with pytest.raises(HostileAssetError, match="killed 2 parser processes"):
        act(pool, asset)
    assert act(pool, "echo still here") == "still here"


def test_an_asset_that_never_ends_is_given_up_after_its_time(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(seconds=0.5)
    began = time.monotonic()
    with pytest.raises(AssetStalledError, match=r"longer than 0\.5 s"):
        act(pool, "endless")
    assert time.monotonic() - began < 10
    assert act(pool, "echo still here") == "still here"


def test_an_asset_that_hoards_memory_gets_no_more_than_its_share(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(memory_bytes=200 * 2**20)
    before = act(pool, "pid")
    with pytest.raises(HostileAssetError, match="more memory"):
        act(pool, "hoard")
    assert act(pool, "pid") != before


def test_a_child_that_dies_by_accident_costs_its_job_nothing(make_pool: MakePool, act: Act, tmp_path: Path) -> None:
    pool = make_pool(confinement="off")  # It leaves a mark, and a confined child can leave none.
    assert act(pool, f"die-once {tmp_path / 'mark'}") == str(tmp_path / "mark")


def test_a_child_killed_from_outside_in_the_middle_of_a_job_costs_nobody_anything(
    make_pool: MakePool, act: Act
) -> None:
    pool = make_pool(size=2)
    first, other = int(act(pool, "pid")), int(act(pool, "pid"))
    with ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(act, pool, f"sleep {seconds}") for seconds in ("0.7", "0.8")]
        time.sleep(0.3)
        os.kill(first, signal.SIGKILL)
        assert [job.result(timeout=60) for job in jobs] == ["0.7", "0.8"]
    assert first != other


def test_a_hostile_job_does_not_touch_the_jobs_beside_it(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=2, seconds=3.0)
    assets = ["abort", "exit", "endless", "hoard"] + [f"echo {number}" for number in range(40)]

    def outcome(asset: str) -> str:
        try:
            return act(pool, asset)
        except HostileAssetError:
            return "hostile"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(outcome, assets))
    assert outcomes == ["hostile"] * 4 + [str(number) for number in range(40)]


def test_answers_never_get_mixed_up(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=2)
    assets = [f"echo {number}-{'x' * (number * 1013 % 300_000)}" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda asset: act(pool, asset), assets)) == [
            asset.removeprefix("echo ") for asset in assets
        ]


def test_an_error_of_ours_keeps_its_class_and_its_words(make_pool: MakePool, act: Act) -> None:
    with pytest.raises(SealRefusedError) as refusal:
        act(make_pool(), "refuse The seal is off.")
    assert (refusal.value.what, refusal.value.remedy) == ("The seal is off.", "Nothing helps.")


def test_an_error_of_anybody_else_is_a_bug_that_quotes_nothing(make_pool: MakePool, act: Act) -> None:
    pool = make_pool()
    with pytest.raises(BugError, match=r"LookupError .*hostile_child\.py, line \d+") as bug:
        act(pool, "stumble over the secret content")
    assert "secret" not in str(bug.value)
    assert act(pool, "echo on") == "on"


def test_what_libraries_print_is_no_answer(make_pool: MakePool, act: Act) -> None:
    assert act(make_pool(), "print some words") == "some words"


def test_a_child_is_replaced_after_its_share_of_jobs(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(jobs_per_worker=3)
    pids = [act(pool, "pid") for _ in range(7)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]


def test_a_child_knows_no_access_keys(make_pool: MakePool, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert act(make_pool(), "environment AWS_SECRET_ACCESS_KEY") == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_for_the_whole_group_leave_the_children_to_their_parent(
    make_pool: MakePool, act: Act, number: signal.Signals
) -> None:
    pool = make_pool()
    pid = act(pool, "pid")
    os.kill(int(pid), number)
    assert act(pool, "pid") == pid


LONG = "video/mp4"
"""A type whose files last; of a mebibyte and more they are long jobs."""


def long(asset: str) -> ExtractJob:
    return ExtractJob(asset=asset.encode().ljust(2**20), media_type=LONG)


def test_a_job_about_a_recording_keeps_no_other_waiting(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=1)
    with ThreadPoolExecutor(2) as threads:
        lasting = [threads.submit(pool.run, long("sleep 2")) for _ in range(2)]
        time.sleep(0.1)
        assert act(pool, "echo at once") == "at once"
        assert not any(job.done() for job in lasting)
        assert [(job.result(timeout=60) or b"").strip() for job in lasting] == [b"2", b"2"]


def test_a_job_about_a_recording_may_take_longer_than_others_and_not_for_ever(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=1, seconds=1.0, patience=60.0, command=PATIENT)
    assert (pool.run(long("sleep 3")) or b"").strip() == b"3"
    with pytest.raises(AssetStalledError, match=r"took longer than 1 s"):
        act(pool, "sleep 3")
    impatient = make_pool(size=1, seconds=1.0, patience=2.0, command=PATIENT)
    with pytest.raises(AssetStalledError, match=r"recording took longer than 2 s"):
        impatient.run(long("endless"))
    assert act(impatient, "echo still here") == "still here"


def test_how_far_a_recording_is_can_be_seen_while_it_is_worked_on(make_pool: MakePool) -> None:
    pool = make_pool(size=1, seconds=20.0, patience=60.0, command=GETTING_ON)
    assert pool.under_way() == ()
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(pool.run, long("get-on 30"))
        shares: list[float] = []
        while not working.done():
            shares += [recording.share for recording in pool.under_way() if recording.share is not None]
            time.sleep(0.01)
    assert working.result() == b"done"
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    assert pool.under_way() == ()


@pytest.mark.kill
def test_a_recording_may_take_longer_while_it_gets_on_and_not_for_ever(make_pool: MakePool) -> None:
    pool = make_pool(size=1, seconds=2.5, patience=60.0, command=GETTING_ON)
    assert pool.run(long("get-on 50")) == b"done"
    with pytest.raises(AssetStalledError):
        pool.run(long("get-nowhere 80"))
    impatient = make_pool(size=1, seconds=2.5, patience=4.0, command=GETTING_ON)
    with pytest.raises(AssetStalledError):
        impatient.run(long("get-on 80"))


def test_children_that_work_on_recordings_let_others_have_the_processor_first(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=1)
    here = os.getpriority(os.PRIO_PROCESS, 0)
    of_others = os.getpriority(os.PRIO_PROCESS, int(act(pool, "pid")))
    of_recordings = os.getpriority(os.PRIO_PROCESS, int(pool.run(long("pid")) or b""))
    assert here == of_others < of_recordings


def test_a_child_that_asks_for_patience_without_being_let_talks_nonsense(make_pool: MakePool) -> None:
    pool = make_pool(size=1, command=PATIENT)
    with pytest.raises(HostileAssetError, match="killed 2 parser processes"):
        pool.run(ExtractJob(asset=b"ask-for-patience", media_type="text/plain"))


def test_closing_waits_for_the_job_under_way_and_leaves_no_child(make_pool: MakePool, act: Act) -> None:
    pool = make_pool()
    pid = int(act(pool, "pid"))
    with ThreadPoolExecutor(1) as threads:
        job = threads.submit(act, pool, "sleep 0.5")
        time.sleep(0.1)
        pool.close()
        assert job.result(timeout=10) == "0.5"
    assert not is_alive(pid)


def test_a_closed_pool_takes_no_job(make_pool: MakePool, act: Act) -> None:
    pool = make_pool(size=2)
    pool.close()
    for _ in range(3):
        with pytest.raises(BugError, match="closed pool"):
            act(pool, "echo")


def test_whoever_waits_for_a_child_when_the_pool_closes_is_told(make_pool: MakePool, act: Act) -> None:
    pool = make_pool()
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(act, pool, "sleep 0.3") for _ in range(4)]
        time.sleep(0.1)
        closing = threading.Thread(target=pool.close)
        closing.start()
        outcomes = [job.exception(timeout=30) for job in jobs]
        closing.join(30)
    assert not closing.is_alive()
    assert all(outcome is None or isinstance(outcome, BugError) for outcome in outcomes)


@pytest.mark.parametrize("job", ["idle", "endless"])
def test_children_do_not_outlive_a_parent_that_was_killed(job: str, tmp_path: Path) -> None:
    """Idle children see the end of their input; a busy one is ended by its alarm, wherever its code is stuck."""
    hostile, mark = str(Path(__file__).parent / "hostile_child.py"), tmp_path / "mark"
    script = f"""
import sys, time
from pipeline.isolation import WorkerPool
from pipeline.isolation.jobs import ExtractJob
pool = WorkerPool(size=1, memory_bytes=2**29, seconds=4, confinement="off", command=(sys.executable, {hostile!r}))
answer = pool.run(ExtractJob(asset=b"pid", media_type="text/plain"))
print(answer.decode(), flush=True)
if {job == "endless"}:
    pool.run(ExtractJob(asset={f"endless {mark}".encode()!r}, media_type="text/plain"))
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    while job == "endless" and not mark.exists():
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    assert gone_within(20, child)


def test_a_child_that_cannot_start_is_tried_again_and_blames_no_asset() -> None:
    with pytest.raises(WorldError, match=r"ended while it started \(exit code 3\)"):
        WorkerPool(size=1, memory_bytes=2**29, seconds=1, command=(sys.executable, "-c", "raise SystemExit(3)"))


NONSENSE = {
    "no MessagePack": "b'junk'",
    "text that is no UTF-8": r"b'\xa2\xc3\x28'",
    "lists in lists": r"b'\x91' * 100_000",
    "of another shape": r"b'\x2a'",
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_a_child_that_was_taken_over_can_talk_nonsense_and_no_more(act: Act, nonsense: str, kind: int) -> None:
    """It is treated as dead; what it says is MessagePack of known shapes or nothing, whatever it calls it."""
    talks_nonsense = f"""
import sys
from pipeline.isolation.messages import REPLY_HEADER, Ready, encode_message
ready = encode_message(Ready())
sys.stdout.buffer.write(REPLY_HEADER.pack(len(ready), False, False) + ready)
nonsense = {nonsense}
sys.stdout.buffer.write(REPLY_HEADER.pack(len(nonsense), {kind}, False) + nonsense)
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""
    with (
        WorkerPool(size=1, memory_bytes=2**29, seconds=5, command=(sys.executable, "-c", talks_nonsense)) as pool,
        pytest.raises(HostileAssetError),
    ):
        act(pool, "echo")


def test_a_program_that_cannot_be_started_is_no_fault_of_any_event() -> None:
    with pytest.raises(WorldError, match="could not be started"):
        WorkerPool(size=1, memory_bytes=2**30, seconds=5.0, command=("/nowhere/python",))


def test_children_do_not_run_where_their_parent_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The C2PA library is looked for in the current directory first, and that may be full of downloads."""
    monkeypatch.chdir(tmp_path)
    with WorkerPool(size=1, memory_bytes=1536 * 2**20, seconds=30.0):
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
        places = {str(Path(f"/proc/{child}/cwd").readlink()) for child in children}
    assert "/" in places
    assert str(tmp_path) not in places
