"""Assets made of characters: whether bytes are a text, and which kind, as far as a text tells that itself."""

import codecs
import re
from typing import Final

import orjson

from pipeline.media_types import FORMATS

__all__ = ["BYTE_ORDER_MARKS", "character_type"]

BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Longer ones first, where one begins with another."""

_LOOKED_AT: Final = 64 * 1024
"""So many bytes at the start show whether it is a text."""

_BEFORE_ROOT: Final = 16 * 1024
_LONGEST_JSON: Final = 8 * 2**20

_NOT_IN_TEXT: Final = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Control characters that no text has (as the WHATWG's MIME sniffing counts them)."""

_PROLOGUE: Final = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_ROOT: Final = re.compile(r"\s*<(?:[\w.-]{1,64}:)?([\w.-]{1,64})[\s/>]")
_HTML: Final = re.compile(r"\s*(?:<!DOCTYPE\s+html|<html[\s>])", re.IGNORECASE)
_MOST_STEPS: Final = 64


def character_type(body: bytes, claimed: str | None) -> str | None:
    """The media type of an asset that is made of characters; None where it is not.

    A claim of text stands for whatever is written: a page of HTML or a JSON object sent as plain text is to be read as
    such. Only a claim of something that no text can be, or none at all, is answered by what the text looks like.

    Args:
        body: the asset.
        claimed: the canonical media type that is claimed for it, if any.
    """
    claims_text = claimed is not None and (claimed.startswith("text/") or _is_text(claimed))
    if claims_text and claimed != _DRAWING:
        return claimed if _readable(body) is not None or not _has_nul(body) else None
    text = _readable(body)
    if text is None:
        return None
    looks = _looks_like(body, text)
    if claimed is None or claimed == looks:
        return looks
    is_known = claimed in FORMATS
    return looks if is_known else claimed


_DRAWING: Final = "image/svg+xml"


def _is_text(media_type: str) -> bool:
    known = FORMATS.get(media_type)
    return known is not None and known.is_text


def _has_nul(body: bytes) -> bool:
    return b"\x00" in body[:_LOOKED_AT]


def _readable(body: bytes) -> str | None:
    """The beginning of a text, or all of a short one; None of bytes that are no text in UTF-8, UTF-16 or UTF-32."""
    head = body[:_LOOKED_AT]
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) == len(body))
    except UnicodeDecodeError:
        return None
    return None if not text or _NOT_IN_TEXT.search(text) else text


def _looks_like(body: bytes, text: str) -> str:
    root = _root(text[:_BEFORE_ROOT])
    if root == "svg":
        return _DRAWING
    if _HTML.match(text):
        return "text/html"
    if root is not None and text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        return "application/xhtml+xml" if root == "html" else "application/xml"
    return "application/json" if _is_json(body) else "text/plain"


def _root(text: str) -> str | None:
    """The local name of the first element, behind declarations, comments and a document type."""
    at = 1 if text.startswith("\ufeff") else 0
    for _ in range(_MOST_STEPS):
        before = _PROLOGUE.match(text, at)
        if before is None:
            break
        at = before.end()
    element = _ROOT.match(text, at)
    return None if element is None else element.group(1).lower()


def _is_json(body: bytes) -> bool:
    if len(body) > _LONGEST_JSON or body[:64].lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True
