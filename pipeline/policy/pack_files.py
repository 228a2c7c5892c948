"""Pack files: reading, checking and choosing them. Everything that can be wrong with a pack is found here, at start."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from pipeline.policy.clock_faults import clock_faults
from pipeline.policy.conditions import ConditionError, compile_condition
from pipeline.policy.pack import EVERYWHERE, Pack
from pipeline.policy.places import canonical_place, did_you_mean
from pipeline.policy.proving import flaw_of
from pipeline.policy.words import closed_up
from pipeline.policy.yaml_files import Document, PolicyFileError, YamlFile, read_yaml

__all__ = [
    "ALWAYS",
    "PackFile",
    "find_packs",
    "load_packs",
    "packs_in_use",
    "read_pack",
    "shipped_pack",
    "shipped_pack_names",
]

ALWAYS: Final = ("c2pa", "illegal")
"""Packs that are asked whatever is named, unless a pack of the same name takes their place: nothing that is illegal or
was tampered with gets through because somebody chose the laws of one country."""

_SUFFIX: Final = ".yaml"
_EXAMPLES: Final = ".examples.yaml"
_SHIPPED: Final = files("pipeline.policy") / "packs"

_Fault: TypeAlias = tuple[tuple[str | int, ...], str]
"""A place in a pack, and what is said there or of it."""


class PackFile(NamedTuple):
    """A pack, and where it was read from."""

    pack: Pack
    source: YamlFile
    is_shipped: bool


def read_pack(source: YamlFile) -> Pack:
    """Read a pack.

    Raises:
        PolicyFileError: it cannot be used; the error tells file, line and reason.
    """
    document = read_yaml(source, "policy-pack.v1")
    pack = _closed_up(msgspec.convert(document.data, Pack))
    for place, reason in _faults(pack):
        raise document.error(place, reason)
    _check_conditions(pack, document)
    return pack


def _closed_up(pack: Pack) -> Pack:
    return msgspec.structs.replace(
        pack,
        title=closed_up(pack.title),
        articles=tuple(
            msgspec.structs.replace(
                article,
                duty=closed_up(article.duty),
                how=closed_up(article.how),
                left_to_people=closed_up(article.left_to_people),
            )
            for article in pack.articles
        ),
        rules=tuple(
            msgspec.structs.replace(
                rule, citation=closed_up(rule.citation), text=closed_up(rule.text), remedy=closed_up(rule.remedy)
            )
            for rule in pack.rules
        ),
        clocks=tuple(
            msgspec.structs.replace(
                clock,
                citation=closed_up(clock.citation),
                text=closed_up(clock.text),
                remedy=closed_up(clock.remedy),
                document=closed_up(clock.document),
            )
            for clock in pack.clocks
        ),
    )


@cache
def shipped_pack_names() -> tuple[str, ...]:
    """The names of the packs that come with the pipeline."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if _is_pack(name)))


@cache
def shipped_pack(name: str) -> Pack:
    """One of the packs that come with the pipeline.

    Raises:
        PolicyFileError: there is none of that name.
    """
    if name not in shipped_pack_names():
        raise PolicyFileError(
            what=f"There is no policy pack named {name}, and no such file.",
            remedy=f"Name a file, a directory, or one of {', '.join(shipped_pack_names())}.",
        )
    return read_pack(_SHIPPED / f"{name}{_SUFFIX}")


def load_packs(sources: Sequence[str] = ()) -> tuple[Pack, ...]:
    """The packs that are named, in the order of their names; arguments and errors as of `find_packs`."""
    return tuple(file.pack for file in find_packs(sources))


def find_packs(sources: Sequence[str] = ()) -> tuple[PackFile, ...]:
    """The packs that are named, in the order of their names, and where they are.

    Args:
        sources: names of shipped packs, files, or directories of files; a `+` before a file or a directory adds it to
            the shipped packs. Where several packs have one name, the last one counts. Nothing named: what is shipped.

    Raises:
        PolicyFileError: a pack cannot be used, or two packs repeat the id of a rule.
    """
    wanted = list(sources)
    if all(source.startswith("+") for source in wanted):
        wanted = [*shipped_pack_names(), *(source[1:] for source in wanted)]
    found = {file.pack.name: file for source in wanted for file in _packs_of(source.removeprefix("+"))}
    chosen = tuple(found[name] for name in sorted(found))
    _check_ids([file.pack for file in chosen])
    return chosen


def packs_in_use(sources: Sequence[str] = ()) -> tuple[PackFile, ...]:
    """The packs that events are judged by where these are named; arguments and errors as of `find_packs`."""
    named = find_packs(sources)
    missing = [name for name in ALWAYS if name not in {file.pack.name for file in named}]
    if not missing:
        return named
    both = sorted((*named, *find_packs(missing)), key=lambda file: file.pack.name)
    _check_ids([file.pack for file in both])
    return tuple(both)


def _packs_of(source: str) -> Iterator[PackFile]:
    path = Path(source).expanduser()
    if path.is_dir():
        found = sorted(entry for entry in path.iterdir() if _is_pack(entry.name))
        if not found:
            raise PolicyFileError(what=f"There is no policy pack (*{_SUFFIX}) in {source}.", remedy="Name another.")
        yield from (PackFile(read_pack(entry), entry, is_shipped=False) for entry in found)
    elif source.endswith(_SUFFIX) or "/" in source:
        yield PackFile(read_pack(path), path, is_shipped=False)
    else:
        yield PackFile(shipped_pack(source), _SHIPPED / f"{source}{_SUFFIX}", is_shipped=True)


def _is_pack(name: str) -> bool:
    return name.endswith(_SUFFIX) and not name.endswith(_EXAMPLES)


def _faults(pack: Pack) -> Iterator[_Fault]:
    """What a schema cannot say of a pack."""
    try:
        ZoneInfo(pack.time_zone)
    except (OSError, ValueError, LookupError):
        yield ("time_zone",), f"{pack.time_zone} is no IANA time zone"
    for place, name in (
        (("jurisdiction",), pack.jurisdiction),
        *((("except_in", n), x) for n, x in enumerate(pack.except_in)),
    ):
        known = canonical_place(name)
        if known is None:
            yield place, f"{name} is no place: {did_you_mean(name)}"
        elif known != name:
            yield place, f"{name} is written {known}"
    if pack.except_in and pack.jurisdiction != EVERYWHERE:
        yield ("except_in",), f'only a pack whose jurisdiction is "{EVERYWHERE}" can have exceptions'
    yield from _faults_of_parts(pack)


def _faults_of_parts(pack: Pack) -> Iterator[_Fault]:
    """The same of its articles, rules and clocks."""
    yield from _repeated("articles", "article", [article.article for article in pack.articles])
    yield from _repeated("rules", "id", [rule.id for rule in pack.rules])
    yield from _repeated("clocks", "id", [clock.id for clock in pack.clocks])
    bound = {article.article: frozenset[str](article.binds) for article in pack.articles}
    for index, rule in enumerate(pack.rules):
        if rule.article not in bound:
            yield ("rules", index, "article"), f"the pack has no article {rule.article}"
        elif not bound[rule.article].issuperset(rule.binds):
            others = ", ".join(role for role in rule.binds if role not in bound[rule.article])
            yield ("rules", index, "binds"), f"{rule.id} binds {others}, and its article {rule.article} does not"
        if rule.valid_to is not None and rule.valid_to < rule.valid_from:
            yield ("rules", index, "valid_to"), "the rule ends before it begins"
    ids = {rule.id for rule in pack.rules}
    for index, clock in enumerate(pack.clocks):
        if clock.id in ids:
            yield ("clocks", index, "id"), f"a rule of the pack has the id {clock.id}"
        for place, reason in clock_faults(clock, bound):
            yield ("clocks", index, *place), reason


def _repeated(section: str, member: str, names: Sequence[str]) -> Iterator[_Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (section, index, member), f"the {member} {name} is here a second time"


def _check_conditions(pack: Pack, document: Document) -> None:
    places: list[_Fault] = [
        (("articles", index, "applies"), article.applies) for index, article in enumerate(pack.articles)
    ]
    for index, rule in enumerate(pack.rules):
        places += [(("rules", index, "when"), rule.when), (("rules", index, "must"), rule.must)]
    places += [(("clocks", index, "when"), clock.when) for index, clock in enumerate(pack.clocks)]
    for place, text in places:
        try:
            condition = compile_condition(text)
        except ConditionError as error:
            name = ".".join(str(step) for step in place)
            raise document.error(place, f"{name}: {error.reason}", below=error.line) from None
        flaw = flaw_of(condition)
        if flaw is not None:
            raise document.error(place, f"{'.'.join(str(step) for step in place)}: {flaw}")
        if condition.seen and not _is_about_observations(pack, place):
            raise document.error(place, f"{condition.seen[0]} is known only to a rule that says in `seen` of what")


def _is_about_observations(pack: Pack, place: tuple[str | int, ...]) -> bool:
    section, index, _ = place
    return section == "rules" and isinstance(index, int) and pack.rules[index].seen != ()


def _check_ids(packs: Sequence[Pack]) -> None:
    owners: dict[str, str] = {}
    for pack in packs:
        named = (*(("rule", rule.id) for rule in pack.rules), *(("clock", clock.id) for clock in pack.clocks))
        for word, id_ in named:
            if id_ in owners:
                raise PolicyFileError(
                    what=f"The packs {owners[id_]} and {pack.name} both have a {word} {id_}.",
                    remedy="Give each an id of its own, or let one pack override the other by having its name.",
                )
            owners[id_] = pack.name
