"""Fixtures of the unit tests."""

import pytest

from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.unit.house import House


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> InProcessCredentialService:
    chain = development_chain(tmp_path_factory.mktemp("chain"))
    return InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors)


@pytest.fixture
def house(credentials: InProcessCredentialService) -> House:
    return House(credentials)
