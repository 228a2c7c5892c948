"""A run that went well, to be spoiled by tests of the audit."""

import copy

import pytest

from tests.broker.kill.miniature import Miniature, play


@pytest.fixture(scope="session")
def good_run(tmp_path_factory: pytest.TempPathFactory) -> Miniature:
    return play(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def run(good_run: Miniature) -> Miniature:
    return copy.deepcopy(good_run)
