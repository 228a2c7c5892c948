"""Policy packs: one law as data, its articles and the rules that check them."""

from datetime import date
from typing import Final, Literal, get_args

import msgspec

from pipeline.events.outputs import Action, PackReference, Severity
from pipeline.policy.words import Words

__all__ = [
    "ALL_ROLES",
    "EVERYWHERE",
    "REGISTERED",
    "Article",
    "Basis",
    "Binds",
    "CaseKind",
    "ClockRule",
    "Pack",
    "Product",
    "RegisteredKind",
    "Role",
    "Rule",
    "Stops",
]

Role = Literal["provider", "technical_supporter", "user", "platform", "app_store", "deployer", "licensee"]
"""What somebody is in the eyes of the law (Deep Synthesis Provisions Art. 23 and the other laws' own words)."""

Binds = Literal[
    "provider",
    "technical_supporter",
    "user",
    "platform",
    "app_store",
    "deployer",
    "licensee",
    "industry",
    "authority",
]
"""Whom an article binds: a role, or somebody who is never judged here."""

Product = Literal["enforces", "marks", "detects", "records", "reports", "people"]
"""What the product does about an article; `people`: it leaves it to them."""

Basis = Literal["read", "secondary", "memory"]
"""How well a source was read: the text itself, a secondary source that quotes it, or from memory."""

CaseKind = Literal[
    "complaint", "incident", "order", "takedown", "appeal", "licence", "emergency", "alert", "enforcement"
]
"""What a case is: something that somebody has to do something about, in time."""

RegisteredKind = Literal[
    "service",
    "model",
    "training_set",
    "feature_database",
    "app",
    "certificate",
    "consent",
    "news_source",
]
"""What is registered in a reference set, and has duties that come again or expire."""

REGISTERED: Final[frozenset[str]] = frozenset(get_args(RegisteredKind))

ALL_ROLES: Final[frozenset[Role]] = frozenset(get_args(Role))

EVERYWHERE: Final = "*"
"""The jurisdiction of a pack that applies wherever a service is offered, or where nobody says."""


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """What one article of the law demands, in our own words, and what the product does about it.

    `applies` is a condition over facts: for which services and content the article matters. `basis` says how well its
    source was read.
    """

    article: str
    basis: Basis = "read"
    duty: Words
    binds: tuple[Binds, ...]
    applies: str = "true"
    product: tuple[Product, ...]
    how: Words
    left_to_people: Words = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One checkable demand: `must` has to hold wherever `when` does.

    Attributes:
        binds: whose duty it is; the rule is used where the operator holds one of these roles.
        on: the event types it is about.
        seen: the observations it is about, by name; where there are some it is asked once for each of them that was
            made, and not at all without one.
        kind: the alert kind of its findings.
        on_unknown: what to do where missing facts leave it open.
        valid_from: first day in force, at the jurisdiction's time.
        valid_to: last day in force; None while there is none.
        basis: how well the rule's source was read: the text itself, a secondary source, or from memory.
        text: what is wrong when it is violated, for a person.
        remedy: what would mend it.
        severity: how grave a violation is; None where the observation says it.
        counts_against_user: a violation climbs the ladder of the account, where it was the user who acted.
        retracts: a violation retracts what was decided about the bytes that the event names, and blocks them from then
            on.
        mended_by: what the product can put on an asset so that the rule holds.
        second_eyes: one person alone does not decide about what it found.
    """

    id: str
    article: str
    kind: str
    binds: tuple[Role, ...]
    on: tuple[str, ...]
    seen: tuple[str, ...] = ()
    when: str = "true"
    must: str = "false"
    severity: Severity | None = None
    action: Action
    on_unknown: Action
    valid_from: date
    valid_to: date | None = None
    citation: Words
    basis: Basis = "read"
    text: Words
    remedy: Words
    counts_against_user: bool = False
    retracts: bool = False
    mended_by: Literal["explicit-label"] | None = None
    second_eyes: bool = False


class Stops(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock stands still for: from the one instant until the other, both facts."""

    since: str
    until: str


class ClockRule(msgspec.Struct, frozen=True, kw_only=True):
    """How long the law gives for something: when the time begins, how long it is, and what ends it.

    Attributes:
        binds: whose duty it is; the clock runs where the operator holds one of these roles.
        on: the kind of case it runs on, or of what is registered.
        when: for which of these cases, as a condition over the facts of the case.
        starts: the fact that says when the time begins.
        ends: the facts that say that it was done; the clock is met when all of them are there. Where one is `starts`
            itself, a newer date of it ends the clock and begins the next one.
        length: how long, as `pipeline.policy.lengths` reads it.
        published: where the length is `published`: the fact that says until when.
        calendar: the calendar of working days, where the length is counted in these.
        time_zone: of the law, where it is not that of its pack.
        warn: at which shares of the time to warn, such as `50%`.
        stops: what it stands still for.
        grace: how long after the time is up it counts as missed; None for at once.
        first: how long after the entry became known, while there is no date that the time begins with; None for never.
        valid_from: first day it is the law; it counts for what begins on that day or later.
        valid_to: last day; None while there is none.
        text: what a miss means, for a person.
        remedy: what to do then.
        document: what the law wants to be written, sent or kept.
        kind: the alert kind of a miss.
    """

    id: str
    article: str
    kind: str
    binds: tuple[Role, ...]
    on: CaseKind | RegisteredKind
    when: str = "true"
    starts: str
    ends: tuple[str, ...]
    length: str
    published: str | None = None
    calendar: str | None = None
    time_zone: str | None = None
    warn: tuple[str, ...] = ()
    stops: Stops | None = None
    grace: str | None = None
    first: str | None = None
    severity: Severity
    valid_from: date
    valid_to: date | None = None
    citation: Words
    basis: Basis = "read"
    text: Words
    remedy: Words
    document: Words


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """One law: where it applies, its articles, its rules and its clocks.

    Attributes:
        jurisdiction: where it is law, or `*`.
        except_in: jurisdictions where a pack for everywhere steps back, since the law there says the same.
        time_zone: where the days of its rules begin and end (IANA name).
        source: where the law is published.
    """

    name: str = msgspec.field(name="pack")
    version: str
    title: Words
    jurisdiction: str
    except_in: tuple[str, ...] = ()
    time_zone: str = "UTC"
    source: str | None = None
    articles: tuple[Article, ...] = ()
    rules: tuple[Rule, ...] = ()
    clocks: tuple[ClockRule, ...] = ()

    @property
    def reference(self) -> PackReference:
        """How outputs name this pack."""
        return PackReference(name=self.name, version=self.version)
