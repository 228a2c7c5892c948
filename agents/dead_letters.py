"""Dead letters as people see them: what the topic holds, what each says of itself, and its input as it was sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from agents.kafka import read_from_now, read_to_end
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.events.outgoing import dead_letter_in
from pipeline.events.outputs import DeadLetter
from pipeline.events.prepared import prepare

__all__ = ["EXPLANATION_PREFIX", "KeptLetter", "coming_letters", "kept_letters"]

EXPLANATION_PREFIX: Final = "__connect.errors."
"""Headers that explain, by the names that Kafka Connect gives them; ours follow those of the input."""

prepare(DeadLetter)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A dead letter on its topic.

    Args:
        place: `partition/offset` on the topic of dead letters, by which people name it.
        letter: what it says of itself.
        input: the record that was refused, byte for byte, for the topic that it came from.
    """

    place: str
    letter: DeadLetter
    input: KafkaMessage


async def kept_letters(settings: KafkaSettings) -> AsyncIterator[KeptLetter]:
    """Read all dead letters that there are; what others wrote to the topic is left out.

    Raises:
        OperatorError: there is no such topic.
        WorldError: the brokers do not answer.
    """
    async for message in read_to_end(settings, Topics(settings.topic_prefix).dead_letters):
        kept = _kept(message)
        if kept is not None:
            yield kept


@asynccontextmanager
async def coming_letters(settings: KafkaSettings) -> AsyncIterator[AsyncIterator[DeadLetter]]:
    """Read what the dead letters say that come from now on.

    Raises:
        OperatorError: there is no such topic.
        WorldError: the brokers do not answer.
    """
    async with read_from_now(settings, Topics(settings.topic_prefix).dead_letters) as messages:

        async def letters() -> AsyncIterator[DeadLetter]:
            async for message in messages:
                kept = _kept(message)
                if kept is not None:
                    yield kept.letter

        yield letters()


def _kept(message: KafkaMessage) -> KeptLetter | None:
    explanation = dead_letter_in(message.headers)
    if explanation is None:
        return None
    try:
        letter = msgspec.json.decode(explanation, type=DeadLetter)
    except msgspec.DecodeError:
        return None
    headers = list(message.headers[:-1])
    # An input that was a dead letter of Kafka Connect has headers of these names itself: only the last of each is ours.
    ours: set[str] = set()
    while headers and headers[-1][0].startswith(EXPLANATION_PREFIX) and headers[-1][0] not in ours:
        ours.add(headers.pop()[0])
    return KeptLetter(
        place=f"{message.partition}/{message.offset}",
        letter=letter,
        input=KafkaMessage(topic=letter.input.topic, key=message.key, value=message.value, headers=tuple(headers)),
    )
