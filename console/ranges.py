"""Parts of an answer: players ask for the part of a file that they are about to play."""

import re
from typing import Final

from starlette.responses import Response

__all__ = ["ranged"]

_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_PART: Final = 206
_BEYOND: Final = 416


def ranged(body: bytes, asked: str | None, headers: dict[str, str], media_type: str) -> Response:
    """The bytes, or the one part of them that a `Range` header asks for; several parts are answered with the whole."""
    headers = {**headers, "accept-ranges": "bytes"}
    found = _RANGE.fullmatch(asked or "")
    first, last = (found[1], found[2]) if found else ("", "")
    if not first and not last:
        return Response(body, headers=headers, media_type=media_type)
    begin = int(first) if first else max(len(body) - int(last), 0)
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if begin > end:
        return Response(b"", _BEYOND, {**headers, "content-range": f"bytes */{len(body)}"})
    headers["content-range"] = f"bytes {begin}-{end}/{len(body)}"
    return Response(body[begin : end + 1], _PART, headers, media_type)
