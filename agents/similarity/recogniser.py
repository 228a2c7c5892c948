"""The recogniser: a process that knows a share of what was sealed, and answers workers."""

import asyncio
import logging
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from agents.health import serve_health
from agents.settings import KafkaSettings, WorkerSettings
from agents.similarity.answering import serve_answers
from agents.similarity.metrics import RecogniserMetrics
from agents.similarity.opening import sealed_fingerprints_of
from agents.similarity.settings import RecogniserSettings

__all__ = ["run_recogniser"]

logger = logging.getLogger(__name__)


def run_recogniser(worker: WorkerSettings) -> None:
    """Answer questions until SIGTERM or SIGINT.

    Args:
        worker: threads, health.

    Raises:
        OperatorError: the configuration cannot work; nothing was started.
    """
    asyncio.run(_until_signalled(worker))


async def _until_signalled(worker: WorkerSettings) -> None:
    task = asyncio.create_task(_serve(worker))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logger.info("Stopped on request.")


async def _serve(worker: WorkerSettings) -> None:
    settings, metrics = RecogniserSettings(), RecogniserMetrics.create()
    known = sealed_fingerprints_of(KafkaSettings(), settings.share)

    def checks() -> Mapping[str, str | None]:
        metrics.fingerprints.set(len(known))
        metrics.index_bytes.set(known.nbytes)
        return {"fingerprints": known.trouble}

    with ThreadPoolExecutor(worker.threads, thread_name_prefix="question") as threads:
        async with (
            serve_health(host=worker.health_host, port=worker.health_port, checks=checks, metrics=metrics) as port,
            serve_answers(
                known, settings.share, host=settings.host, port=settings.port, threads=threads, metrics=metrics
            ),
        ):
            logger.info("Health is served at http://%s:%d", worker.health_host, port)
            async with known.following():
                await asyncio.Event().wait()
