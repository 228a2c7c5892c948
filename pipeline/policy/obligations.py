"""The three steps in which the Deep Synthesis Provisions are applied, as a table of duties.

1. Does the service use deep synthesis, and which of the six technologies (Art. 23)?
2. Which regulated entity is it: its role, and what about it matters to the law?
3. Which duties follow, article by article, from these and from the other laws that apply?

Whatever was not said is unknown: a duty then *depends*, and its row names what would settle it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from pipeline.events.outputs import PackReference
from pipeline.policy.conditions import Bound, bind, compile_condition
from pipeline.policy.pack import EVERYWHERE, Article, Binds, Pack, Product, Role, Rule
from pipeline.policy.places import laws_reaching, lies_in
from pipeline.policy.vocabulary import Facts, FactValue, vocabulary
from pipeline.policy.words import ENGLISH, Language, chosen

__all__ = [
    "CATEGORIES",
    "PROVISIONS",
    "ROLES",
    "Asked",
    "Category",
    "DeepSynthesis",
    "Entity",
    "Obligation",
    "ObligationStanding",
    "Obligations",
    "obligations",
]

ObligationStanding = Literal["applies", "depends", "does-not-apply", "not-in-force"]
Answer = Literal["yes", "no", "unknown"]

PROVISIONS: Final = "cn-deep-synthesis-2023"
"""The pack of the Deep Synthesis Provisions, whose duties follow only from a yes in step 1."""


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One of the technologies that Art. 23 of the Provisions lists."""

    number: int
    name: str
    title: str


CATEGORIES: Final = (
    Category(number=1, name="text", title="text: chapters, style, question and answer"),
    Category(number=2, name="voice", title="voice: speech from text, voice conversion, voice attributes"),
    Category(number=3, name="audio", title="audio other than voice: music, ambient sound"),
    Category(number=4, name="biometric", title="faces, gestures and other biometric features in images and video"),
    Category(number=5, name="image-video", title="other images and video: generation, enhancement, restoration"),
    Category(number=6, name="virtual", title="digital characters and virtual scenes: reconstruction, simulation"),
)

ROLES: Final[Mapping[Role, str]] = {
    "provider": "offers the service to others",
    "technical_supporter": "gives a provider the technology",
    "user": "makes, copies, publishes or spreads content with the service",
    "platform": "spreads content that others bring",
    "app_store": "distributes applications",
    "deployer": "uses an AI system under its own authority",
    "licensee": "uses the system under the provider's licence",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that duties turn on, what was said of it (None: nothing), and which duties those are."""

    fact: str
    value: FactValue | None
    description: str
    articles: tuple[str, ...]


class DeepSynthesis(msgspec.Struct, frozen=True, kw_only=True):
    """Step 1: whether it is deep synthesis, why, and what else is known of the content."""

    answer: Answer
    category: Category | None
    because: str
    asked: tuple[Asked, ...]


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """Step 2: the roles, none meaning any, and what is known of the service."""

    roles: tuple[Role, ...]
    asked: tuple[Asked, ...]


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """Step 3, one row: a duty and how it stands.

    Attributes:
        missing: the facts that would settle a duty that depends.
        because: why it does not apply, for a person; None where it may.
        rules: ids of the rules that check it and bind one of the roles.
        in_force_from: its first day, at the jurisdiction's time; None where no rule dates it.
    """

    pack: PackReference
    law: str
    jurisdiction: str
    article: str
    duty: str
    binds: tuple[Binds, ...]
    standing: ObligationStanding
    missing: tuple[str, ...]
    because: str | None
    product: tuple[Product, ...]
    how: str
    left_to_people: str
    rules: tuple[str, ...]
    in_force_from: date | None


class Obligations(msgspec.Struct, frozen=True, kw_only=True):
    """The three steps, and for where and when they were taken."""

    jurisdictions: tuple[str, ...]
    at: datetime | None
    deep_synthesis: DeepSynthesis
    entity: Entity
    rows: tuple[Obligation, ...]


def obligations(
    packs: Sequence[Pack],
    *,
    facts: Facts,
    roles: Collection[Role] = (),
    jurisdictions: Sequence[str] = (),
    at: datetime | None = None,
    language: Language = ENGLISH,
) -> Obligations:
    """Take the three steps.

    Args:
        packs: the laws; those of other jurisdictions are left out.
        facts: what is known of the service and its content.
        roles: the roles it has; none means that every role is shown.
        jurisdictions: where it is offered; none means anywhere.
        at: the day asked about, with time zone; None for every law there is, in force or not.
        language: what the words of the laws are in, where a pack has them in it.
    """
    known: dict[str, FactValue] = dict(facts)
    step_1 = _deep_synthesis(known)
    if step_1.answer == "yes":
        # Every technology of Art. 23 makes or changes content.
        known["content.synthetic"] = "yes"
    if jurisdictions:
        known["jurisdictions"] = tuple(jurisdictions)
    held = frozenset(roles)
    laws = [pack for pack in packs if _is_law_in(pack, jurisdictions)]
    bound = bind(known)
    asked = _asked(laws, held, known)
    return Obligations(
        jurisdictions=tuple(jurisdictions),
        at=at,
        deep_synthesis=msgspec.structs.replace(
            step_1,
            asked=tuple(
                question for question in asked if question.fact.startswith("content.") and question.fact not in _STEP_1
            ),
        ),
        entity=Entity(
            roles=tuple(role for role in ROLES if role in held),
            asked=tuple(question for question in asked if not question.fact.startswith("content.")),
        ),
        rows=tuple(
            _in_language(pack, article, language, _obligation(pack, article, held, known, bound, at, step_1.answer))
            for pack in laws
            for article in pack.articles
        ),
    )


_STEP_1: Final = frozenset({"content.ds_category", "content.synthetic"})


def _deep_synthesis(facts: Facts) -> DeepSynthesis:
    number, synthetic = facts.get("content.ds_category"), facts.get("content.synthetic")
    category = next((category for category in CATEGORIES if category.number == number), None)
    answer: Answer
    if category is not None:
        answer, because = "yes", f"Art. 23({category.number}), {category.title}"
    elif synthetic == "yes":
        answer, because = "yes", "AI made or changed the content; which technology of Art. 23 is not said"
    elif synthetic == "no":
        answer, because = "no", "AI neither made nor changed the content"
    elif number == 0:
        answer, because = "no", "none of the six technologies of Art. 23; people decide what is like them"
    else:
        answer, because = "unknown", "neither the technology of Art. 23 nor whether AI made the content is said"
    return DeepSynthesis(answer=answer, category=category, because=because, asked=())


def _asked(packs: Sequence[Pack], roles: frozenset[Role], facts: Facts) -> list[Asked]:
    """The facts that conditions of articles name, in the order of their first mention."""
    articles: dict[str, list[str]] = {}
    for pack in packs:
        for article in pack.articles:
            if _binds(article, roles):
                for fact in compile_condition(article.applies).facts:
                    articles.setdefault(fact, []).append(f"{pack.name} {article.article}")
    return [
        Asked(
            fact=fact, value=facts.get(fact), description=vocabulary()[fact].description, articles=tuple(articles[fact])
        )
        for fact in articles
        if fact != "jurisdictions"
    ]


def _obligation(
    pack: Pack,
    article: Article,
    roles: frozenset[Role],
    facts: Facts,
    bound: Bound,
    at: datetime | None,
    deep_synthesis: Answer,
) -> Obligation:
    rules = [rule for rule in pack.rules if rule.article == article.article]
    begins = min((rule.valid_from for rule in rules or pack.rules), default=None)
    condition = compile_condition(article.applies)
    holds = condition.holds(bound)
    missing = [name for name in condition.facts if name not in facts] if holds is None else []
    because = None
    standing: ObligationStanding = "does-not-apply"
    if not article.binds:
        because = "it asks nothing of anyone"
    elif not _binds(article, roles):
        because = f"it binds {_list(article.binds)}"
    elif not _is_in_force(pack, rules, begins, at):
        standing, because = "not-in-force", f"its rules are not in force on that day; the first one begins on {begins}"
    elif pack.name == PROVISIONS and deep_synthesis == "no":
        because = "it is not deep synthesis (step 1)"
    elif holds is False:
        because = f"its condition is not met: {_one_line(article.applies)}"
    else:
        if pack.name == PROVISIONS and deep_synthesis == "unknown":
            missing.insert(0, "content.ds_category")
        standing = "depends" if missing else "applies"
    return Obligation(
        pack=pack.reference,
        law=chosen(pack.title),
        jurisdiction=pack.jurisdiction,
        article=article.article,
        duty=chosen(article.duty),
        binds=article.binds,
        standing=standing,
        missing=tuple(dict.fromkeys(missing)) if standing == "depends" else (),
        because=because,
        product=article.product,
        how=chosen(article.how),
        left_to_people=chosen(article.left_to_people),
        rules=tuple(rule.id for rule in rules if not roles or roles.intersection(rule.binds)),
        in_force_from=begins,
    )


def _in_language(pack: Pack, article: Article, language: Language, row: Obligation) -> Obligation:
    return msgspec.structs.replace(
        row,
        law=chosen(pack.title, language),
        duty=chosen(article.duty, language),
        how=chosen(article.how, language),
        left_to_people=chosen(article.left_to_people, language),
    )


def _is_law_in(pack: Pack, jurisdictions: Sequence[str]) -> bool:
    if not jurisdictions:
        return True
    if pack.jurisdiction == EVERYWHERE:
        return not any(lies_in(jurisdiction, place) for jurisdiction in jurisdictions for place in pack.except_in)
    return bool(laws_reaching(jurisdictions, (pack.jurisdiction,)))


def _binds(article: Article, roles: frozenset[Role]) -> bool:
    return not roles or not roles.isdisjoint(article.binds)


def _is_in_force(pack: Pack, rules: Sequence[Rule], begins: date | None, at: datetime | None) -> bool:
    if at is None or begins is None:
        return True
    day = at.astimezone(ZoneInfo(pack.time_zone)).date()
    if not rules:
        return begins <= day
    return any(rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to) for rule in rules)


def _list(binds: Sequence[Binds]) -> str:
    return ", ".join(role.replace("_", " ") for role in binds)


def _one_line(condition: str) -> str:
    return " ".join(condition.split())
