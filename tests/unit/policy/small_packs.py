"""Small laws to try policy on."""

from datetime import date
from typing import Any, Final

from pipeline.policy.pack import Article, Pack, Rule

A_DAY: Final = date(2023, 1, 10)


def article(number: str, **changes: Any) -> Article:
    """An article that binds providers and always applies."""
    members: dict[str, Any] = {
        "article": number,
        "duty": f"Duty {number}.",
        "binds": ("provider",),
        "product": ("enforces",),
        "how": f"How {number}.",
    }
    return Article(**{**members, **changes})


def rule(rule_id: str, **changes: Any) -> Rule:
    """A rule on Art. 9: what is published has to be no news, or is held."""
    members: dict[str, Any] = {
        "id": rule_id,
        "article": "9",
        "kind": "test",
        "binds": ("provider",),
        "on": ("publish.requested",),
        "must": "!content.is_news",
        "severity": "high",
        "action": "hold",
        "on_unknown": "alert",
        "valid_from": A_DAY,
        "citation": "No law, Art. 9",
        "text": "It is news.",
        "remedy": "Send something else.",
    }
    return Rule(**{**members, **changes})


def pack(*rules: Rule, articles: tuple[Article, ...] = (), **changes: Any) -> Pack:
    """A Chinese law with these rules, and with the articles they cite unless others are given."""
    members: dict[str, Any] = {
        "name": "small-law",
        "version": "1.0.0",
        "title": "A small law",
        "jurisdiction": "CN",
        "time_zone": "Asia/Shanghai",
        "articles": articles
        or tuple(article(number) for number in dict.fromkeys(given_rule.article for given_rule in rules)),
        "rules": rules,
    }
    return Pack(**{**members, **changes})
