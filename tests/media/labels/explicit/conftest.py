"""Videos are made here by encoders that take real-time priority where they may; later tests would inherit it."""

from collections.abc import Iterator

import pytest

from pipeline.labels.explicit.encoding import give_back_priority


@pytest.fixture(autouse=True)
def ordinary_priority() -> Iterator[None]:
    yield
    give_back_priority()
