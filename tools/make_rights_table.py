"""Writes the table of rights in docs/operations.md from `agents.rights`: `python -m tools.make_rights_table`."""

from pathlib import Path
from typing import Final

from agents.rights import KAFKA_ROLES, KafkaRole, clock_group, notify_group, rights_of
from agents.topics import Topics

__all__ = ["PAGE", "rights_table"]

PAGE: Final = Path(__file__).parents[1] / "docs" / "operations.md"

_TOPICS: Final = Topics("sealstream.")
_GROUP: Final = "sealstream"
_OTHERS: Final = {
    ("group", _GROUP): "consumer group",
    ("group", clock_group(_GROUP)): "consumer group, with `.clocks` behind it",
    ("group", notify_group(_GROUP)): "consumer group, with `.notify` behind it",
    ("transactional-id", f"{clock_group(_GROUP)}."): "transactional ids that begin so",
}
_SHORT: Final = {
    "Read": "R",
    "Write": "W",
    "Create": "C",
    "Describe": "D",
    "DescribeConfigs": "DC",
    "AlterConfigs": "AC",
}


def rights_table() -> str:
    """The table as the code has it now: a row for each topic, a column for each role."""
    rows = [f"| | {' | '.join(KAFKA_ROLES)} |", f"|---|{'---|' * len(KAFKA_ROLES)}"]
    for resource, name in [*(("topic", plan.name) for plan in _TOPICS.plans()), *_OTHERS]:
        cells = [" ".join(_cell(role, resource, name)) for role in KAFKA_ROLES]
        shown = _OTHERS.get((resource, name)) or f"`{name.removeprefix(_TOPICS.prefix)}`"
        rows.append(f"| {shown} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell(role: KafkaRole, resource: str, name: str) -> list[str]:
    rights = [right for right in rights_of(role, _TOPICS, _GROUP) if (right.resource, right.name) == (resource, name)]
    return [_SHORT[right.operation] if right.needed else f"({_SHORT[right.operation]})" for right in rights]


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    before, start, after = page.partition("| | worker | recogniser |")
    _, end, rest = after.partition("\n\nR is Read")
    PAGE.write_text(f"{before}{rights_table()}{end}{rest}", encoding="utf-8")
