"""What the public doors are put together from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from agents.door_settings import DoorSettings
from console.doors.access import AccessTokens
from console.doors.complaining import Complaints
from console.doors.limits import Allowance, UploadGate, address_of
from pipeline.tile_log import TileLogs
from pipeline.usecases.resolving import Resolution
from pipeline.usecases.verifying import Verification

__all__ = ["Doors", "answered"]

Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The parts of the doors.

    Args:
        settings: which are open, and how much they take.
        resolution: finds manifests.
        verification: finds out about files.
        requests: how often an address may ask.
        uploads: how often it may send a file.
        gate: how many files there are at once.
        complaints: takes complaints; None where nobody does.
        trouble: why answers cannot be relied on now; None where they can.
        logs: the logs of records; None where none is shown.
        tokens: checks who may ask the Soft Binding API; None where everybody may.
    """

    settings: DoorSettings
    resolution: Resolution
    verification: Verification
    requests: Allowance
    uploads: Allowance
    gate: UploadGate
    complaints: Complaints | None = None
    trouble: Callable[[], str | None] = lambda: None
    logs: TileLogs | None = None
    tokens: AccessTokens | None = None

    @classmethod
    def of(
        cls,
        settings: DoorSettings,
        resolution: Resolution,
        verification: Verification,
        complaints: Complaints | None = None,
        trouble: Callable[[], str | None] = lambda: None,
        logs: TileLogs | None = None,
    ) -> "Doors":
        """The doors as the settings have them.

        Raises:
            OperatorError: they say half of which tokens are asked for.
        """
        return cls(
            settings=settings,
            resolution=resolution,
            verification=verification,
            requests=Allowance(a_minute=settings.requests_a_minute),
            uploads=Allowance(a_minute=settings.uploads_a_minute),
            gate=UploadGate(
                at_once=settings.uploads_at_once,
                most_bytes=settings.max_upload_bytes,
                seconds=settings.upload_seconds,
            ),
            complaints=complaints,
            trouble=trouble,
            logs=logs,
            tokens=AccessTokens.of(settings) if settings.is_open("resolution") else None,
        )

    def admit(self, request: Request, *, with_file: bool = False) -> None:
        """Let somebody ask.

        Raises:
            HTTPException: the address has asked too often; 429.
        """
        address = address_of(request)
        self.requests.take(address)
        if with_file:
            self.uploads.take(address)

    async def admit_client(self, request: Request, *, with_file: bool = False) -> None:
        """Let a client of the Soft Binding API ask, who has to say who it is where that is wanted.

        Raises:
            HTTPException: as above; and 401, 403 or 503 over its access token.
        """
        self.admit(request, with_file=with_file)
        if self.tokens is not None:
            await self.tokens.require(request)


async def answered(ask: Callable[Asked, Answer], *asked: Asked.args, **named: Asked.kwargs) -> Answer:
    """Ask what waits for stores and children, in a thread of its own."""
    return await run_in_threadpool(ask, *asked, **named)
