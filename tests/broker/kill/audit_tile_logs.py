"""Whether every record is in the tile log, and no log was forked, as `sealstream audit records` says."""

import asyncio
import json
import subprocess
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tests.broker.kill.audit_store import Outage, let_through
from tests.broker.kill.problems import Problem, Verdict
from tests.broker.kill.stack import Stack, sealstream

__all__ = ["audit_tile_logs", "is_of_tile_log"]

_SECONDS: Final = 300
_VERDICTS: Final[Mapping[str, Verdict]] = {"not-logged": "lost", "record-missing": "lost"}


def is_of_tile_log(key: str) -> bool:
    """Whether a key of the records bucket is a log's, and no record's."""
    return key.startswith(("v1/log/", "v1/logs/"))


async def audit_tile_logs(
    stack: Stack, versions: Mapping[str, Sequence[int]], outages: Sequence[Outage] = ()
) -> list[Problem]:
    """Run the command as an auditor would.

    Args:
        stack: what the workers were run with.
        versions: when each version of each key of the records bucket was written.
        outages: of the store; frozen, it lets two creations of one batch through (see `let_through`), which is
            a fork that no client can keep it from.
    """
    done = await asyncio.to_thread(
        subprocess.run,
        [sealstream(), "audit", "records", "--json"],
        env=dict(stack.environment()),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if done.returncode not in (0, 1):
        return [Problem(verdict="wrong", what=f"the tile logs cannot be audited: {done.stderr.strip()[-300:]}")]
    report = json.loads(done.stdout)
    if not report["leaves"]:
        return [Problem(verdict="lost", what="no record is in a tile log")]
    spoiled = {
        "/".join(key.split("/")[2:4])
        for key, written in versions.items()
        if "/batches/" in key and len(written) > 1 and let_through(written, outages)
    }
    return [
        Problem(
            verdict=_VERDICTS.get(found["kind"], "wrong"), what=f"{found['kind']} {found['subject']}: {found['what']}"
        )
        for found in report["findings"]
        if not _of_spoiled(found, spoiled)
    ]


def _of_spoiled(found: Mapping[str, str], spoiled: Collection[str]) -> bool:
    """Whether a finding may be about a log that the store let two writers fork: it is broken, or lacks leaves."""
    if found["kind"] == "log-broken":
        return "/".join(found["subject"].split("/")[-2:]) in spoiled
    return found["kind"] == "not-logged" and bool(spoiled)
