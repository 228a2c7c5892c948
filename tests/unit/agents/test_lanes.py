"""Every input topic of a worker has a lane."""

from agents.lanes import LANES
from agents.topics import Topics

TOPICS = Topics("any.")


def test_every_input_topic_has_one_lane_of_its_name() -> None:
    assert [lane.topic(TOPICS) for lane in LANES] == list(TOPICS.inputs)
    assert [TOPICS.prefix + lane.name for lane in LANES] == list(TOPICS.inputs)
