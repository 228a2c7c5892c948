"""What an order of an authority puts into the service registry, so that every worker goes by it from then on."""

import msgspec

__all__ = ["OrderedService", "ServiceOrder"]


class OrderedService(msgspec.Struct, frozen=True, kw_only=True):
    """What the order says of the service with this id."""

    id: str
    suspended_by_order: bool = True


class ServiceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the service registry beside that of the service itself, which stays what it is."""

    id: str
    version: int
    service: OrderedService
