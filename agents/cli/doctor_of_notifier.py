"""What `sealstream doctor --for notifier` looks at beside what others need: the file, its secrets, what is left."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path

from agents.diagnosis import CheckResults, disk_of
from agents.notifying.known_words import known_words
from agents.notifying.plan_file import NotificationPlan, NotifyTarget, read_plan
from agents.notifying.running import open_targets
from agents.notifying.undelivered import kept_in
from pipeline.settings import PolicySettings

__all__ = ["routes", "undelivered"]


def routes(file: Path) -> CheckResults:
    """Whether the file can be used, with its secrets and services; nothing is sent."""
    plan = _read(file)
    asyncio.run(_opened(plan))
    yield "ok", f"{file} can be used: {len(plan.targets)} targets, {len(plan.routes)} routes"
    for name, secret in _secrets(plan.targets).items():
        if secret.stat().st_mode & stat.S_IROTH:
            yield "warning", f"The secret of {name}, {secret}, can be read by everybody on this machine: chmod o-r."


def undelivered(file: Path) -> CheckResults:
    """Whether what is undelivered can be kept, and what is left there."""
    path = _read(file).undelivered.expanduser()
    is_sound = True
    for state, said in disk_of(path):
        is_sound = is_sound and state != "fault"
        yield state, said
    if not is_sound:
        return
    left = len(kept_in(path))
    if left:
        yield "warning", f"{left} notifications are in {path}, undelivered: `sealstream notify resend` delivers them."
    else:
        yield "ok", f"{path} can be written, and nothing is left in it"


def _read(file: Path) -> NotificationPlan:
    words = known_words(PolicySettings().packs)
    return read_plan(file, places=set(words.places.values()), kinds=words.kinds)


async def _opened(plan: NotificationPlan) -> None:
    async with open_targets(plan):
        pass


def _secrets(targets: Mapping[str, NotifyTarget]) -> Mapping[str, Path]:
    named = {name: target.secret_file or target.apprise_file for name, target in targets.items()}
    return {name: secret.expanduser() for name, secret in named.items() if secret is not None}
