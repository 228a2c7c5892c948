"""The floor: what fetching, signing and storing cost by themselves. No Kafka, no checks, nothing published.

    python -m bench.peers.floor CONTENT_BUCKET RECORDS_BUCKET

Reads events from standard input, a line of JSON each, and works on all that come before an empty line, in threads; then
answers with a line. Runs until its standard input ends.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import orjson

from bench.peers.obstore_places import obstore_places
from bench.peers.signing import context, sign

_THREADS: Final = 8
_RECORD: Final = b"x" * 1500
"""A record of common size."""


def main(content_bucket: str, records_bucket: str) -> None:
    """Work on a batch whenever one is complete."""
    signing = context()
    places = obstore_places(os.environ["AWS_ENDPOINT_URL_S3"], content_bucket, records_bucket)

    def work(line: bytes) -> None:
        event = orjson.loads(line)
        content = event["data"]["content"]
        if "text" in content:
            body = content["text"].encode()
        else:
            bucket, _, key = content["uri"].removeprefix("s3://").partition("/")
            body = places.get(bucket, key)
        sealed, manifest = sign(signing, body, content["mime"])
        places.put(content_bucket, f"assets/{event['id']}", sealed, content["mime"])
        places.put(content_bucket, f"manifests/{event['id']}", manifest, "application/c2pa")
        places.put(records_bucket, f"records/{event['id']}", _RECORD, "application/json")

    batch: list[bytes] = []
    with ThreadPoolExecutor(_THREADS) as threads:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin.buffer:
            if line.strip():
                batch.append(line)
                continue
            for _ in threads.map(work, batch):
                pass
            batch.clear()
            sys.stdout.write("done\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
