"""Turns: no more than so many at once, and no sender waits behind all that another one sent."""

import asyncio
import random

import pytest

from agents.delivery.record import InputRecord
from agents.delivery.turns import Turns, sender_of


def record(value: bytes | None, *headers: tuple[str, bytes | None]) -> InputRecord:
    return InputRecord(topic="t", partition=0, offset=0, key=None, value=value, headers=headers)


@pytest.mark.parametrize(
    ("sent", "sender"),
    [
        (record(b"{}", ("ce_id", b"1"), ("ce_source", b"//studio")), b"//studio"),
        (record(b'{"specversion": "1.0", "source" : "//studio", "data": {"source": "x"}}'), b"//studio"),
        (record(b'{"source": "//studio'), b"//studio"),
        (record(b"no JSON"), b""),
        (record(None), b""),
        (record(b" " * 5000 + b'{"source": "//late"}'), b""),
        (record(b'{"source": "//a"}', ("ce_source", None)), b"//a"),
    ],
)
def test_who_sent_it_is_what_the_event_says_first(sent: InputRecord, sender: bytes) -> None:
    assert sender_of(sent) == sender


async def served(capacity: int, senders: str) -> str:
    """In which order those have their turn that arrive in this order, while the first of them holds all."""
    turns, order = Turns(capacity), list[str]()
    go = asyncio.Event()

    async def work(sender: str) -> None:
        async with turns.turn(sender.encode()):
            order.append(sender)
            await go.wait()

    tasks = []
    for sender in senders:
        tasks.append(asyncio.create_task(work(sender)))
        await asyncio.sleep(0)
    assert len(order) == min(capacity, len(senders))
    go.set()
    await asyncio.gather(*tasks)
    return "".join(order)


@pytest.mark.parametrize(
    ("capacity", "arrive", "are_served"),
    [
        (1, "nnnnnnq", "nnqnnnn"),
        (2, "nnnnqnrn", "nnnqrnnn"),
        (1, "aabbcc", "aabcbc"),
        (3, "abc", "abc"),
    ],
)
async def test_those_who_wait_have_their_turn_one_sender_after_the_other(
    capacity: int, arrive: str, are_served: str
) -> None:
    assert await served(capacity, arrive) == are_served


async def test_whoever_is_cancelled_takes_no_turn_with_him() -> None:
    """At any moment: before the turn, in the moment it comes, and in it."""
    dice = random.Random(7)
    turns, inside, most = Turns(3), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with turns.turn(b"%d" % dice.randrange(4)):
            inside += 1
            most = max(most, inside)
            try:
                for _ in range(dice.randrange(4)):
                    await asyncio.sleep(0)
            finally:
                inside -= 1

    for _ in range(300):
        tasks = [asyncio.create_task(work()) for _ in range(12)]
        for _ in range(dice.randrange(8)):
            await asyncio.sleep(0)
        for task in dice.sample(tasks, 6):
            task.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks, return_exceptions=True)
    assert (inside, most) == (0, 3)
    async with asyncio.timeout(1), turns.turn(b"a"), turns.turn(b"b"), turns.turn(b"c"):
        pass
