#!/usr/bin/env bash
# ministack 1.5.33, boto3 1.43.54
#
# Behaviour: an object that comes in several parts is never under retention: neither by the bucket's default nor by the
# lock that the upload asks for itself, which is taken without a word. Objects written at once are locked by either.
# Seen: bucket with a default of COMPLIANCE: put_object(): COMPLIANCE, its version cannot be deleted (AccessDenied);
# multipart upload: no lock, its version is deleted; multipart upload with a lock of its own: the same.
# Expected: the lock of S3, which holds for objects however they come.
# What to do: test what relies on Object Lock with another server, with objects above the limit from which the client
# sends parts: boto3's upload_file() does from 8 MB on, obstore's put() from 5 MB on.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages ministack==1.5.33 boto3==1.43.54

cat >look.py <<'PYTHON'
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = {"Bucket": "bucket"}
OBJECT = {**BUCKET, "Key": "key"}
DEFAULT = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
OWN = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=1)}


def in_parts(client, **lock):
    upload = {**OBJECT, "UploadId": client.create_multipart_upload(**OBJECT, **lock)["UploadId"]}
    part = client.upload_part(**upload, PartNumber=1, Body=b"content")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return client.complete_multipart_upload(**upload, MultipartUpload=parts)


def locked(client, written):
    """The lock of what was written, and what comes of deleting it."""
    version = {**OBJECT, "VersionId": written["VersionId"]}
    mode = client.head_object(**version).get("ObjectLockMode")
    try:
        client.delete_object(**version)
    except ClientError as error:
        return f"{mode}, {error.response['Error']['Code']}"
    return f"{mode}, deleted"


def look(client):
    client.create_bucket(**BUCKET, ObjectLockEnabledForBucket=True)
    client.put_object_lock_configuration(**BUCKET, ObjectLockConfiguration=DEFAULT)
    for written in (client.put_object(**OBJECT, Body=b"content"), in_parts(client), in_parts(client, **OWN)):
        print(locked(client, written))


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
command = [str(Path(sys.executable).with_name("ministack"))]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
server = subprocess.Popen(command, env={**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}, **quiet)
try:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="example",
        aws_secret_access_key="example",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            client.list_buckets()
            break
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    look(client)
finally:
    server.terminate()
    server.wait(timeout=60)
PYTHON
"$python" look.py >seen
still "written at once: lock, delete of the version" "COMPLIANCE, AccessDenied" "$(sed -n 1p seen)"
still "in parts, by the bucket's default" "None, deleted" "$(sed -n 2p seen)"
still "in parts, with a lock of its own" "None, deleted" "$(sed -n 3p seen)"
