"""Whether a text is the one that its claim was made for (C2PA 2.4 §15.12.1.3).

The procedure is the specification's: the claim's data hash leaves out exactly the run that the manifest was found in,
and what is left without that run, brought to NFC, has the hash that the claim has. So a text that was stored in another
normal form in between is still the same text, as long as the run did not move. If it did, the text decides what that is
called: a mismatch where it is another one, malformed where only the place is wrong.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pipeline.credentials.data_hash import BadBindingError, DataHash, Exclusion, data_hash_of
from pipeline.credentials.report import Details
from pipeline.credentials.text.wrapper import Wrapper

__all__ = ["judged", "normalised", "text_digest"]

_LABEL: Final = "c2pa.hash.data"
_MATCH: Final = "assertion.dataHash.match"
_MISMATCH: Final = "assertion.dataHash.mismatch"
_MALFORMED: Final = "assertion.dataHash.malformed"
_UNSUPPORTED: Final = "algorithm.unsupported"

_REPLACED: Final = frozenset({_MATCH, _MISMATCH, _MALFORMED})

_EXPLANATIONS: Final[Mapping[str, str]] = {
    _MATCH: "the text without its manifest has the hash that was signed",
    _MISMATCH: "the text without its manifest has another hash than was signed",
    _MALFORMED: "what the data hash leaves out is not the manifest in this text, or the text cannot be hashed",
    _UNSUPPORTED: "the data hash uses an algorithm that C2PA does not allow",
}

_LONGEST_STACK: Final = 256
"""Combining characters in a row that are put in order: the time that takes grows with their square."""


def text_digest(text: bytes) -> bytes:
    """SHA-256 of a text in NFC.

    Raises:
        UnicodeDecodeError, ValueError: it is no UTF-8, or none that can be normalised in reasonable time.
    """
    return hashlib.sha256(normalised(text.decode()).encode()).digest()


def judged(report: bytes, details: bytes, text: bytes, wrapper: Wrapper, *, bound_by: str | None = None) -> bytes:
    """The library's report on a manifest, with what became of its hard binding in the text it was found in.

    Args:
        report: the library's JSON report.
        details: the same in crJSON.
        text: the whole text.
        wrapper: the run in it that carries the manifest.
        bound_by: label of the manifest with the hard binding, where that is not the active one: of an update it is the
            one before it.

    Raises:
        msgspec.MsgspecError: the manifest says things that no claim generator should.
    """
    answer: dict[str, Any] = msgspec.json.decode(report)
    label = bound_by or answer["active_manifest"]
    code = _judgement(details, label, text, wrapper)
    results = answer.setdefault("validation_results", {})
    active = results.setdefault("activeManifest", {})
    for outcome in ("success", "informational", "failure"):
        active[outcome] = [status for status in active.get(outcome, ()) if status["code"] not in _REPLACED]
    url = f"self#jumbf=/c2pa/{label}/c2pa.assertions/{_LABEL}"
    status = {"code": code, "url": url, "explanation": _EXPLANATIONS[code]}
    active["success" if code == _MATCH else "failure"].append(status)
    answer.pop("validation_status", None)
    answer["validation_state"] = validation_state(results)
    return msgspec.json.encode(answer)


def validation_state(results: Mapping[str, Any]) -> str:
    """The state that validation results amount to (C2PA 2.4 §14.3.5 and §14.3.6): the rule that the library follows."""
    active = results["activeManifest"]
    successes = {status["code"] for status in active.get("success", ())}
    failures = {status["code"] for status in active.get("failure", ())}
    for delta in results.get("ingredientDeltas") or ():
        failures |= {status["code"] for status in delta["validationDeltas"].get("failure", ())}
    if not {"claimSignature.validated", "claimSignature.insideValidity"} <= successes:
        return "Invalid"
    if failures - {"signingCredential.untrusted"}:
        return "Invalid"
    return "Trusted" if not failures and "signingCredential.trusted" in successes else "Valid"


def _judgement(details: bytes, label: str, text: bytes, wrapper: Wrapper) -> str:
    try:
        binding = data_hash_of(msgspec.json.decode(details, type=Details).of(label))
        return _fit(binding, text, wrapper)
    except BadBindingError as bad:
        return bad.code
    except ValueError:  # no text, or none that can be normalised
        return _MALFORMED


def _fit(binding: DataHash, text: bytes, wrapper: Wrapper) -> str:
    stops = [
        stop
        for stop in (wrapper.stop, wrapper.filled_stop)
        if binding.exclusions == (Exclusion(wrapper.start, stop - wrapper.start),)
    ]
    stop = stops[0] if stops else wrapper.filled_stop
    body = text[: wrapper.start] + text[stop:]
    if not binding.fits_any([[normalised(body.decode()).encode()]]):
        return _MISMATCH
    return _MATCH if stops else _MALFORMED


def normalised(text: str) -> str:
    """A text in NFC.

    Raises:
        ValueError: that would take unreasonably long.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    stacks = bytes(map(unicodedata.combining, text)).split(b"\x00")
    if max(map(len, stacks)) > _LONGEST_STACK:
        raise ValueError
    return unicodedata.normalize("NFC", text)
