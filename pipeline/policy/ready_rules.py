"""Rules made ready to be asked: compiled, and in one language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.events.outputs import PackReference
from pipeline.policy.conditions import Condition, asked_first, compile_condition
from pipeline.policy.pack import Pack, Rule
from pipeline.policy.places import finding_language
from pipeline.policy.vocabulary import PERSONAL
from pipeline.policy.words import Language, Wording, chosen

__all__ = ["ReadyRule", "ready"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyRule:
    """A rule made ready to be asked, with its words in one language.

    `personal` are those of its facts that are not shown. Where one of the facts `asked_first` is not known, it is
    certain to hold. The instants are those at which it comes into force and ceases.
    """

    pack: Pack
    reference: PackReference
    rule: Rule
    holds: Condition
    when: Condition
    must: Condition
    facts: tuple[str, ...]
    personal: frozenset[str]
    asked_first: frozenset[str]
    language: Language
    text: str
    remedy: str
    citation: str
    begins: datetime
    ends: datetime | None

    def in_force(self, at: datetime | None) -> bool:
        """Whether it counts at this time; at an unknown time it does, since it may have been in force."""
        return at is None or (self.begins <= at and (self.ends is None or at < self.ends))


def ready(pack: Pack, rule: Rule, wording: Wording) -> ReadyRule:
    """Compile a rule of a pack.

    Raises:
        ConditionError: one of its conditions cannot be used.
    """
    when, must = compile_condition(rule.when), compile_condition(rule.must)
    zone, language = ZoneInfo(pack.time_zone), finding_language(pack.jurisdiction, wording)
    facts = tuple(dict.fromkeys((*when.facts, *must.facts)))
    return ReadyRule(
        pack=pack,
        reference=pack.reference,
        rule=rule,
        # One question instead of two: where either side decides, the other may stay unknown.
        holds=compile_condition(f"!({rule.when}\n) || ({rule.must}\n)"),
        when=when,
        must=must,
        facts=facts,
        personal=PERSONAL.intersection(facts),
        asked_first=asked_first(rule.when),
        language=language,
        text=chosen(rule.text, language),
        remedy=chosen(rule.remedy, language),
        citation=chosen(rule.citation, language),
        begins=_midnight(rule.valid_from, zone),
        ends=None if rule.valid_to is None else _midnight(rule.valid_to + timedelta(days=1), zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
