"""What recognising content costs: questions to a similarity index of ten million fingerprints, on one core.

    python tools/bench_similarity.py [--codes 10000000] [--questions 100]

Two populations: codes whose bits are all as likely set as not, which is the usual case, and lopsided ones, whose bits
are set with very different likelihood, so that some values of a band are much more frequent than others. Planted among
them are copies of what is asked for, at the largest distance asked for. Each must be found, and what is far must not.

Counted is the CPU time of this thread, for questions that find nothing, which take longest, and for questions with one
near copy. The aim is 10 milliseconds at the distances that near copies have.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from pipeline.fingerprints.fingerprint import BITS, NEAR
from pipeline.fingerprints.similarity import CODE_BYTES, KEY_BYTES, SimilarityIndex

DISTANCES: Final = (*sorted(set(NEAR.values())), 40)
MILLISECONDS: Final = 1e3
MEGABYTES: Final = 1e6
BATCH: Final = 100_000
TAIL_PART: Final = 100
AIM: Final = 10.0

Codes = npt.NDArray[np.uint8]
Make = Callable[[int], Codes]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=10_000_000)
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    chance = np.random.default_rng(24138)
    table = Table(title=f"{arguments.codes:,} fingerprints of {BITS} bits, milliseconds of CPU per question")
    for heading in ("population", "distance", "median, none near", "p99", "median, one near", "p99"):
        table.add_column(heading, justify="right")
    for name, make in (("even", even(chance)), ("lopsided", lopsided(chance))):
        index = filled(name, make, arguments.codes)
        for distance in DISTANCES:
            far = measured(index, [make(1)[0].tobytes() for _ in range(arguments.questions)], distance)
            near = measured(index, list(planted(index, make, distance, arguments.questions, chance)), distance, found=1)
            row = [figure for times in (far, near) for figure in (statistics.median(times), percentile(times))]
            late = "  above the aim" if max(row) > AIM and distance <= max(NEAR.values()) else ""
            table.add_row(name, str(distance), *(f"{figure:.2f}" for figure in row[:-1]), f"{row[-1]:.2f}{late}")
        del index
    Console(width=120).print(table)


def even(chance: np.random.Generator) -> Make:
    """Codes of even chances."""
    return lambda count: chance.integers(0, 256, (count, CODE_BYTES), np.uint8)


def lopsided(chance: np.random.Generator) -> Make:
    """Codes whose bits are set with chances from a fifth to four fifths."""
    likelihood = chance.uniform(0.2, 0.8, BITS).astype(np.float32)
    return lambda count: np.packbits(chance.random((count, BITS), np.float32) < likelihood, axis=1)


def filled(name: str, make: Make, count: int) -> SimilarityIndex:
    """An index of so many codes, of which a hundredth was added while it served."""
    index = SimilarityIndex()
    loading = 0.0
    keys = (number.to_bytes(KEY_BYTES, "big") for number in range(count))
    for size in (BATCH,) * ((count - count // TAIL_PART) // BATCH):
        entries = zip(map(bytes, make(size)), keys, strict=False)
        loading += spent(lambda entries=list(entries): index.extend(entries))  # type: ignore[misc]
    tables = spent(index.settle)
    for code in make(count - len(index)):
        index.add(bytes(code), next(keys))
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{name}: loaded in {loading:.1f} s, tables made in {tables:.1f} s of CPU "
        f"({len(index) / (loading + tables):,.0f} codes a second); {index.unsettled:,} codes are not in the tables; "
        f"{index.nbytes / MEGABYTES:,.0f} MB, {index.nbytes / len(index):.0f} bytes a code; "
        f"this process had {resident / MEGABYTES:,.0f} MB at most"
    )
    return index


def planted(
    index: SimilarityIndex, make: Make, distance: int, count: int, chance: np.random.Generator
) -> Iterator[bytes]:
    """Codes of which the index gets copies that differ in so many bits."""
    for number, code in enumerate(make(count)):
        flips = np.zeros(BITS, np.uint8)
        flips[chance.choice(BITS, distance, replace=False)] = 1
        index.add(bytes(code ^ np.packbits(flips)), (len(index) + number).to_bytes(KEY_BYTES, "little"))
        yield bytes(code)


def measured(index: SimilarityIndex, questions: list[bytes], distance: int, *, found: int = 0) -> list[float]:
    """Milliseconds for each question, all of which must find so many."""
    times = []
    for question in questions:
        started = time.thread_time()
        matches = index.nearest(question, distance, 5)
        times.append((time.thread_time() - started) * MILLISECONDS)
        if len(matches) != found:
            raise SystemExit(f"A question found {len(matches)} codes instead of {found}.")
    return times


def spent(work: Callable[[], None]) -> float:
    """Seconds of CPU."""
    started = time.process_time()
    work()
    return time.process_time() - started


def percentile(times: list[float]) -> float:
    """The time that a hundredth of the questions takes longer than."""
    return statistics.quantiles(times, n=100, method="inclusive")[98]


if __name__ == "__main__":
    main()
