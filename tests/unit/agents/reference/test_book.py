"""What a book holds depends on what was written and in which order, not on how it came in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.delivery import TopicPartition
from agents.following.port import Read
from agents.reference.book import Book
from tests.unit.agents.reference.fake_kafka import SETS, TOPICS, FakeKafka

PARTITION = TopicPartition(TOPICS.features, 0)

puts = st.tuples(st.sampled_from("abc"), st.integers(min_value=1, max_value=4), st.sampled_from(["one", "two"]))
removals = st.tuples(st.sampled_from("abc"))
nonsense = st.just(())


def log_of(writes: list[tuple[Any, ...]]) -> FakeKafka:
    kafka = FakeKafka()
    kafka.create(TOPICS.features)
    for write in writes:
        match write:
            case (entry_id, version, phrase):
                kafka.put("features", id=entry_id, version=version, verdict="rumour", phrase=phrase)
            case (entry_id,):
                kafka.remove("features", entry_id)
            case _:
                kafka.send_raw("features", b"a", b"nonsense")
    return kafka


def expected(writes: list[tuple[Any, ...]]) -> tuple[dict[str, tuple[int, str]], list[int]]:
    """The rules, once more and plainly: the entries held, and the offsets refused."""
    held: dict[str, tuple[int, str]] = {}
    refused = []
    for offset, write in enumerate(writes):
        match write:
            case (entry_id, version, phrase):
                if entry_id in held and held[entry_id][0] >= version and held[entry_id] != (version, phrase):
                    refused.append(offset)
                else:
                    held[entry_id] = (version, phrase)
            case (entry_id,):
                held.pop(entry_id, None)
            case _:
                refused.append(offset)
    return held, refused


@given(writes=st.lists(st.one_of(puts, removals, nonsense), max_size=30), data=st.data())
def test_however_it_came_in_the_book_holds_the_newest_that_could_be_used(
    writes: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    log = log_of(writes).logs[PARTITION]
    book = Book(SETS)
    book.begin({PARTITION: 0})
    refused, position = [], 0
    while position < len(log):
        end = data.draw(st.integers(position + 1, len(log)))
        book.read(Read(log[position:end], {PARTITION: end}))
        if data.draw(st.booleans()) or end == len(log):
            refused += [refusal.place.offset for refusal in book.settle().refused]
        position = end

    held, refused_by_the_rules = expected(writes)
    assert {entry.id: (entry.version, entry.pattern) for entry in book.sets.features.values()} == held
    assert refused == refused_by_the_rules
    assert book.positions == {PARTITION: len(log)}


@given(writes=st.lists(st.one_of(puts, removals, nonsense), max_size=30))
def test_what_a_later_record_put_right_counts_as_mended(writes: list[tuple[Any, ...]]) -> None:
    log = log_of(writes).logs[PARTITION]
    book = Book(SETS)
    book.begin({PARTITION: 0})
    book.read(Read(log, {PARTITION: len(log)}))
    refused = book.settle().refused
    bad = {refusal.place.offset for refusal in refused}
    for refusal in refused:
        later = [
            record.offset for record in log if record.offset > refusal.place.offset and record.key == refusal.place.key
        ]
        assert refusal.is_mended == any(offset not in bad for offset in later)
