"""Threads that use one store in turns: every order in which their calls may reach it, at will."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from pipeline.store import Location, ObjectHead, ObjectStore
from pipeline.store.port import OpenObject

Trouble = Literal["fail", "lose answer"]
Turn = tuple[int, Trouble | None]
"""Which of those that wait may go on, counted from 0 and round again, and what happens to its call."""

Outcome = TypeVar("Outcome")
Result = TypeVar("Result")
_PATIENCE = 60.0


def take_turns(
    store: ObjectStore, jobs: Sequence[Callable[[ObjectStore], Outcome]], turns: Sequence[Turn]
) -> list[Outcome]:
    """Run each job in a thread, where its calls of the store wait for their turns; when these run out, in order.

    A turn lets one call through. Jobs must deal with `WorldError`, which a call in trouble raises.
    """
    waiting: queue.SimpleQueue[_Turns | None] = queue.SimpleQueue()
    outcomes: dict[int, Outcome] = {}
    seats = [_Turns(store, waiting) for _ in jobs]

    def run(number: int) -> None:
        try:
            outcomes[number] = jobs[number](seats[number])
        finally:
            waiting.put(None)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    remaining, running, ready = list(turns), len(jobs), list[_Turns]()
    while running:
        while len(ready) < running:
            arrived = waiting.get(timeout=_PATIENCE)
            if arrived is None:
                running -= 1
            else:
                ready.append(arrived)
        if ready:
            ready.sort(key=seats.index)
            number, trouble = remaining.pop(0) if remaining else (0, None)
            ready.pop(number % len(ready)).go.put(trouble)
    for thread in threads:
        thread.join(_PATIENCE)
    return [outcomes[number] for number in range(len(jobs))]


class _Turns(ObjectStore):
    """One job's door to the store."""

    def __init__(self, store: ObjectStore, waiting: "queue.SimpleQueue[_Turns | None]") -> None:
        self._store = store
        self._waiting = waiting
        self.go: queue.SimpleQueue[Trouble | None] = queue.SimpleQueue()

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        return self._in_turn(lambda: self._store._create(location, body, media_type, metadata))

    def _open(self, location: Location) -> OpenObject | None:
        return self._in_turn(lambda: self._store._open(location))

    def _head(self, location: Location) -> ObjectHead | None:
        return self._in_turn(lambda: self._store._head(location))

    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        return self._in_turn(lambda: self._store._list_keys(bucket, prefix, limit))

    def _in_turn(self, call: Callable[[], Result]) -> Result:
        self._waiting.put(self)
        trouble = self.go.get(timeout=_PATIENCE)
        if trouble == "fail":
            raise ConnectionRefusedError
        result = call()
        if trouble == "lose answer":
            raise ConnectionResetError
        return result
