"""What recognising content costs: questions to a similarity index of ten million fingerprints, on one core.

    python tools/bench_similarity.py [--codes 10000000] [--questions 100] [--partitions 1,12,48]

Two populations: codes whose bits are all as likely set as not, which is the usual case, and lopsided ones, whose bits
are set with very different likelihood, so that some values of a band are much more frequent than others. Planted among
them are copies of what is asked for, at the largest distance asked for. Each must be found, and what is far must not.

The codes come from one partition, and from several, for which the time must be the same; of each partition some are
added while the index serves, as a worker reads them. They are loaded as a snapshot is, checked and put into tables.

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

from pipeline.fingerprints.columns import CODE_BYTES, KEY_BYTES, Columns
from pipeline.fingerprints.fingerprint import BITS, NEAR
from pipeline.fingerprints.similarity import SimilarityIndex
from pipeline.fingerprints.snapshot import columns_in, parts_of

DISTANCES: Final = (20, max(NEAR.values()), 40)
MILLISECONDS: Final = 1e3
MICROSECONDS: Final = 1e6
MEGABYTES: Final = 1e6
BATCH: Final = 100_000
POLLED: Final = 2_000
TAIL: Final = 131_072
"""So many are added while it serves, of each partition a part."""
DAY: Final = 20_000
AIM: Final = 10.0
MOST_BYTES: Final = 160

Codes = npt.NDArray[np.uint8]
Make = Callable[[int], Codes]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=10_000_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--partitions", default="1,12,48")
    arguments = parser.parse_args()
    chance = np.random.default_rng(24138)
    table = Table(title=f"{arguments.codes:,} fingerprints of {BITS} bits, milliseconds of CPU per question")
    for heading in ("population", "partitions", "distance", "median, none near", "p99", "median, one near", "p99"):
        table.add_column(heading, justify="right")
    for name, make in (("even", even(chance)), ("lopsided", lopsided(chance))):
        for partitions in map(int, arguments.partitions.split(",")):
            index = filled(name, make, arguments.codes, partitions)
            for distance in DISTANCES:
                table.add_row(name, str(partitions), *asked(index, make, distance, arguments.questions, chance))
            del index
    Console(width=120).print(table)


def asked(index: SimilarityIndex, make: Make, distance: int, questions: int, chance: np.random.Generator) -> list[str]:
    """What questions cost at a distance, as a row says it."""
    far = measured(index, [make(1)[0].tobytes() for _ in range(questions)], distance)
    near = measured(index, list(planted(index, make, distance, questions, chance)), distance, found=1)
    figures = [figure for times in (far, near) for figure in (statistics.median(times), percentile(times))]
    late = "  above the aim" if max(figures) > AIM and distance <= max(NEAR.values()) else ""
    return [str(distance), *(f"{figure:.2f}" for figure in figures[:-1]), f"{figures[-1]:.2f}{late}"]


def even(chance: np.random.Generator) -> Make:
    """Codes of even chances."""
    return lambda count: chance.integers(0, 256, (count, CODE_BYTES), np.uint8)


def lopsided(chance: np.random.Generator) -> Make:
    """Codes whose bits are set with chances from a fifth to four fifths."""
    likelihood = chance.uniform(0.2, 0.8, BITS).astype(np.float32)
    return lambda count: np.packbits(chance.random((count, BITS), np.float32) < likelihood, axis=1)


def filled(name: str, make: Make, count: int, partitions: int) -> SimilarityIndex:
    """An index of so many codes, of which some were added while it served."""
    index = SimilarityIndex()
    settled = max(count - TAIL, count // 2)
    index.reserve(settled)
    loading = 0.0
    for begin in range(0, settled, BATCH):
        (part,) = parts_of({"text": made(make, begin, min(BATCH, settled - begin), partitions)})
        loading += spent(lambda part=part, lot=begin // BATCH % partitions: index.append(  # type: ignore[misc]
            columns_in(part.part, part.body, lot=lot, since=DAY)
        ))  # fmt: skip
    tables = spent(index.settle)
    adding = 0.0
    for begin in range(settled, count, POLLED):
        polled = made(make, begin, min(POLLED, count - begin), partitions)
        adding += spent(lambda polled=polled: (index.append(polled), index.settle_tail()))  # type: ignore[misc]
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{name}, {partitions} partitions: loaded and checked in {loading:.1f} s, tables made in {tables:.1f} s of CPU "
        f"({(loading + tables) / settled * MICROSECONDS:.2f} us a code), "
        f"{adding / (count - settled) * MICROSECONDS:.2f} us for each that is added; "
        f"{index.unsettled:,} codes are not in tables; "
        f"{index.nbytes / MEGABYTES:,.0f} MB, {index.nbytes / len(index):.0f} bytes a code; "
        f"this process had {resident / MEGABYTES:,.0f} MB at most"
    )
    if index.nbytes > MOST_BYTES * len(index):
        raise SystemExit(f"That is more than {MOST_BYTES} bytes a code.")
    return index


def made(make: Make, first: int, count: int, partitions: int) -> Columns:
    """So many codes, their keys numbered from the first on, in turn of each partition."""
    keys = b"".join(number.to_bytes(KEY_BYTES, "big") for number in range(first, first + count))
    columns = Columns.of(make(count).tobytes(), keys, 0, np.full(count, DAY, np.uint16))
    columns.lots[:] = np.arange(first, first + count) % partitions
    return columns


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
        found_now = index.nearest(question, distance, 5)
        times.append((time.thread_time() - started) * MILLISECONDS)
        if len(found_now.matches) != found:
            raise SystemExit(f"A question found {len(found_now.matches)} codes instead of {found}.")
    return times


def spent(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    started = time.process_time()
    work()
    return time.process_time() - started


def percentile(times: list[float]) -> float:
    """The time that a hundredth of the questions takes longer than."""
    return statistics.quantiles(times, n=100, method="inclusive")[98]


if __name__ == "__main__":
    main()
