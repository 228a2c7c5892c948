"""Why no broker is reached, where none has to be there to tell."""

import pytest

from agents.kafka_trouble import why_unreachable
from agents.settings import KafkaSettings
from devstack.ports import free_port
from pipeline.errors import OperatorError, WorldError


@pytest.mark.parametrize("host", ["[::1]", "127.0.0.1"])
async def test_a_broker_that_is_away_is_waited_for_by_whichever_address(host: str) -> None:
    trouble = await why_unreachable(KafkaSettings(bootstrap_servers=f"{host}:{free_port()}"))
    assert isinstance(trouble, WorldError)
    assert host in trouble.what


@pytest.mark.parametrize("server", ["127.0.0.1:kafka", "[::1"])
async def test_what_is_no_address_is_the_operators(server: str) -> None:
    with pytest.raises(OperatorError, match="names no addresses of brokers"):
        await why_unreachable(KafkaSettings(bootstrap_servers=server))
