"""Whether the brokers are heard, and what is behind."""

from collections.abc import Mapping

from agents.broker_watch import BrokerWatch
from agents.delivery import ConsumerStanding, TopicPartition
from agents.metrics import Metrics

ONE, TWO = TopicPartition("in", 0), TopicPartition("in", 1)


class Brokers:
    """What is asked, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answer: ConsumerStanding | None = None
        self.firsts: Mapping[TopicPartition, int] = {}
        self.metrics = Metrics.create()
        self.watch = BrokerWatch(self.ask, lambda: self.firsts, self.metrics.lag, clock=lambda: self.now)

    async def ask(self) -> ConsumerStanding | None:
        return self.answer

    def lag(self) -> set[str]:
        return {line for line in self.metrics.render().decode().splitlines() if line.startswith("sealstream_lag{")}


async def test_silence_is_told_once_two_questions_had_no_answer() -> None:
    brokers = Brokers()
    brokers.now = 11.9
    await brokers.watch.look()
    assert brokers.watch.silence is None
    brokers.now = 12.0
    assert brokers.watch.silence == "the brokers have not answered for 12 s"
    brokers.answer = ConsumerStanding({}, {}, frozenset())
    await brokers.watch.look()
    assert brokers.watch.silence is None


async def test_lag_counts_from_the_first_record_that_is_not_acknowledged() -> None:
    brokers = Brokers()
    brokers.answer = ConsumerStanding({ONE: 100, TWO: 50}, {ONE: 90, TWO: 45}, frozenset())
    brokers.firsts = {ONE: 70}
    await brokers.watch.look()
    assert brokers.lag() == {
        'sealstream_lag{partition="0",topic="in"} 30.0',
        'sealstream_lag{partition="1",topic="in"} 5.0',
    }
    brokers.answer = ConsumerStanding({TWO: 50}, {TWO: 50}, frozenset())
    await brokers.watch.look()
    assert brokers.lag() == {'sealstream_lag{partition="1",topic="in"} 0.0'}


async def test_topics_that_are_gone_are_named() -> None:
    brokers = Brokers()
    brokers.answer = ConsumerStanding({}, {}, frozenset({"b", "a"}))
    await brokers.watch.look()
    assert brokers.watch.gone == "not there, or not to be seen: a, b"
    brokers.answer = ConsumerStanding({}, {}, frozenset())
    await brokers.watch.look()
    assert brokers.watch.gone is None
