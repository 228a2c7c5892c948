"""What is to be sent, so that a reference set holds given entries; checked before anything is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agents.messages import KafkaMessage
from agents.reference.files import Given
from agents.reference.messages import entry_message, understood
from agents.reference.records import held
from agents.topics import Topics
from pipeline.errors import ProducerError
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["Complaint", "Plan", "plan"]


class Complaint(NamedTuple):
    """An entry that no worker would take."""

    where: str
    error: ProducerError


class Plan(NamedTuple):
    """The messages for the entries that are new or changed, how many are neither, and what stands in the way."""

    messages: Sequence[KafkaMessage]
    unchanged: int
    complaints: Sequence[Complaint]


def plan(given: Iterable[Given], name: SetName, sets: ReferenceSets, *, topics: Topics, source: str) -> Plan:
    """Check entries as workers will, one after the other, and see which have to be sent.

    Args:
        given: the entries.
        name: the set.
        sets: what workers know now.
        topics: the topics of the installation.
        source: CloudEvents source of what is sent.
    """
    complaints: list[Complaint] = []
    good = []
    for given_entry in given:
        message = entry_message(topics, name, given_entry.data, source=source)
        try:
            good.append((given_entry.where, message, understood(name, message)))
        except ProducerError as error:
            complaints.append(Complaint(given_entry.where, error))
    update = sets.updated([change for _, _, change in good])
    complaints += [Complaint(good[at][0], error) for at, error in zip(update.refused_at, update.refused, strict=True)]
    known = dict(held(sets, name)[0])
    messages = []
    for _, message, entry in good:
        if known.get(entry.id) != entry:
            known[entry.id] = entry
            messages.append(message)
    return Plan(messages, len(good) - len(messages), complaints)
