"""Sealing of unusual files."""

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from tests.media.conftest import MakeOrder
from tests.media.harm.oracle import Seal, make_seal


@pytest.fixture(scope="session")
def seal(service: InProcessCredentialService, make_order: MakeOrder) -> Seal:
    return make_seal(service, make_order)
