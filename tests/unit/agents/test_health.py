"""Health over HTTP."""

from collections.abc import Mapping

import aiohttp
import pytest

from agents.health import serve_health
from agents.metrics import Metrics
from pipeline.errors import OperatorError


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def test_ready_means_every_check_holds_and_says_why_not() -> None:
    outcomes: dict[str, str | None] = {"store": None, "signer": None}

    def checks() -> Mapping[str, str | None]:
        return outcomes

    def states() -> Mapping[str, str]:
        return {"confinement": "Landlock 7, seccomp"}

    metrics = Metrics.create()
    async with serve_health(host="127.0.0.1", port=0, checks=checks, states=states, metrics=metrics) as port:
        status, body = await get(port, "/readyz")
        assert status == 200
        assert '"states":{"confinement":"Landlock 7, seccomp"}' in body
        outcomes["store"] = "no connection"
        status, body = await get(port, "/readyz")
        assert status == 503
        assert "no connection" in body
        assert (await get(port, "/livez"))[0] == 200
        status, body = await get(port, "/metrics")
        assert status == 200
        assert "sealstream_ready 0.0" in body


async def test_an_address_in_use_is_the_operators_and_named() -> None:
    async with serve_health(host="127.0.0.1", port=0, checks=dict, metrics=Metrics.create()) as port:
        with pytest.raises(OperatorError, match="SEALSTREAM_HEALTH_PORT"):
            async with serve_health(host="127.0.0.1", port=port, checks=dict, metrics=Metrics.create()):
                pass
