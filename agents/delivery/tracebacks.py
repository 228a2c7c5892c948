"""Tracebacks fit for a log: where it happened, never with what.

The message of an exception that we did not write may quote what it choked on. Only classes and places are kept.
"""

import traceback

__all__ = ["without_content"]


def without_content(error: BaseException) -> str:
    """Describe an exception and its causes by class and place, one line each."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}, raised")
        frames = traceback.extract_tb(current.__traceback__)
        lines.extend(f"  at {frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if current is not None:
            lines.append("because of")
    return "\n".join(lines)
