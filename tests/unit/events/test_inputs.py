"""What a publication event says of its content's origin."""

from typing import Final

import msgspec
import pytest

from pipeline.events.inputs import Declaration, PublicationEvent, PublishedContent
from pipeline.events.outputs import Declared, EventReference

GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def publication(content: dict[str, object], declaration: dict[str, object]) -> PublicationEvent:
    return PublicationEvent(
        uid="0" * 64,
        reference=EventReference(source="s", id="1", type="sealstream.publication.v1", time=None),
        digest="0" * 64,
        content=msgspec.convert({"id": "a", "mime": "text/plain", "text": "x", **content}, PublishedContent),
        declaration=msgspec.convert(declaration, Declaration),
        facts={},
    )


@pytest.mark.parametrize(
    ("synthetic", "value", "declared"),
    [
        ("yes", "ai", "ai"),
        ("yes", "unknown", "ai"),
        ("yes", None, "ai"),
        ("unknown", "ai", "ai"),
        (None, "ai", "ai"),
        ("no", "not_ai", "human"),
        ("no", "unknown", "human"),
        ("no", None, "human"),
        ("unknown", "not_ai", "human"),
        (None, "not_ai", "human"),
        ("unknown", "unknown", "unknown"),
        ("unknown", None, "unknown"),
        (None, "unknown", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_declared_origin(synthetic: str | None, value: str | None, declared: Declared) -> None:
    content: dict[str, object] = {} if synthetic is None else {"synthetic": synthetic}
    declaration: dict[str, object] = {} if value is None else {"value": value}
    assert publication(content, declaration).declared == declared


@pytest.mark.parametrize(
    ("content", "declaration"),
    [
        ({"synthetic": "yes"}, {"value": "not_ai"}),
        ({"synthetic": "no"}, {"value": "ai"}),
        ({"synthetic": "no", "digital_source_type": GENERATED}, {"value": "not_ai"}),
    ],
)
def test_where_parts_of_the_event_contradict_each_other_ai_wins(
    content: dict[str, object], declaration: dict[str, object]
) -> None:
    assert publication(content, declaration).declared == "ai"


def test_that_a_declaration_was_made_says_nothing_of_what_it_says() -> None:
    assert publication({}, {"made": True}).declared == "unknown"


def test_a_generative_digital_source_type_declares_ai() -> None:
    assert publication({"digital_source_type": GENERATED}, {}).declared == "ai"
