#!/usr/bin/env bash
# obstore 0.12.1
#
# Behaviour: of a conditional write, S3 says 412 where the object is there already, and 409 where another write to the
# key was under way, after which one is to try again: nothing may be there at all. obstore calls both
# AlreadyExistsError, also for an overwrite, which has no such condition, and tries neither again.
# Seen: create: 412 and 409: AlreadyExistsError after one request; overwrite: 409: AlreadyExistsError.
# Expected: an error of its own for 409, or a new attempt.
# What to do: after AlreadyExistsError, read the object. If it is not there, it was a conflict: write again.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages obstore==0.12.1

cat >look.py <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import obstore
from obstore.store import S3Store

ERRORS = {409: "ConditionalRequestConflict", 412: "PreconditionFailed"}


class Bucket(BaseHTTPRequestHandler):
    """Answers every write with one status."""

    protocol_version = "HTTP/1.1"
    status, requests = 0, 0

    def do_PUT(self):
        Bucket.requests += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = f"<Error><Code>{ERRORS[Bucket.status]}</Code></Error>".encode()
        self.send_response(Bucket.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=server.serve_forever, daemon=True).start()
store = S3Store(
    "bucket",
    endpoint=f"http://127.0.0.1:{server.server_port}",
    access_key_id="example",
    secret_access_key="example",
    region="local",
    client_options={"allow_http": True},
)
for mode, status in (("create", 412), ("create", 409), ("overwrite", 409)):
    Bucket.status, Bucket.requests = status, 0
    try:
        obstore.put(store, "key", b"content", mode=mode)
    except Exception as error:
        print(type(error).__name__, Bucket.requests)
PYTHON
"$python" look.py >seen
still "create, 412: error, requests" "AlreadyExistsError 1" "$(sed -n 1p seen)"
still "create, 409: error, requests" "AlreadyExistsError 1" "$(sed -n 2p seen)"
still "overwrite, 409: error, requests" "AlreadyExistsError 1" "$(sed -n 3p seen)"
