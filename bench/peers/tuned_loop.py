"""The plain loop with a week of tuning: obstore for boto3, and no event waits for the slowest of its batch.

    python -m bench.peers.tuned_loop BROKERS TOPIC_PREFIX CONTENT_BUCKET RECORDS_BUCKET

Events are worked on as they come, so many at once; offsets are committed once a second, up to the first that is not
done yet. Otherwise it does what the plain loop does, and leaves undone what that leaves undone.
"""

import asyncio
import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from bench.peers.event import Places, process_event
from bench.peers.obstore_places import obstore_places
from bench.peers.signing import context

_THREADS: Final = 8
_AT_ONCE: Final = 64
_COMMIT_SECONDS: Final = 1.0


class _Progress:
    """Up to where each partition is done without a gap."""

    def __init__(self) -> None:
        self._open: dict[TopicPartition, dict[int, None]] = defaultdict(dict)
        self._next: dict[TopicPartition, int] = {}

    def begin(self, partition: TopicPartition, offset: int) -> None:
        self._open[partition][offset] = None
        self._next[partition] = offset + 1

    def end(self, partition: TopicPartition, offset: int) -> None:
        del self._open[partition][offset]

    def offsets(self) -> dict[TopicPartition, int]:
        return {partition: next(iter(self._open[partition]), following) for partition, following in self._next.items()}


async def main(brokers: str, prefix: str, content_bucket: str, records_bucket: str) -> None:
    """Keep so many events under way at once; publish each as it is done."""
    signing, threads = context(), ThreadPoolExecutor(_THREADS)
    places: Places = obstore_places(os.environ["AWS_ENDPOINT_URL_S3"], content_bucket, records_bucket)
    consumer = AIOKafkaConsumer(
        f"{prefix}generation",
        bootstrap_servers=brokers,
        group_id=prefix,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=_AT_ONCE,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=brokers, acks="all", compression_type="lz4", linger_ms=5, max_batch_size=64 * 1024
    )
    await consumer.start()
    await producer.start()
    loop, progress, room = asyncio.get_running_loop(), _Progress(), asyncio.Semaphore(_AT_ONCE)
    under_way: set[asyncio.Task[None]] = set()

    async def handle(partition: TopicPartition, message: ConsumerRecord) -> None:
        done = await loop.run_in_executor(threads, process_event, message.value, signing, places)
        deliveries = [
            await producer.send(f"{prefix}manifests", done.record, done.key),
            await producer.send(f"{prefix}decisions", done.decision, done.key),
        ]
        await asyncio.gather(*deliveries)
        progress.end(partition, message.offset)
        room.release()

    async def commit() -> None:
        while True:
            await asyncio.sleep(_COMMIT_SECONDS)
            offsets = progress.offsets()
            if offsets:
                await consumer.commit(offsets)

    committing = asyncio.create_task(commit())
    try:
        async for message in consumer:
            await room.acquire()
            partition = TopicPartition(message.topic, message.partition)
            progress.begin(partition, message.offset)
            task = asyncio.create_task(handle(partition, message))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    finally:
        committing.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
