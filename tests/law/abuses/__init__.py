"""Breaches, one for each way in which a rule is broken: lawful events, changed in one respect.

Everything else about them is in order, so that noise cannot pass for a catch: each says which rules alone are to find
something, and what is to be decided: `allow` where no hold can mend it, and somebody is told.
"""

from collections.abc import Mapping
from typing import Final

from tests.law.abuses.common import Abuse
from tests.law.abuses.everywhere import anywhere, illegal
from tests.law.abuses.intimate_images import intimate_images
from tests.law.abuses.labelling import logs_and_first_writes, measures, standard
from tests.law.abuses.other_places import companions, further_places, india, korea
from tests.law.abuses.provisions import (
    provisions_of_apps_and_services,
    provisions_of_marks,
    provisions_of_news_and_users,
    provisions_of_people,
    provisions_of_reviews,
)
from tests.law.abuses.union_and_california import california, more_of_the_union_and_california, union

__all__ = ["ABUSES", "COVERED", "Abuse"]

ABUSES: Final[tuple[Abuse, ...]] = (
    *provisions_of_news_and_users(),
    *provisions_of_reviews(),
    *provisions_of_apps_and_services(),
    *provisions_of_people(),
    *provisions_of_marks(),
    *measures(),
    *standard(),
    *union(),
    *california(),
    *india(),
    *korea(),
    *logs_and_first_writes(),
    *anywhere(),
    *illegal(),
    *intimate_images(),
    *companions(),
    *further_places(),
    *more_of_the_union_and_california(),
)
"""Every breach; the counts are printed by the tests."""

COVERED: Final[Mapping[str, int]] = {
    rule: sum(rule in abuse.rules for abuse in ABUSES)
    for rule in sorted({rule for abuse in ABUSES for rule in abuse.rules})
}
