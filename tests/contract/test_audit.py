"""The audit of dependencies fails wherever it is not certain that everything was looked up."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.audit_dependencies import CANARY, ROOT, locked, main

KNOWN = {"vulns": [{"id": "GHSA-known", "modified": "2026-01-01T00:00:00Z"}]}
Answers = Callable[[Any], Any]


@pytest.fixture
def served() -> Iterator[Callable[[Answers], str]]:
    """A database that answers a request's queries with whatever a function makes of them."""
    servers: list[HTTPServer] = []

    def serve(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
                said = answers(queries)
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(200 if body else 503)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "some.lock"
    file.write_text("good==1.0 \\\n    --hash=sha256:00\nbad==2.0 ; python_version < '3.12' \\\n    --hash=sha256:11\n")
    return file


def telling(*names: str) -> Answers:
    return lambda queries: {"results": [KNOWN if query["package"]["name"] in names else {} for query in queries]}


def test_nothing_known_passes(served: Callable[[Answers], str], lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lock", str(lock)], service=served(telling(CANARY.name))) == os.EX_OK
    assert "2 packages of some.lock were looked up; 0 have advisories" in capsys.readouterr().out


def test_an_advisory_fails_unless_it_was_accepted(
    served: Callable[[Answers], str], lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = served(telling(CANARY.name, "bad"))
    assert main(["--lock", str(lock)], service=service) == 1
    assert "bad 2.0: https://osv.dev/GHSA-known" in capsys.readouterr().out
    assert main(["--lock", str(lock), "--accept", "GHSA-known"], service=service) == os.EX_OK
    assert "accepted: GHSA-known" in capsys.readouterr().out


SILENT: dict[str, Answers] = {
    "everything is fine": lambda queries: {"results": [{}] * len(queries)},
    "one answer is missing": lambda queries: {"results": [KNOWN] * (len(queries) - 1)},
    "no answers": lambda _: {"results": []},
    "another shape": lambda _: {"error": "no"},
    "no JSON": lambda _: b"<html>sign in to the network</html>",
    "out of order": lambda _: b"",
}


@pytest.mark.parametrize("answers", SILENT.values(), ids=SILENT)
def test_a_database_that_cannot_be_believed_fails_it(
    served: Callable[[Answers], str], lock: Path, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lock", str(lock)], service=served(answers)) == os.EX_TEMPFAIL
    assert "NOT AUDITED" in capsys.readouterr().out


def test_where_no_database_can_be_reached_it_fails(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lock", str(lock)], service="http://127.0.0.1:9") == os.EX_TEMPFAIL
    assert "NOT AUDITED" in capsys.readouterr().out


def test_every_package_of_our_locks_is_looked_up() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        begun = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(locked(text)) == len(begun) > 50
