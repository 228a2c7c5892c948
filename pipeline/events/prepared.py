"""Types that bytes are read into, made ready before threads read them.

msgspec works out how to read a type when it is asked to for the first time, and keeps that with the type before it is
complete. Another thread that reads the same type in that moment finds half of it, and the process dies (msgspec 0.22).
"""

import msgspec

__all__ = ["prepare"]


def prepare(*types: type) -> None:
    """Have msgspec work out how these types are read, now; for modules to call while they are imported."""
    for struct in types:
        msgspec.json.Decoder(struct)
