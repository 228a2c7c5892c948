"""The command that takes the three steps of the Provisions and prints the duties that follow."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Final, Literal

import typer

from agents.cli.console import AsJson, print_json
from agents.cli.policy.choices import RoleOption, choose, roles_given
from agents.cli.policy.duties import show_obligations
from agents.cli.policy.facts import FactOption, facts_given
from agents.cli.policy.language import LangOption, language_given
from pipeline.errors import OperatorError
from pipeline.policy import obligations as steps
from pipeline.policy.pack_files import load_packs
from pipeline.policy.places import canonical_place, did_you_mean
from pipeline.policy.vocabulary import FactValue
from pipeline.settings import PolicySettings

__all__ = ["list_obligations"]

_CATEGORIES: Final = ("none", *(category.name for category in steps.CATEGORIES))
"""The technologies of Art. 23 by number; 0 is none of them."""

_SCENARIOS: Final = ("none", "dialogue", "voice", "person", "immersive", "other")
"""The scenarios of Art. 17(1) by number; 0 is none of them."""

_FEATURES: Final = ("face", "voice", "gesture", "other", "none")


def _numbered(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names))


def list_obligations(
    role: RoleOption = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="N|NAME",
            help=f"The technology of Art. 23: {_numbered(_CATEGORIES)}.",
            show_default=False,
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="N|NAME",
            help=f"The scenario of Art. 17(1): {_numbered(_SCENARIOS)}.",
            show_default=False,
        ),
    ] = None,
    confusion: Annotated[
        bool | None, typer.Option(help="Whether the public may be confused (Art. 17).", show_default=False)
    ] = None,
    media: Annotated[
        Literal["text", "image", "audio", "video", "virtual_scene"] | None,
        typer.Option(help="The medium people meet.", show_default=False),
    ] = None,
    operation: Annotated[
        Literal["generated", "edited", "none"] | None,
        typer.Option(help="What the AI does with the content.", show_default=False),
    ] = None,
    biometric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FEATURE",
            help=f"What of people it makes or changes: {', '.join(_FEATURES)}. Repeat it for more.",
            show_default=False,
        ),
    ] = None,
    news: Annotated[bool | None, typer.Option(help="Whether the content is news.", show_default=False)] = None,
    public_opinion: Annotated[
        bool | None,
        typer.Option(help="Whether the service can shape public opinion or mobilise society.", show_default=False),
    ] = None,
    fact: FactOption = None,
    jurisdiction: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHERE",
            help="Where it is offered: codes of ISO 3166 such as DE or US-CA, EU, *. Repeat it; as configured, or CN.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day, such as 2026-08-02; today otherwise.", show_default=False),
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show what does not apply as fully as what does.")] = False,
    lang: LangOption = None,
    as_json: AsJson = False,
) -> None:
    """Tell which duties follow, in the three steps of the Deep Synthesis Provisions.

    Is it deep synthesis, which regulated entity are you, what follows: article by article, with the rules that check
    it. What you leave out is unknown; a duty that turns on it depends, and its row says on what.
    """
    settings = PolicySettings()
    stated: dict[str, FactValue | None] = {
        "content.ds_category": None if category is None else _number("--category", category, _CATEGORIES),
        "content.art17_scenario": None if scenario is None else _number("--scenario", scenario, _SCENARIOS),
        "content.confusion_risk": None if confusion is None else ("yes" if confusion else "no"),
        "content.media": media,
        "content.operation": operation,
        "content.biometric": None if biometric is None else _features(biometric),
        "content.is_news": news,
        "service.public_opinion": public_opinion,
    }
    answer = steps.obligations(
        load_packs(settings.packs),
        facts={name: value for name, value in stated.items() if value is not None} | facts_given(fact),
        roles=roles_given(role),
        jurisdictions=_places(jurisdiction) or settings.jurisdictions or ("CN",),
        at=_instant(at),
        language=language_given(lang),
    )
    if as_json:
        print_json(answer)
    else:
        show_obligations(answer, with_all=show_all)


def _features(given: list[str]) -> tuple[str, ...]:
    return tuple(word for word in _words("--biometric", given, _FEATURES) if word != "none")


def _words(option: str, given: list[str] | None, words: tuple[str, ...]) -> tuple[str, ...]:
    return choose(option, given, {word: word for word in words})


def _places(given: list[str] | None) -> tuple[str, ...]:
    for name in given or ():
        if canonical_place(name) is None:
            raise OperatorError(what=f"--jurisdiction cannot be {name}: {did_you_mean(name)}.", remedy="Give one.")
    return tuple(dict.fromkeys(given or ()))


def _number(option: str, given: str, names: tuple[str, ...]) -> int:
    """The number that was given, or that of the name that was."""
    numbers = {**{str(number): number for number in range(len(names))}, **{name: names.index(name) for name in names}}
    if given in numbers:
        return numbers[given]
    raise OperatorError(what=f"{option} cannot be {given}.", remedy=f"Give the number or the name: {_numbered(names)}.")


def _instant(given: str | None) -> datetime:
    """The day as an instant; at noon in UTC it is that day in every jurisdiction."""
    if given is None:
        return datetime.now(UTC)
    try:
        return datetime.combine(date.fromisoformat(given), time(12), UTC)
    except ValueError:
        raise OperatorError(what=f"{given} is no day.", remedy="Give one such as 2026-08-02.") from None
