"""The public doors over a house, and a browser before them."""

from typing import Any

from starlette.testclient import TestClient

from agents.door_settings import DoorSettings
from console.doors.app import doors_application
from console.doors.complaining import Complaints
from console.doors.parts import Doors
from tests.unit.usecases.public_house import PublicHouse

__all__ = ["browser", "doors_of"]


def doors_of(public: PublicHouse, complaints: Complaints | None = None, **settings: Any) -> Doors:
    """The doors as settings have them."""
    generous = {"requests_a_minute": 100_000, "uploads_a_minute": 100_000}
    return Doors.of(DoorSettings(**{**generous, **settings}), public.resolution, public.verification, complaints)


def browser(public: PublicHouse, complaints: Complaints | None = None, **settings: Any) -> TestClient:
    """Asks what the doors answer."""
    return TestClient(doors_application(doors_of(public, complaints, **settings)), base_url="http://127.0.0.1:8788")
