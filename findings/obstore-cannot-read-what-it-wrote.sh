#!/usr/bin/env bash
# obstore 0.12.1, boto3 1.43.54
#
# Behaviour: metadata and standard headers with characters beyond ASCII are written as UTF-8 and never read again: get()
# and head() fail, and say that they contained "non UTF-8 characters". It is not the header that is missing then, but
# the whole object. S3 itself encodes such metadata in its answer; SeaweedFS 4.48 and others give back what they got.
# Seen: put() with a title in Chinese: written; get(): GenericError; list(): the object. A Content-Disposition with a
# file name in Chinese, put by boto3: boto3 reads the object; get() of obstore: GenericError.
# Expected: the object, and its header as text; or a refusal to write it.
# What to do: write only ASCII, encoded where need be (filename*=UTF-8''... in a Content-Disposition). Where others
# write, count on objects that cannot be read, and read those with another client.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages obstore==0.12.1 boto3==1.43.54

cat >look.py <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import obstore
from botocore.client import Config
from obstore.store import S3Store


class Bucket(BaseHTTPRequestHandler):
    """Keeps one object, and gives its headers back as they came."""

    protocol_version = "HTTP/1.1"
    kept = {}

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        names = [name for name in self.headers if name.lower().startswith(("x-amz-meta-", "content-disposition"))]
        Bucket.kept = {name: self.headers[name] for name in names}
        self.answer({"ETag": '"0"'}, b"")

    def do_GET(self):
        if "list-type=2" in self.path:
            found = b"<Key>key</Key><LastModified>2026-11-30T00:00:00Z</LastModified><Size>1</Size>"
            self.answer({}, b"<ListBucketResult><Contents>" + found + b"</Contents></ListBucketResult>")
        else:
            self.answer({"ETag": '"0"', "Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT", **Bucket.kept}, b"x")

    def answer(self, headers, body):
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def seen(read):
    try:
        return read()
    except Exception as error:
        return f"{type(error).__name__}{': non UTF-8 characters' * ('contained non UTF-8 characters' in str(error))}"


server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.server_port}"
store = S3Store(
    "bucket",
    endpoint=endpoint,
    access_key_id="example",
    secret_access_key="example",
    region="local",
    client_options={"allow_http": True},
)
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="local",
    aws_access_key_id="example",
    aws_secret_access_key="example",
    config=Config(s3={"addressing_style": "path"}),
)
print(seen(lambda: f"ETag {obstore.put(store, 'key', b'x', attributes={'title': '标题'})['e_tag']}"))
print(Bucket.kept["x-amz-meta-title"].encode("latin-1").decode())
print(seen(lambda: bytes(obstore.get(store, "key").bytes()).decode()))
print(seen(lambda: "+".join(found["path"] for found in obstore.list(store).collect())))
client.put_object(Bucket="bucket", Key="key", Body=b"x", ContentDisposition='attachment; filename="标题.png"')
print(seen(lambda: client.get_object(Bucket="bucket", Key="key")["Body"].read().decode()))
print(seen(lambda: bytes(obstore.get(store, "key").bytes()).decode()))
PYTHON
"$python" look.py >seen
still "put() of obstore" 'ETag "0"' "$(sed -n 1p seen)"
still "the title that it sent, read as UTF-8" 标题 "$(sed -n 2p seen)"
still "get() of obstore" "GenericError: non UTF-8 characters" "$(sed -n 3p seen)"
still "list() of obstore" key "$(sed -n 4p seen)"
still "a file name from boto3, read by boto3" x "$(sed -n 5p seen)"
still "and by obstore" "GenericError: non UTF-8 characters" "$(sed -n 6p seen)"
