"""What the CloudEvents SDKs of four languages send, as they made it: taken, or refused with the way to mend it.

`make outsiders` lets them make it anew (`tests/outsiders/producers/record`).
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.errors import EnvelopeError
from pipeline.events.inputs import GenerationEvent
from pipeline.events.intake import intake_generation

ROOT = Path(__file__).parents[2]
RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "producers" / "recorded.json").read_text())
TEXT_AS_IT_IS = ("python2", "javascript")
"""Which send text in binary mode as it is, so that JSON which somebody made before arrives as JSON."""

NAMES = {"python1": "Python", "python2": "Python", "javascript": "JavaScript", "go": "Go", "java": "Java"}


class Case(NamedTuple):
    """One way to call an SDK, and what came of it."""

    sdk: str
    version: str
    way: str
    mode: str
    message: dict[str, Any]


def cases() -> Iterator[Case]:
    for sdk in RECORDED["sdks"]:
        for message in sdk["messages"]:
            yield Case(sdk["sdk"], sdk["version"], message["way"], message["mode"], message)


CASES = {f"{case.sdk}-{case.way}-{case.mode}": case for case in cases()}


def taken(message: dict[str, Any]) -> GenerationEvent:
    headers = [(name, base64.b64decode(text)) for name, text in message["headers"]]
    return intake_generation(base64.b64decode(message["value"]), headers)


def outcome(case: Case) -> str:
    """What the documents say of it."""
    if "refused" in case.message:
        return f"the SDK refuses: `{case.message['refused']}`"
    try:
        taken(case.message)
    except EnvelopeError as error:
        return f"refused: {error.what}"
    return "taken"


@pytest.mark.parametrize("name", list(CASES))
def test_data_as_an_object_or_as_bytes_is_taken_and_says_the_same_from_every_sdk(name: str) -> None:
    case = CASES[name]
    if "refused" in case.message:
        assert (case.sdk, case.way, case.mode) == ("python1", "bytes", "binary")
        return
    if case.way == "string" and not (case.mode == "binary" and case.sdk in TEXT_AS_IT_IS):
        with pytest.raises(EnvelopeError, match=r"not (an )?object"):
            taken(case.message)
        return
    ours = intake_generation((ROOT / "samples" / "events" / "generation.json").read_bytes(), [])
    event = taken(case.message)
    assert (event.uid, event.digest, event.content) == (ours.uid, ours.digest, ours.content)


def table() -> str:
    """The matrix as it is in the documents."""
    rows = ["| SDK | data given as | binary mode | structured mode |", "|---|---|---|---|"]
    for sdk, version, way in dict.fromkeys((case.sdk, case.version, case.way) for case in CASES.values()):
        cells = [outcome(CASES[f"{sdk}-{way}-{mode}"]) for mode in ("binary", "structured")]
        rows.append(f"| {NAMES[sdk]} {version} | {way} | {' | '.join(cells)} |")
    return "\n".join(rows)


def test_the_documents_have_the_matrix_of_what_was_recorded() -> None:
    page = (ROOT / "docs" / "producers.md").read_text(encoding="utf-8")
    assert table() in page, table()
    assert RECORDED["on"] in page
