"""The command that prints the whole reasoning behind the judgement of one event."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from agents.cli.console import AsJson, print_json
from agents.cli.local_file import read_file
from agents.cli.policy.choices import RoleOption, roles_given
from agents.cli.policy.events import KindOption, stated_event
from agents.cli.policy.explanation import ExplainedPack, ExplainedRule, Explanation, show_explanation
from agents.cli.policy.facts import FactOption, facts_given
from agents.cli.policy.language import LangOption, wording_given
from pipeline.events.outputs import DecisionOutcome, Finding
from pipeline.policy.decision import decide
from pipeline.policy.finding import shown_fact
from pipeline.policy.judge import Judge, Verdict
from pipeline.policy.pack import Pack
from pipeline.policy.pack_files import load_packs, packs_in_use
from pipeline.policy.places import finding_language
from pipeline.policy.vocabulary import FactValue
from pipeline.policy.words import Language, Wording, chosen
from pipeline.settings import AssetSettings, PolicySettings

__all__ = ["explain"]

_NOT_IN_IT: Final = (
    "what a worker measures itself, such as the credential in the asset, and what the reference sets know of services, "
    "news sources, features and consents; give such facts with --fact NAME=VALUE"
)


def explain(
    file: Annotated[Path, typer.Argument(metavar="EVENT.json", help="A CloudEvent, or its data alone.")],
    kind: KindOption = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(metavar="PACK", help="A pack instead of the configured ones. Repeat it.", show_default=False),
    ] = None,
    role: RoleOption = None,
    fact: FactOption = None,
    lang: LangOption = None,
    as_json: AsJson = False,
) -> None:
    """Explain how an event is judged: every rule, its condition, the facts that decided, and the decision.

    Packs, roles and assumed jurisdictions are those of the worker's settings (SEALSTREAM_POLICY_...). Nothing is
    fetched, sent or stored. Exit code 0 means that a judgement was possible, whatever it is.
    """
    settings = PolicySettings()
    packs = load_packs(pack) if pack else tuple(used.pack for used in packs_in_use(settings.packs))
    roles = roles_given(role) or settings.roles
    given = facts_given(fact)
    wording = wording_given(lang)
    document = read_file(file, max_bytes=AssetSettings().max_asset_bytes)
    event = stated_event(
        document,
        file.name,
        kind=kind,
        jurisdictions=settings.jurisdictions,
        assumptions=settings.assumptions,
        given=given,
    )
    verdicts = Judge(packs, roles, wording).explain(event.facts, event.at)
    findings = [verdict.finding for verdict in verdicts if verdict.finding is not None]
    decision = decide(findings)
    answer = Explanation(
        event=event.reference,
        event_type=event.event_type,
        jurisdictions=_texts(event.facts.get("jurisdictions")),
        jurisdictions_assumed=not event.is_placed and "jurisdictions" not in given,
        roles=roles,
        facts={name: shown_fact(name, value) for name, value in sorted(event.facts.items())},
        given_facts=tuple(given),
        derived_facts=tuple(sorted(event.facts.keys() - event.settled.keys())),
        packs=_explained_packs(packs, verdicts, wording),
        decision=decision,
        decided_by=_decisive(findings, decision),
        not_in_it=_NOT_IN_IT,
    )
    if as_json:
        print_json(answer)
    else:
        show_explanation(answer)


def _explained_packs(packs: Sequence[Pack], verdicts: Iterable[Verdict], wording: Wording) -> tuple[ExplainedPack, ...]:
    languages = {pack.name: finding_language(pack.jurisdiction, wording) for pack in packs}
    by_pack: dict[str, list[ExplainedRule]] = {}
    for verdict in verdicts:
        name = verdict.pack.name
        by_pack.setdefault(name, []).append(_explained(verdict, languages[name]))
    return tuple(
        ExplainedPack(
            pack=pack.reference,
            title=chosen(pack.title, languages[pack.name]),
            jurisdiction=pack.jurisdiction,
            rules=tuple(by_pack.get(pack.name, ())),
        )
        for pack in packs
    )


def _explained(verdict: Verdict, language: Language) -> ExplainedRule:
    rule, finding = verdict.rule, verdict.finding
    return ExplainedRule(
        rule=rule.id,
        article=rule.article,
        standing=verdict.standing,
        citation=chosen(rule.citation, language),
        when=rule.when,
        when_holds=verdict.when,
        must=rule.must,
        must_holds=verdict.must,
        facts=verdict.facts,
        missing=verdict.missing,
        outcome=finding.outcome if finding else None,
        action=finding.action if finding else None,
        severity=finding.severity if finding else None,
        message=finding.message if finding else None,
        remedy=finding.remedy if finding else None,
    )


def _decisive(findings: Sequence[Finding], decision: DecisionOutcome) -> tuple[str, ...]:
    """The rules that ask for what was decided; none for an event that is allowed."""
    return tuple(finding.rule for finding in findings if finding.action == decision)


def _texts(value: FactValue | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
