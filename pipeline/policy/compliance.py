"""The laws article by article and what the product does about each, as Markdown for people who answer for it."""

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.policy.obligations import PROVISIONS
from pipeline.policy.pack import EVERYWHERE, Article, Pack, Rule
from pipeline.policy.words import chosen

__all__ = ["render"]

_HEAD: Final = """\
# Compliance, article by article

<!-- Written by `sealstream policy compliance`; a test compares. Change the packs, not this file. -->

What each article asks, in our own words, and what sealstream does about it. This is an engineering aid and no legal
advice: passing every rule is evidence that a duty was kept, and whether it was is for people to judge.

| the product | means |
|---|---|
| enforces | content is held or blocked while the duty is not met |
| marks | sealstream itself puts the mark on the content |
| detects | a breach raises an alert |
| records | the evidence is kept |
| reports | the evidence is handed on to those who have to act or to know |
| people | nothing: it is left to people |

A rule that was not written from the text of the law itself is marked: † from a secondary source, ‡ from general
knowledge, to be verified before anyone relies on it. How to read and change a pack: [policy.md](policy.md).
"""

_TAIL: Final = """\
## What no pipeline can decide

These are judgements of law or of fact. Events bring them as facts, made by somebody who can be asked; where they are
missing they are unknown, and are never guessed:

- whether the public may be confused by the content (`content.confusion_risk`), and which of the five scenarios of
  the Provisions, Art. 17, it belongs to (`content.art17_scenario`);
- whether it is a deepfake (`content.deepfake`), evidently artistic (`content.artistic`), or only edited in a standard
  way (`content.standard_edit`);
- whether a text informs the public on a matter of public interest (`content.public_interest_text`), and whether
  somebody who reviewed it takes editorial responsibility (`content.editorial_responsible`);
- whether a service can shape public opinion or mobilise society (`service.public_opinion`), or its tools touch
  national security or the public interest (`service.sensitive_scene_tool`);
- whether news is true, and whether content is illegal or harmful: the feature database finds what somebody put into
  it, and everything else is a reviewer's verdict (`review.verdict`);
- whether consent was informed and separate: what is checked is that evidence of it is on file and was not withdrawn;
- whether a filing, a security assessment or a licence is what it should be: what is checked is that there is one.

Two limits of the technique belong here, too. The absence of every mark does not prove that a person made the content.
And what only a detector says is at most *suspected*, never confirmed.
"""

_BASIS: Final = {"read": "", "secondary": " †", "memory": " ‡"}


def render(packs: Sequence[Pack]) -> str:
    """The document for these packs, the Deep Synthesis Provisions first."""
    ordered = sorted(packs, key=lambda pack: pack.name != PROVISIONS)
    return "\n".join((_HEAD, *map(_law, ordered), _TAIL))


def _law(pack: Pack) -> str:
    where = "everywhere" if pack.jurisdiction == EVERYWHERE else pack.jurisdiction
    if pack.except_in:
        where += f", except {', '.join(pack.except_in)}"
    facts = [f"`{pack.name}` {pack.version}", f"jurisdiction: {where}"]
    if pack.rules:
        facts.append(f"first rule in force: {min(rule.valid_from for rule in pack.rules)} ({pack.time_zone})")
    if pack.source:
        facts.append(f"source: <{pack.source}>")
    rows = "".join(_row(article, pack.rules) for article in pack.articles)
    return (
        f"## {chosen(pack.title)}\n\n{'; '.join(facts)}.\n\n"
        "| article | duty | binds | the product | rules | left to people |\n|---|---|---|---|---|---|\n"
        f"{rows}"
    )


def _row(article: Article, rules: Iterable[Rule]) -> str:
    cells = (
        f"{article.article}{_BASIS[article.basis]}",
        chosen(article.duty),
        ", ".join(one.replace("_", " ") for one in article.binds) or "nobody",
        f"**{', '.join(article.product)}**: {chosen(article.how)}",
        "<br>".join(f"`{rule.id}`{_BASIS[rule.basis]}" for rule in rules if rule.article == article.article) or "none",
        chosen(article.left_to_people) or "nothing",
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |\n"


def _cell(text: str) -> str:
    """One line, with nothing in it that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")
