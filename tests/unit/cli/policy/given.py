"""Packs, examples and events for the policy commands."""

from collections.abc import Callable
from typing import Any

Answer = Callable[..., Any]
"""The same for a command that succeeds and answers with JSON."""

RULES = """
  - id: small.{name}.news
    article: "9"
    kind: test
    binds: [provider]
    on: [publish.requested]
    must: "{must}"
    severity: high
    action: {action}
    on_unknown: alert
    valid_from: 2023-01-10
    citation: No law, Art. 9
    text: It is news.
    remedy: Send something else.
"""

PACK = """\
pack: {name}
version: {version}
title: A small law
jurisdiction: CN
time_zone: Asia/Shanghai
articles:
  - article: "9"
    duty: Publish no news.
    binds: [provider]
    applies: "true"
    product: [enforces]
    how: News is held.
rules:{rules}"""

EXAMPLES = """\
pack: small-law
base: {jurisdictions: [CN]}
examples:
  - rule: small.law.news
    event_type: publish.requested
    pass: {content.is_news: false}
    violation: {content.is_news: true}
    unknown: {content.is_news: null}
"""


def publication(event_id: str = "1", **data: Any) -> dict[str, Any]:
    """A publication in China, as a structured CloudEvent."""
    content = {"id": "a", "mime": "text/plain", "text": "Words.", **data.pop("content", {})}
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "/studio",
        "type": "sealstream.publication.v1",
        "time": "2026-06-01T11:59:00Z",
        "data": {"jurisdictions": ["CN"], **data, "content": content},
    }
