"""What a good engineer writes in an afternoon: aiokafka, c2pa-python, boto3 in threads, a commit after every batch.

    python -m bench.peers.plain_loop BROKERS TOPIC_PREFIX CONTENT_BUCKET RECORDS_BUCKET

It signs and stores; it reads nothing back, puts on no label, takes no fingerprint and judges nothing. S3 is configured
by the environment, as for every AWS client. Runs until it is stopped.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import boto3
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from botocore.config import Config

from bench.peers.event import Places, process_event
from bench.peers.signing import context

_THREADS: Final = 16
_AT_ONCE: Final = 256


def _places(content_bucket: str, records_bucket: str) -> Places:
    client = boto3.client(
        "s3",
        config=Config(
            max_pool_connections=_THREADS,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )

    def get(bucket: str, key: str) -> bytes:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def put(bucket: str, key: str, body: bytes, media_type: str) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=media_type)

    return Places(content_bucket=content_bucket, records_bucket=records_bucket, get=get, put=put)


async def main(brokers: str, prefix: str, content_bucket: str, records_bucket: str) -> None:
    """Take a batch, work on all of it at once, publish, commit; again and again."""
    signing, places, threads = context(), _places(content_bucket, records_bucket), ThreadPoolExecutor(_THREADS)
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
    loop = asyncio.get_running_loop()

    async def handle(message: ConsumerRecord) -> None:
        done = await loop.run_in_executor(threads, process_event, message.value, signing, places)
        deliveries = [
            await producer.send(f"{prefix}manifests", done.record, done.key),
            await producer.send(f"{prefix}decisions", done.decision, done.key),
        ]
        await asyncio.gather(*deliveries)

    while True:
        batches = await consumer.getmany(timeout_ms=100, max_records=_AT_ONCE)
        messages = [message for batch in batches.values() for message in batch]
        if messages:
            await asyncio.gather(*map(handle, messages))
            await consumer.commit()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
