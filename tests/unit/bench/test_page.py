"""The page of figures says what a run found, and no more than it measured."""

import re
from pathlib import Path

import msgspec
import pytest

from bench.charts import draw_all
from bench.contestants import Effort
from bench.page import performance_page
from bench.results import Delay, Figures, GrowthStep, Section, Stall, Taken
from bench.targets import TARGETS

TAKEN = Taken(at="2026-11-29T10:00:00+00:00", machine="2 processors", load=0.3, versions={"sealstream": "abc"})
DELAY = Delay(rate=10.0, events=1000, p50_ms=40.0, p99_ms=99.0)


def efforts(*cpu_ms: float) -> list[Effort]:
    return [
        Effort(
            events=10,
            cpu_ms=cpu,
            wall_seconds=2.0,
            memory_mb=200.0,
            requests={"GET": 2.0, "PUT": 3.0},
            put_bytes=1000.0,
            got_bytes=0.0,
        )
        for cpu in cpu_ms
    ]


RESULTS = Figures(
    titles={"sealstream": "sealstream", "71aa9a7": "71aa9a7", "plain": "plain loop"},
    sections={
        "costs": Section(
            taken=TAKEN,
            efforts={
                "JPEG 200 KB": {
                    "sealstream": efforts(9.0, 4.0, 5.0),
                    "71aa9a7": efforts(20.0),
                    "plain": efforts(5.0),
                },
                "text 2 KB": {"sealstream": efforts(3.0)},
            },
        ),
        "latency": Section(taken=TAKEN, delays={"JPEG 200 KB": {"sealstream": DELAY}}),
        "growth": Section(
            taken=TAKEN, growth={"sealstream": [GrowthStep(events=1000, cpu_ms=3.0, memory_mb=250.0, open_files=60)]}
        ),
        "stall": Section(taken=TAKEN, stalls={"sealstream": Stall(alone=DELAY, behind=DELAY, videos="2 of 2")}),
        "waiting": Section(taken=TAKEN, waiting_mb={"sealstream": 300.0, "71aa9a7": 900.0}),
        "commands": Section(taken=TAKEN, commands={"sealstream --help": {"sealstream": [0.2], "71aa9a7": [0.9]}}),
    },
)


def test_the_median_of_the_rounds_is_shown() -> None:
    assert "| JPEG 200 KB | 5.00 | 20.00 | 5.00 |" in performance_page(RESULTS)


def test_what_a_contestant_did_not_do_stays_empty() -> None:
    assert "| text 2 KB | 3.00 |  |  |" in performance_page(RESULTS)


@pytest.mark.parametrize(
    "row",
    [
        "| CPU of a JPEG of 200 KB, against the plain loop | 1.00 | 1.00 | yes |",
        "| CPU of a JPEG of 200 KB, against build 71aa9a7 | 0.30 | 0.25 | yes |",
        "| median time of a text beside two long videos, against alone | 3.00 | 1.00 | yes |",
        "| peak memory while large events wait, against build 71aa9a7 | 0.50 | 0.33 | yes |",
        "| CPU of `sealstream --help`, against build 71aa9a7 | 0.25 | 0.22 | yes |",
    ],
)
def test_targets_are_held_against_what_was_found(row: str) -> None:
    assert row in performance_page(RESULTS)


def test_a_target_that_is_missed_says_so() -> None:
    slow = {"JPEG 200 KB": {"sealstream": efforts(7.0), "plain": efforts(5.0)}}
    results = Figures(titles=RESULTS.titles, sections={"costs": Section(taken=TAKEN, efforts=slow)})
    assert "against the plain loop | 1.00 | 1.40 | **no** |" in performance_page(results)


def test_what_was_not_measured_is_not_on_the_page() -> None:
    nothing = Figures(titles=RESULTS.titles, sections={})
    assert all(target.found(nothing) is None for target in TARGETS)
    assert "## Growth" not in performance_page(nothing)


@pytest.mark.parametrize(
    ("company", "told"),
    [
        ({"load": 6.0, "others": 0.02}, "others took 2% of the processors' time"),
        ({"load": 0.1, "others": 0.25}, "**others took 25% of the processors' time**"),
        ({"load": 0.3}, "load 0.3 before; sealstream"),
        ({"load": 6.0}, "load 6.0 before; **the machine may have been busy with other work**"),
    ],
)
def test_it_is_told_how_quiet_the_machine_was(company: dict[str, float], told: str) -> None:
    section = Section(taken=msgspec.structs.replace(TAKEN, **company), waiting_mb={"sealstream": 300.0})
    assert told in performance_page(Figures(titles=RESULTS.titles, sections={"waiting": section}))


def test_figures_survive_being_written_and_read() -> None:
    assert msgspec.json.decode(msgspec.json.encode(RESULTS), type=Figures) == msgspec.convert(
        msgspec.to_builtins(RESULTS), Figures
    )


def test_every_chart_of_the_page_is_drawn(tmp_path: Path) -> None:
    draw_all(RESULTS, tmp_path)
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == set(re.findall(r"performance/(\w+\.svg)", performance_page(RESULTS)))
    assert len(drawn) == 4
