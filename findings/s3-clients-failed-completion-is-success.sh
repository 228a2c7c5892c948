#!/usr/bin/env bash
# minio 7.2.20, miniopy-async 1.23.6 (Python), @aws-lite/client 0.23.7, @aws-lite/s3 0.2.7, s3mini 1.0.2 (npm)
#
# Behaviour: S3 may answer that a multipart upload is complete with 200, and only then find that it cannot: the body is
# an error, and there is no object. These clients look at the status alone and report success, or give the error back as
# the result; none raises it or tries again.
# Seen: minio, miniopy-async: a result whose bucket, key and ETag are None; @aws-lite/s3: a result with Code
# InternalError; s3mini: a result with a member Error. obstore 0.12.1, for comparison: GenericError.
# Expected: an error, as the documentation of CompleteMultipartUpload asks of its callers.
# What to do: after a large upload take only a result with an ETag for success, or ask for the object's size.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages minio==7.2.20 miniopy-async==1.23.6 obstore==0.12.1
node_packages @aws-lite/client@0.23.7 @aws-lite/s3@0.2.7 s3mini@1.0.2

cat >look.mjs <<'JS'
import awsLite from "@aws-lite/client";
import s3 from "@aws-lite/s3";
import { S3mini } from "s3mini";
const keys = { accessKeyId: "example", secretAccessKey: "example", region: "us-east-1" };
const endpoint = process.argv[2];
const seen = async (complete, code) => {
  try {
    return code(await complete());
  } catch (error) {
    return error.name;
  }
};
const aws = await awsLite({ ...keys, endpoint, plugins: [s3], autoloadPlugins: false, verifyService: false });
const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag: "0" }] } };
const upload = { Bucket: "some.bucket", Key: "key", UploadId: "1", ...parts };
console.log(await seen(() => aws.S3.CompleteMultipartUpload(upload), (result) => `Code=${result.Code}`));
const mini = new S3mini({ ...keys, endpoint: `${endpoint}/bucket` });
const completed = () => mini.completeMultipartUpload("key", "1", [{ partNumber: 1, etag: "0" }]);
console.log(await seen(completed, (result) => `Error.Code=${result.Error?.Code}`));
JS
cat >look.py <<'PYTHON'
import asyncio
import io
import subprocess
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import minio
import miniopy_async
import obstore
from obstore.store import S3Store

CONTENT = b"x" * (6 << 20)
STARTED = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
FAILED = b"<Error><Code>InternalError</Code><Message>Please try again.</Message><RequestId>1</RequestId></Error>"


class Bucket(BaseHTTPRequestHandler):
    """Takes every part, and fails at the end, after it has said 200."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        self.answer()

    def do_POST(self):
        self.answer(b'<?xml version="1.0" encoding="UTF-8"?>\n' + (STARTED if "uploads" in self.path else FAILED))

    def do_DELETE(self):
        self.answer()

    def answer(self, body=b""):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def result_of(found):
    return f"{found.bucket_name}, {found.object_name}, {found.etag}"


def by_minio():
    client = minio.Minio(f"127.0.0.1:{PORT}", access_key="example", secret_key="example", secure=False, region="local")
    return result_of(client.put_object("bucket", "key", io.BytesIO(CONTENT), len(CONTENT), part_size=5 << 20))


async def by_miniopy():
    client = miniopy_async.Minio(
        f"127.0.0.1:{PORT}", access_key="example", secret_key="example", secure=False, region="local"
    )
    try:
        found = await client.put_object("bucket", "key", io.BytesIO(CONTENT), len(CONTENT), part_size=5 << 20)
        return result_of(found)
    finally:
        await client.close_session()


def by_obstore():
    store = S3Store(
        "bucket",
        endpoint=f"http://127.0.0.1:{PORT}",
        access_key_id="example",
        secret_access_key="example",
        region="local",
        client_options={"allow_http": True},
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
    )
    return obstore.put(store, "key", CONTENT, use_multipart=True)


def seen(upload):
    try:
        return upload()
    except Exception as error:
        return type(error).__name__


server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
PORT = server.server_port
threading.Thread(target=server.serve_forever, daemon=True).start()
print(seen(by_minio))
print(seen(lambda: asyncio.run(by_miniopy())))
print(seen(by_obstore), flush=True)
subprocess.run(["node", "look.mjs", f"http://127.0.0.1:{PORT}"], check=True)
PYTHON
"$python" look.py >seen
still "minio: bucket, key, ETag" "None, None, None" "$(sed -n 1p seen)"
still "miniopy-async: bucket, key, ETag" "None, None, None" "$(sed -n 2p seen)"
still "obstore, for comparison" GenericError "$(sed -n 3p seen)"
still "@aws-lite/s3: result" Code=InternalError "$(sed -n 4p seen)"
still "s3mini: result" Error.Code=InternalError "$(sed -n 5p seen)"
