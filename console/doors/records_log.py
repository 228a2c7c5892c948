"""The log of records for outsiders who verify it: `/log/…`, as C2SP tlog-tiles has it, and which logs there are.

A log is at `/log/<topic>/<partition>/`: `checkpoint`, `tile/<level>/<N>`, and where that door is open, too,
`tile/entries/<N>`. Hashes of tiles say nothing of anybody. A leaf says which event has a record, a decision of a person
or a retraction, so leaves are behind a door of their own.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.doors.asking import as_json
from console.doors.parts import Doors, answered
from pipeline.errors import BugError
from pipeline.tile_log import LogFaultError, LogPlace, TileLogs
from pipeline.tile_log.serving import ServedLog
from pipeline.tile_log.tree import TILE_WIDTH, tile_path

__all__ = ["entry_routes", "routes"]

logger = logging.getLogger(__name__)

_LOG: Final = "/log/{topic}/{partition:int}"
_NUMBERED: Final = re.compile(r"((?:x[0-9]{3}/){0,3}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_MOST_LEVELS: Final = 6
_NOT_FOUND: Final = 404
_ANYBODY: Final = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
_FOR_EVER: Final = {**_ANYBODY, "cache-control": "public, max-age=31536000, immutable"}
_NEW: Final = {**_ANYBODY, "cache-control": "public, max-age=1"}
_Endpoint = Callable[[Request], Awaitable[Response]]
_Answer = TypeVar("_Answer", str, bytes)


class _ShownLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log: its name, where it is served, and the keys that its checkpoints are signed with, the present one first."""

    origin: str
    path: str
    keys: tuple[str, ...]


class _Logs:
    """The logs that were asked for, each opened once."""

    def __init__(self, logs: TileLogs) -> None:
        self._logs = logs
        self._served: dict[LogPlace, ServedLog] = {}

    def all(self) -> tuple[_ShownLog, ...]:
        """Which there are."""
        return tuple(
            _ShownLog(
                origin=place.origin,
                path=f"/log/{place.topic}/{place.partition}/",
                keys=tuple(key.vkey(place.origin) for key in self._logs.keys),
            )
            for place in self._logs.places()
        )

    def checkpoint(self, topic: str, partition: int) -> str:
        """The newest checkpoint of a log."""
        return _there(self._read(topic, partition, lambda log: log.checkpoint()))

    def tile(self, topic: str, partition: int, level: int | None, named: str) -> bytes:
        """A tile, by what its path says after the level."""
        found = _NUMBERED.fullmatch(named)
        index = int(found[1].replace("x", "").replace("/", "")) if found else 0
        width = int(found[2] or TILE_WIDTH) if found else 0
        written = f"tile/{'entries' if level is None else level}/{named}"
        if not found or width > TILE_WIDTH or tile_path(level, index, width) != written:
            raise HTTPException(_NOT_FOUND)
        return _there(self._read(topic, partition, lambda log: log.tile(level, index, width)))

    def _read(self, topic: str, partition: int, ask: Callable[[ServedLog], _Answer | None]) -> _Answer | None:
        log = self._log(topic, partition)
        try:
            return None if log is None else ask(log)
        except LogFaultError as error:
            # Without the traceback, which says nothing more.
            logger.warning("A log of records cannot be shown: %s", error)
            raise

    def _log(self, topic: str, partition: int) -> ServedLog | None:
        """A log that there is; what strangers make up is not remembered."""
        try:
            place = self._logs.place(topic, partition)
        except BugError:
            return None
        if place not in self._served:
            if self._logs.store.head(place.named) is None:
                return None
            self._served.setdefault(place, ServedLog(reader=self._logs.reader(place)))
        return self._served[place]


def _there(found: _Answer | None) -> _Answer:
    if found is None:
        raise HTTPException(_NOT_FOUND, "The log has no such thing, or not yet.")
    return found


def routes(doors: Doors) -> Sequence[BaseRoute]:
    """`/log.json`, checkpoints and tiles of hashes; nothing where no log is shown."""
    if doors.logs is None:
        return ()
    logs = _Logs(doors.logs)

    async def which(request: Request) -> Response:
        doors.admit(request)
        return as_json({"logs": await answered(logs.all)}, headers=_NEW)

    async def checkpoint(request: Request) -> Response:
        doors.admit(request)
        note = await answered(logs.checkpoint, *_named(request))
        return Response(note, headers=_NEW, media_type="text/plain")

    return (
        Route("/log.json", which, methods=["GET"]),
        Route(f"{_LOG}/checkpoint", checkpoint, methods=["GET"]),
        Route(f"{_LOG}/tile/{{level:int}}/{{tile:path}}", _tile(doors, logs), methods=["GET"]),
    )


def entry_routes(doors: Doors) -> Sequence[BaseRoute]:
    """Bundles of leaves; nothing where no log is shown."""
    if doors.logs is None:
        return ()
    return (Route(f"{_LOG}/tile/entries/{{tile:path}}", _tile(doors, _Logs(doors.logs)), methods=["GET"]),)


def _tile(doors: Doors, logs: _Logs) -> _Endpoint:
    async def tile(request: Request) -> Response:
        doors.admit(request)
        level = request.path_params.get("level")
        if level is not None and level > _MOST_LEVELS:
            raise HTTPException(_NOT_FOUND)
        topic, partition = _named(request)
        body = await answered(logs.tile, topic, partition, level, request.path_params["tile"])
        return Response(body, headers=_FOR_EVER, media_type="application/octet-stream")

    return tile


def _named(request: Request) -> tuple[str, int]:
    return request.path_params["topic"], request.path_params["partition"]
