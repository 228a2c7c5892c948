"""As much of DER as the answers of time-stamp authorities need."""

__all__ = ["der_contents"]


def der_contents(der: bytes, tag: int) -> tuple[bytes, bytes] | None:
    """The contents of the first element, and what follows it; None where there is no such element."""
    if len(der) < 2 or der[0] != tag:  # noqa: PLR2004 (tag and length)
        return None
    length, start = der[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(der[2 : 2 + count], "big"), 2 + count
    end = start + length
    return (der[start:end], der[end:]) if end <= len(der) else None
