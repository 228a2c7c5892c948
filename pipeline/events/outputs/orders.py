"""What an order of an authority puts into the service registry, so that every worker goes by it from then on."""

import msgspec

__all__ = ["OrderedService", "ServiceOrder"]


class OrderedService(msgspec.Struct, frozen=True, kw_only=True):
    """What the order says of the service with this id."""

    id: str
    suspended_by_order: bool = True


class ServiceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the service registry beside that of the service itself, which stays what it is.

    Attributes:
        id: follows from the case of the order.
        version: of the entry, one more than that of the case: entries of version 1 do not say what the order suspends.
        service: which one.
        order: what it suspends, by the kind of the order.
    """

    id: str
    version: int
    service: OrderedService
    order: str
