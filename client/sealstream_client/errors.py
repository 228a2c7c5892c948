"""What can go wrong with an event before it is with sealstream, by who can mend it."""

__all__ = ["DeliveryError", "EventRefusedError"]


class EventRefusedError(ValueError):
    """A worker would not take the event: it was not sent. Sending it again as it is does not help.

    The message is the reason that a dead letter would give: where, which rule, what belongs there; never a value.
    """


class DeliveryError(Exception):
    """The event, or an asset, did not verifiably arrive. Send it again as it is: what arrived twice counts once."""
